/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Each kind of measurement, and the child process it runs in. */
#define _DEFAULT_SOURCE /* wait4 */
#define _POSIX_C_SOURCE 200809L
#include "harness/bench.h"
#include "harness/results.h"
#include "harness/session.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SLICE_EVENTS = 1 << 20 };

double harness_bench_clock_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static enum batch_rc append_row(struct harness_results *results, uint64_t job,
                                const struct batch_submission *submission, struct batch_error *error)
{
    if (results == NULL) {
        return BATCH_OK;
    }
    const struct harness_job_row row = {.job = job,
                                        .vcpu_milli = submission->job.resources.vcpu_milli,
                                        .mib = submission->job.resources.mib,
                                        .submit_us = submission->submit_us,
                                        .run_us = submission->truth.run_us};
    return harness_results_append(results, HARNESS_TABLE_JOBS, &row, error);
}

static enum batch_rc copy_jobs(struct harness_session *session, struct harness_results *results, uint64_t *jobs,
                               struct batch_error *error)
{
    struct batch_job_source source = workload_source(session->workload);
    struct batch_submission submission = {0};
    enum batch_source_result got = BATCH_SOURCE_JOB;
    enum batch_rc rc = BATCH_OK;
    while (rc == BATCH_OK && (got = source.next(source.context, &submission, error)) == BATCH_SOURCE_JOB) {
        ++*jobs;
        rc = append_row(results, *jobs, &submission, error);
    }
    return got == BATCH_SOURCE_FAILED ? BATCH_E_INPUT : rc;
}

/** The jobs and nothing else; with @p output also their rows. */
static enum batch_rc measure_floor(const struct harness_plan *plan, const char *output,
                                   struct harness_bench_result *result, struct batch_error *error)
{
    struct harness_session session;
    struct harness_results *results = NULL;
    double start_s = harness_bench_clock_s();
    enum batch_rc rc = harness_session_open_workload(&session, plan, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    if (output != NULL) {
        rc = harness_results_create(output, false, &results, error);
    }
    if (rc == BATCH_OK) {
        rc = copy_jobs(&session, results, &result->jobs, error);
    }
    if (rc == BATCH_OK && results != NULL) {
        rc = harness_results_close(results, error);
    }
    harness_results_destroy(results);
    harness_session_close(&session);
    result->seconds = harness_bench_clock_s() - start_s;
    return rc;
}

static enum batch_rc ignore_submitted(void *context, uint64_t job, const struct batch_submission *submission,
                                      struct batch_error *error)
{
    (void)context;
    (void)job;
    (void)submission;
    (void)error;
    return BATCH_OK;
}

static enum batch_rc ignore_event(void *context, const struct batch_event *event, struct batch_error *error)
{
    (void)context;
    (void)event;
    (void)error;
    return BATCH_OK;
}

static enum batch_rc ignore_command(void *context, const struct batch_command *command, struct batch_error *error)
{
    (void)context;
    (void)command;
    (void)error;
    return BATCH_OK;
}

static enum batch_rc run_to_end(struct harness_session *session, struct harness_bench_result *result,
                                struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    while (rc == BATCH_OK && !session->status.is_done) {
        rc = harness_session_run(session, SLICE_EVENTS, error);
    }
    result->jobs = session->status.counts.submitted;
    result->events = session->status.events;
    return rc;
}

static enum batch_rc measure_run(const struct harness_session_options *options, struct harness_bench_result *result,
                                 struct batch_error *error)
{
    struct harness_session session;
    struct harness_summary summary;
    double start_s = harness_bench_clock_s();
    enum batch_rc rc = harness_session_open(&session, options, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    rc = run_to_end(&session, result, error);
    if (rc == BATCH_OK && options->observer == NULL) {
        rc = harness_session_finish(&session, &summary, error);
        if (rc == BATCH_OK) {
            harness_summary_release(&summary);
        }
    }
    harness_session_close(&session);
    result->seconds = harness_bench_clock_s() - start_s;
    return rc;
}

static enum batch_rc measure_here(enum harness_bench_kind kind, const struct harness_plan *plan, const char *output,
                                  struct harness_bench_result *result, struct batch_error *error)
{
    static const struct batch_observer nobody = {
        .on_submitted = ignore_submitted, .on_event = ignore_event, .on_command = ignore_command};
    struct harness_session_options options = {.plan = plan};
    switch (kind) {
    case HARNESS_BENCH_READ:
        return measure_floor(plan, NULL, result, error);
    case HARNESS_BENCH_FLOOR:
        return measure_floor(plan, output, result, error);
    case HARNESS_BENCH_SCHEDULE:
        return harness_bench_schedule(plan, result, error);
    case HARNESS_BENCH_BARE:
        options.observer = &nobody;
        return measure_run(&options, result, error);
    case HARNESS_BENCH_RECORD:
        return measure_run(&options, result, error);
    case HARNESS_BENCH_WRITE:
        options.output = output;
        return measure_run(&options, result, error);
    case HARNESS_BENCH_COMPRESS:
        options.output = output;
        options.compresses = true;
        return measure_run(&options, result, error);
    case HARNESS_BENCH_COUNT:
        break;
    }
    return batch_error_set(error, BATCH_E_USAGE, "there is no such measurement");
}

/** What the child tells; small enough that one write to a pipe is never split. */
struct answer {
    enum batch_rc rc;
    struct harness_bench_result result;
    struct batch_error error;
};

static void answer_and_exit(int pipe_end, enum harness_bench_kind kind, const struct harness_plan *plan,
                            const char *output)
{
    struct answer answer;
    memset(&answer, 0, sizeof answer);
    answer.rc = measure_here(kind, plan, output, &answer.result, &answer.error);
    bool is_told = write(pipe_end, &answer, sizeof answer) == (ssize_t)sizeof answer;
    _exit(is_told ? 0 : 1);
}

/** Wait for the child, its answer read before so that a full pipe cannot hold it up. */
static enum batch_rc hear(int pipe_end, pid_t child, struct harness_bench_result *result, struct batch_error *error)
{
    struct answer answer;
    struct rusage usage;
    int status = 0;
    ssize_t count = read(pipe_end, &answer, sizeof answer);
    if (wait4(child, &status, 0, &usage) < 0 || count != (ssize_t)sizeof answer) {
        return batch_error_set(error, BATCH_E_STATE, "a measurement's process died");
    }
    if (answer.rc != BATCH_OK) {
        return batch_error_set(error, answer.rc, "%.*s", (int)sizeof answer.error.text - 1, answer.error.text);
    }
    *result = answer.result;
    result->peak_bytes = (int64_t)usage.ru_maxrss * 1024;
    return BATCH_OK;
}

enum batch_rc harness_bench_measure(enum harness_bench_kind kind, const struct harness_plan *plan, const char *output,
                                    struct harness_bench_result *result, struct batch_error *error)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return batch_error_set(error, BATCH_E_IO, "no pipe can be made: %s", strerror(errno));
    }
    pid_t child = fork();
    if (child == 0) {
        answer_and_exit(ends[1], kind, plan, output);
    }
    (void)close(ends[1]);
    enum batch_rc rc = child < 0 ? batch_error_set(error, BATCH_E_IO, "no process can be started: %s", strerror(errno))
                                 : hear(ends[0], child, result, error);
    (void)close(ends[0]);
    (void)unlink(output);
    return rc;
}
