/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Small runs whose whole course is committed: each event (<) and command (>) with its time, one a line.
 *
 * <name>.json is the fleet, the table below has the jobs, <name>.log what must happen. Delays are constants,
 * so each log can be checked by hand. `BATCHLAB_GOLDEN=update` rewrites the logs; the difference is to be read.
 */
#include "harness/assembly.h"
#include "harness/host.h"

#include "tests/support/t_assert.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS_MAX = 8, LOG_BYTES_MAX = 16384, PATH_BYTES_MAX = 4096 };

struct job {
    uint32_t submit_s, queue, vcpus, run_s;
    int32_t exit_code;
};

struct golden {
    const char *name;
    uint64_t seed; /**< Matters to spot_retry only: one whose first instance is taken while job 1 runs. */
    uint32_t job_count;
    struct job jobs[JOBS_MAX];
};

static const struct golden goldens[] = {
    /* clang-format off */
    {"cold_start",   1, 3, {{0, 0, 2, 100, 0}, {2, 0, 2, 100, 0}, {250, 0, 4, 50, 0}}},
    {"spill_over",   1, 4, {{0, 0, 2, 200, 0}, {1, 0, 2, 300, 0}, {2, 0, 2, 300, 0}, {3, 0, 2, 50, 0}}},
    {"spot_retry",   3, 3, {{0, 0, 1, 300, 0}, {10, 0, 1, 280, 0}, {20, 0, 2, 50, 0}}},
    {"priorities",   1, 5, {{0, 0, 2, 100, 0}, {0, 0, 2, 200, 0}, {95, 0, 2, 100, 0}, {96, 1, 4, 30, 0},
                            {97, 1, 1, 30, 0}}},
    {"best_fit_cap", 1, 2, {{0, 0, 4, 100, 0}, {0, 0, 4, 100, 0}}},
    {"overshoot",    1, 3, {{0, 0, 4, 100, 0}, {0, 0, 4, 100, 0}, {0, 0, 4, 100, 0}}},
    {"retry_exit",   1, 2, {{0, 0, 4, 10, 1}, {0, 0, 4, 10, 2}}},
    {"timeout",      1, 3, {{0, 0, 1, 59, 0}, {0, 0, 1, 80, 0}, {0, 0, 1, 1000, 0}}},
    {"head_blocks",  1, 5, {{0, 0, 2, 100, 0}, {0, 0, 4, 20, 0}, {0, 0, 1, 20, 0}, {0, 0, 8, 20, 0}, {0, 0, 1, 20, 0}}},
    /* clang-format on */
};

/** A run in the making: where its jobs come from and where its course is written. */
struct play {
    const struct golden *golden;
    struct cloud_catalog *catalog;
    struct workload_scenario *scenario;
    struct harness_assembly *assembly;
    uint32_t next;
    size_t length;
    char log[LOG_BYTES_MAX];
};

static void must(enum batch_rc rc, const struct batch_error *error)
{
    if (rc != BATCH_OK) {
        fail_msg("%s", error->text);
    }
}

static void say(struct play *play, int64_t time_us, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void say(struct play *play, int64_t time_us, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size =
        snprintf(play->log + play->length, LOG_BYTES_MAX - play->length, "%12.6f ", (double)time_us / BATCH_US_PER_S);
    assert_in_range(size, 1, LOG_BYTES_MAX - play->length - 1);
    play->length += (size_t)size;
    size = vsnprintf(play->log + play->length, LOG_BYTES_MAX - play->length, format, arguments);
    va_end(arguments);
    assert_in_range(size, 1, LOG_BYTES_MAX - play->length - 2);
    play->length += (size_t)size;
    play->log[play->length++] = '\n';
    play->log[play->length] = '\0';
}

static enum batch_source_result job_next(void *context, struct batch_submission *submission, struct batch_error *error)
{
    struct play *play = context;
    (void)error;
    if (play->next == play->golden->job_count) {
        return BATCH_SOURCE_END;
    }
    const struct job *job = &play->golden->jobs[play->next++];
    *submission = (struct batch_submission){
        .submit_us = (int64_t)job->submit_s * BATCH_US_PER_S,
        .job = {.queue = job->queue,
                .resources = {.vcpu_milli = job->vcpus * (uint32_t)BATCH_VCPU_MILLI, .mib = 1024},
                .estimate_us = -1},
        .truth = {.run_us = (int64_t)job->run_s * BATCH_US_PER_S, .exit_code = job->exit_code},
    };
    return BATCH_SOURCE_JOB;
}

static void source_end(void *context)
{
    (void)context;
}

static enum batch_rc see_submitted(void *context, uint64_t job, const struct batch_submission *submission,
                                   struct batch_error *error)
{
    struct play *play = context;
    (void)error;
    say(play, submission->submit_us, "< job %" PRIu64 " submitted to %s: %u vCPU, runs %" PRId64 " s, exits %d", job,
        play->scenario->queues[submission->job.queue].name, submission->job.resources.vcpu_milli / BATCH_VCPU_MILLI,
        submission->truth.run_us / BATCH_US_PER_S, submission->truth.exit_code);
    return BATCH_OK;
}

static enum batch_rc see_event(void *context, const struct batch_event *event, struct batch_error *error)
{
    static const char *const gone[] = {"terminated", "interrupted", "failed"};
    struct play *play = context;
    const struct batch_instance_event *instance = &event->as.instance;
    const struct batch_attempt_event *attempt = &event->as.attempt;
    (void)error;
    switch (event->kind) {
    case BATCH_EVENT_DECIDE:
        say(play, event->time_us, "< decide");
        return BATCH_OK;
    case BATCH_EVENT_INSTANCE_RUNNING:
        say(play, event->time_us, "< instance %" PRIu64 " running", instance->instance);
        return BATCH_OK;
    case BATCH_EVENT_INSTANCE_REGISTERED:
        say(play, event->time_us, "< instance %" PRIu64 " registered", instance->instance);
        return BATCH_OK;
    case BATCH_EVENT_INSTANCE_NOTICE:
        say(play, event->time_us, "< instance %" PRIu64 " will be interrupted at %.6f", instance->instance,
            (double)instance->deadline_us / BATCH_US_PER_S);
        return BATCH_OK;
    case BATCH_EVENT_INSTANCE_GONE:
        say(play, event->time_us, "< instance %" PRIu64 " gone: %s", instance->instance, gone[instance->gone]);
        return BATCH_OK;
    case BATCH_EVENT_ATTEMPT_STARTED:
        say(play, event->time_us, "< attempt %" PRIu64 " started", attempt->attempt);
        return BATCH_OK;
    case BATCH_EVENT_ATTEMPT_ENDED:
        say(play, event->time_us, "< attempt %" PRIu64 " ended: exit %d, stopped at %.6f", attempt->attempt,
            attempt->exit_code, (double)attempt->occurred_us / BATCH_US_PER_S);
        return BATCH_OK;
    case BATCH_EVENT_POOL_CHANGED:
    case BATCH_EVENT_ENVIRONMENT_CREATED:
    case BATCH_EVENT_QUEUE_CREATED:
    case BATCH_EVENT_DEFINITION_REGISTERED:
        return BATCH_OK; /* The document says it. */
    case BATCH_EVENT_NONE:
    case BATCH_EVENT_TIME:
    case BATCH_EVENT_JOB_SUBMITTED:
    case BATCH_EVENT_JOB_CANCELLED:
    case BATCH_EVENT_JOB_TERMINATED:
    case BATCH_EVENT_INSTANCE_LAUNCH_FAILED:
    case BATCH_EVENT_ATTEMPT_START_FAILED:
        break;
    }
    fail_msg("an event that no golden run has: %d", (int)event->kind);
    return BATCH_E_STATE;
}

static void say_change(struct play *play, int64_t time_us, const struct batch_command_job_changed *change)
{
    char reason[BATCH_TEXT_MAX] = "";
    char code[32] = "";
    if (change->reason != BATCH_REASON_NONE) {
        (void)batch_reason_text(change->reason, change->instance, reason, sizeof reason);
    }
    if (change->exit_code != BATCH_EXIT_CODE_NONE) {
        (void)snprintf(code, sizeof code, " (exit %d)", change->exit_code);
    }
    say(play, time_us, "> job %" PRIu64 " %s -> %s%s%s%s", change->task.job, batch_job_state_name(change->from),
        batch_job_state_name(change->to), reason[0] != '\0' ? ": " : "", reason, code);
}

static enum batch_rc see_command(void *context, const struct batch_command *command, struct batch_error *error)
{
    struct play *play = context;
    const struct batch_command_start *start = &command->as.start;
    const struct batch_command_launch *launch = &command->as.launch;
    (void)error;
    switch (command->kind) {
    case BATCH_COMMAND_LAUNCH_INSTANCE:
        say(play, command->time_us, "> launch instance %" PRIu64 ": %s in %s", launch->instance,
            cloud_catalog_type(play->catalog, play->assembly->pools[launch->pool].type)->name,
            play->scenario->environments[launch->environment].name);
        return BATCH_OK;
    case BATCH_COMMAND_TERMINATE_INSTANCE:
        say(play, command->time_us, "> terminate instance %" PRIu64, command->as.terminate.instance);
        return BATCH_OK;
    case BATCH_COMMAND_START_ATTEMPT:
        say(play, command->time_us, "> start attempt %" PRIu64 " (job %" PRIu64 ", its %u.) on instance %" PRIu64,
            start->attempt, start->task.job, start->task.attempt, start->instance);
        return BATCH_OK;
    case BATCH_COMMAND_STOP_ATTEMPT:
        say(play, command->time_us, "> stop attempt %" PRIu64 " with %" PRId64 " s of grace", command->as.stop.attempt,
            command->as.stop.grace_us / BATCH_US_PER_S);
        return BATCH_OK;
    case BATCH_COMMAND_JOB_CHANGED:
        say_change(play, command->time_us, &command->as.job_changed);
        return BATCH_OK;
    case BATCH_COMMAND_NOTICE:
        say(play, command->time_us, "> notice: job %" PRIu64 " blocks %s", command->as.notice.job,
            play->scenario->queues[command->as.notice.queue].name);
        return BATCH_OK;
    case BATCH_COMMAND_WAKE: /* Each is seen as the `decide` that follows it. */
    case BATCH_COMMAND_NONE:
        break;
    }
    return BATCH_OK;
}

static void run_play(struct play *play)
{
    struct batch_error error = {0};
    struct batch_host host = harness_host();
    struct sim_options options = {
        .host = &host,
        .configuration = play->assembly->configuration,
        .delays = play->assembly->delays,
        .spot = play->assembly->spot,
        .seed = play->golden->seed,
        .catalog = play->catalog,
        .setup = play->assembly->setup,
        .setup_count = play->assembly->setup_count,
        .source = {.context = play, .next = job_next, .destroy = source_end},
        .observer = {.context = play, .on_submitted = see_submitted, .on_event = see_event, .on_command = see_command},
        .verifies = true,
    };
    struct sim_world *world = NULL;
    struct sim_status status;
    must(sim_world_create(&options, &world, &error), &error);
    must(sim_world_run(world, UINT64_MAX, &status, &error), &error);
    assert_true(status.is_done);
    sim_world_destroy(world);
}

static void path_of(const char *name, const char *end, char path[PATH_BYTES_MAX])
{
    const char *source = getenv("BATCHLAB_SOURCE");
    int size = snprintf(path, PATH_BYTES_MAX, "%s/tests/golden/%s%s", source != NULL ? source : ".", name, end);
    assert_in_range(size, 1, PATH_BYTES_MAX - 1);
}

static void log_write(const char *path, const struct play *play)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fwrite(play->log, 1, play->length, file) != play->length || fclose(file) != 0) {
        fail_msg("%s: %s", path, strerror(errno));
    }
}

/** Lines that both have are passed over, so that the message shows where they part. */
static void log_compare(const char *path, const struct play *play)
{
    static char expected[LOG_BYTES_MAX];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("%s: %s; BATCHLAB_GOLDEN=update writes it", path, strerror(errno));
        return;
    }
    size_t length = fread(expected, 1, sizeof expected - 1, file);
    expected[length] = '\0';
    (void)fclose(file);
    size_t line = 1;
    const char *got = play->log;
    const char *want = expected;
    while (*got != '\0' || *want != '\0') {
        size_t got_length = strcspn(got, "\n");
        size_t want_length = strcspn(want, "\n");
        if (got_length != want_length || memcmp(got, want, got_length) != 0) {
            fail_msg("%s:%zu:\nexpected %.*s\n     got %.*s", path, line, (int)want_length, want, (int)got_length, got);
        }
        got += got_length + (got[got_length] == '\n');
        want += want_length + (want[want_length] == '\n');
        line++;
    }
}

static void run_equals_golden(void **state)
{
    struct play *play = calloc(1, sizeof *play);
    struct batch_error error = {0};
    char path[PATH_BYTES_MAX];
    assert_non_null(play);
    play->golden = *state;
    path_of("catalog", ".csv", path);
    must(cloud_catalog_load(path, &play->catalog, &error), &error);
    path_of(play->golden->name, ".json", path);
    must(workload_scenario_load(path, NULL, 0, &play->scenario, &error), &error);
    must(harness_assembly_create(play->scenario, play->catalog, &play->assembly, &error), &error);
    run_play(play);
    path_of(play->golden->name, ".log", path);
    const char *mode = getenv("BATCHLAB_GOLDEN");
    if (mode != NULL && strcmp(mode, "update") == 0) {
        log_write(path, play);
    } else {
        log_compare(path, play);
    }
    harness_assembly_destroy(play->assembly);
    workload_scenario_destroy(play->scenario);
    cloud_catalog_destroy(play->catalog);
    free(play);
}

int main(void)
{
    enum { COUNT = sizeof goldens / sizeof goldens[0] };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        /* cmocka takes the state as void *; the test only reads it. */
        tests[i] = (struct CMUnitTest){goldens[i].name, run_equals_golden, NULL, NULL, (void *)(uintptr_t)&goldens[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
