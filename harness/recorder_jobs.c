/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Jobs and attempts: from submission to their rows. This is the hot path: no allocation per job, no search.
 */
#include "harness/recorder_internal.h"

#include "scheduler/host.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 1024, SLOWDOWN_RUN_MIN_US = 10 * BATCH_US_PER_S };

static bool grow_jobs(struct harness_recorder *recorder, uint64_t tag)
{
    size_t capacity = recorder->job_capacity == 0 ? CAPACITY_FIRST : recorder->job_capacity;
    while (capacity <= tag) {
        capacity *= 2;
    }
    struct recorder_job *jobs = realloc(recorder->jobs, capacity * sizeof *jobs);
    if (jobs == NULL) {
        return false;
    }
    memset(jobs + recorder->job_capacity, 0, (capacity - recorder->job_capacity) * sizeof *jobs);
    recorder->jobs = jobs;
    recorder->job_capacity = capacity;
    return true;
}

enum batch_rc harness_recorder_submit(struct harness_recorder *recorder, uint64_t job,
                                      const struct batch_submission *submission, struct batch_error *error)
{
    const struct batch_job_submitted *submitted = &submission->job;
    BATCH_ASSERT(NULL, submitted->queue < recorder->queue_count);
    BATCH_ASSERT(NULL, submitted->definition < recorder->definition_count);
    if (submitted->tag >= recorder->job_capacity && !grow_jobs(recorder, submitted->tag)) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory to record job %llu", (unsigned long long)job);
    }
    struct recorder_job *record = &recorder->jobs[submitted->tag];
    BATCH_ASSERT(NULL, record->job == 0 && job != 0);
    const struct batch_resources *resources =
        submitted->resources.vcpu_milli > 0 ? &submitted->resources : &recorder->definitions[submitted->definition];
    *record = (struct recorder_job){
        .job = job,
        .submit_us = submission->submit_us,
        .runnable_us = HARNESS_ROW_NONE,
        .started_us = HARNESS_ROW_NONE,
        .run_us = HARNESS_ROW_NONE,
        .vcpu_milli = resources->vcpu_milli,
        .mib = resources->mib,
        .gpu = (uint16_t)resources->gpu,
        .queue = (uint16_t)submitted->queue,
        .definition = (uint16_t)submitted->definition,
        .environment = RECORDER_SLOT_NONE,
        .first_environment = RECORDER_SLOT_NONE,
    };
    struct recorder_group *queue = &recorder->queues[submitted->queue];
    queue->jobs++;
    queue->submit_first_us = queue->submit_first_us < 0 ? submission->submit_us : queue->submit_first_us;
    recorder->in_system++;
    return BATCH_OK;
}

static struct recorder_job *find_job(struct harness_recorder *recorder, uint64_t tag, uint64_t job)
{
    BATCH_ASSERT(NULL, tag < recorder->job_capacity && recorder->jobs[tag].job == job);
    return &recorder->jobs[tag];
}

static void note_first_placement(struct harness_recorder *recorder, struct recorder_job *record)
{
    struct recorder_group *environment = &recorder->environments[record->environment];
    record->first_environment = record->environment;
    environment->jobs++;
    if (environment->submit_first_us < 0 || record->submit_us < environment->submit_first_us) {
        environment->submit_first_us = record->submit_us;
    }
}

enum batch_rc harness_recorder_start_attempt(struct harness_recorder *recorder, const struct batch_command *command,
                                             struct batch_error *error)
{
    (void)error;
    const struct batch_command_start *start = &command->as.start;
    struct recorder_job *record = find_job(recorder, start->tag, start->task.job);
    struct recorder_instance *instance = harness_recorder_find_instance(recorder, start->instance);
    BATCH_ASSERT(NULL, record->environment == RECORDER_SLOT_NONE && start->environment < recorder->environment_count);
    record->attempts = (uint16_t)start->task.attempt;
    record->environment = (uint16_t)start->environment;
    record->instance = start->instance;
    record->instance_slot = (uint32_t)(instance - recorder->instances);
    record->placed_us = command->time_us;
    record->attempt_started_us = HARNESS_ROW_NONE;
    if (record->first_environment == RECORDER_SLOT_NONE) {
        note_first_placement(recorder, record);
    }
    instance->attempts_live++;
    instance->row.attempts++;
    return BATCH_OK;
}

static int16_t exit_code_of(int32_t exit_code)
{
    return exit_code == BATCH_EXIT_CODE_NONE ? HARNESS_ROW_NONE : (int16_t)exit_code;
}

static enum batch_rc write_attempt(struct harness_recorder *recorder, const struct recorder_job *record,
                                   const struct batch_command_job_changed *change, enum harness_attempt_outcome outcome,
                                   int64_t stopped_us, int64_t ended_us, struct batch_error *error)
{
    if (recorder->results == NULL) {
        return BATCH_OK;
    }
    struct harness_attempt_row row = {
        .job = record->job,
        .array_index = change->task.array_index,
        .node_index = change->task.node_index,
        .attempt = record->attempts,
        .environment = record->environment,
        .outcome = (uint8_t)outcome,
        .reason = (uint8_t)change->reason,
        .exit_code = exit_code_of(change->exit_code),
        .instance = record->instance,
        .placed_us = record->placed_us,
        .started_us = record->attempt_started_us,
        .stopped_us = stopped_us,
        .ended_us = ended_us,
    };
    return harness_recorder_append(recorder, HARNESS_TABLE_ATTEMPTS, &row, error);
}

static void account_attempt(struct harness_recorder *recorder, struct recorder_job *record,
                            struct recorder_instance *instance, bool has_succeeded)
{
    struct recorder_group *groups[] = {&recorder->queues[record->queue], &recorder->environments[record->environment]};
    recorder_wide used = (recorder_wide)record->vcpu_milli * (uint64_t)record->run_us;
    if (has_succeeded) {
        instance->useful_vcpu_milli_us += used;
    } else {
        instance->lost_vcpu_milli_us += used;
        record->lost_us += record->run_us;
    }
    for (size_t i = 0; i < 2; i++) {
        groups[i]->useful_vcpu_milli_us += has_succeeded ? used : 0;
        groups[i]->lost_vcpu_milli_us += has_succeeded ? 0 : used;
    }
}

static enum batch_rc end_attempt(struct harness_recorder *recorder, struct recorder_job *record,
                                 const struct batch_command *command, struct batch_error *error)
{
    static const enum harness_attempt_outcome outcomes[] = {
        [BATCH_JOB_RUNNABLE] = HARNESS_ATTEMPT_RETRIED,
        [BATCH_JOB_SUCCEEDED] = HARNESS_ATTEMPT_SUCCEEDED,
        [BATCH_JOB_FAILED] = HARNESS_ATTEMPT_FAILED,
    };
    const struct batch_command_job_changed *change = &command->as.job_changed;
    struct recorder_instance *instance = &recorder->instances[record->instance_slot];
    BATCH_ASSERT(NULL, instance->instance == record->instance && change->occurred_us <= command->time_us);
    bool has_run = record->attempt_started_us >= 0;
    /* A container may have stopped before the world learnt that it had started. */
    int64_t stopped_us =
        has_run && change->occurred_us < record->attempt_started_us ? record->attempt_started_us : change->occurred_us;
    record->run_us = has_run ? stopped_us - record->attempt_started_us : 0;
    account_attempt(recorder, record, instance, change->to == BATCH_JOB_SUCCEEDED);
    enum batch_rc rc =
        write_attempt(recorder, record, change, outcomes[change->to], stopped_us, command->time_us, error);
    if (change->to == BATCH_JOB_RUNNABLE) {
        recorder->queues[record->queue].retries++;
        recorder->environments[record->environment].retries++;
    }
    record->environment = RECORDER_SLOT_NONE;
    return rc == BATCH_OK ? harness_recorder_release_instance(recorder, instance, error) : rc;
}

static enum batch_rc write_job(struct harness_recorder *recorder, const struct recorder_job *record, int64_t ended_us,
                               enum batch_reason reason, int32_t exit_code, struct batch_error *error)
{
    if (recorder->results == NULL) {
        return BATCH_OK;
    }
    bool is_placed = record->first_environment != RECORDER_SLOT_NONE;
    struct harness_job_row row = {
        .job = record->job,
        .queue = record->queue,
        .definition = record->definition,
        .environment = is_placed ? (int16_t)record->first_environment : (int16_t)HARNESS_ROW_NONE,
        .state = record->state,
        .reason = (uint8_t)reason,
        .exit_code = exit_code_of(exit_code),
        .attempts = record->attempts,
        .gpu = record->gpu,
        .vcpu_milli = record->vcpu_milli,
        .mib = record->mib,
        .submit_us = record->submit_us,
        .runnable_us = record->runnable_us,
        .started_us = record->started_us,
        .ended_us = ended_us,
        .run_us = record->run_us,
        .lost_us = record->lost_us,
    };
    return harness_recorder_append(recorder, HARNESS_TABLE_JOBS, &row, error);
}

static enum batch_rc sample_job(struct harness_recorder *recorder, const struct recorder_job *record, int64_t now_us,
                                struct batch_error *error)
{
    int64_t run_us = record->run_us > SLOWDOWN_RUN_MIN_US ? record->run_us : SLOWDOWN_RUN_MIN_US;
    int64_t response_us = now_us - record->submit_us;
    double slowdown = (double)response_us / (double)run_us;
    struct harness_sample sample = {
        .queue = record->queue,
        .environment = record->first_environment,
        .wait_us = record->started_us - record->runnable_us,
        .response_us = response_us,
        .slowdown = slowdown > 1 ? slowdown : 1,
    };
    if (!harness_quantiles_add(recorder->quantiles, &sample)) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the quantiles");
    }
    return BATCH_OK;
}

/** The job's own times, against which the areas under the curves are checked. */
static void add_times(struct harness_recorder *recorder, const struct recorder_job *record, int64_t until_us)
{
    recorder->of_each.in_system_us += (uint64_t)(until_us - record->submit_us);
    if (record->runnable_us >= 0) {
        int64_t waited_until_us = record->started_us >= 0 ? record->started_us : until_us;
        recorder->of_each.waiting_us += (uint64_t)(waited_until_us - record->runnable_us);
    }
}

static enum batch_rc end_job(struct harness_recorder *recorder, struct recorder_job *record,
                             const struct batch_command *command, struct batch_error *error)
{
    const struct batch_command_job_changed *change = &command->as.job_changed;
    bool is_placed = record->first_environment != RECORDER_SLOT_NONE;
    struct recorder_group *groups[] = {&recorder->queues[record->queue],
                                       is_placed ? &recorder->environments[record->first_environment] : NULL};
    for (size_t i = 0; i < (is_placed ? 2 : 1); i++) {
        groups[i]->succeeded += change->to == BATCH_JOB_SUCCEEDED;
        groups[i]->failed += change->to == BATCH_JOB_FAILED;
        groups[i]->end_last_us = command->time_us;
    }
    add_times(recorder, record, command->time_us);
    recorder->waiting -= record->runnable_us >= 0 && record->started_us < 0;
    recorder->in_system--;
    enum batch_rc rc = write_job(recorder, record, command->time_us, change->reason, change->exit_code, error);
    if (rc == BATCH_OK && record->started_us >= 0) {
        rc = sample_job(recorder, record, command->time_us, error);
    }
    record->job = 0;
    return rc;
}

/** The counts of the time series: a state is entered with @p step 1, left with UINT32_MAX, which wraps to -1. */
static void count_state(struct harness_recorder *recorder, const struct recorder_job *record, uint32_t step)
{
    struct harness_series_state *state = &recorder->state;
    switch ((enum batch_job_state)record->state) {
    case BATCH_JOB_RUNNABLE:
        state->runnable += step;
        break;
    case BATCH_JOB_STARTING:
        state->starting += step;
        break;
    case BATCH_JOB_RUNNING:
        state->running += step;
        state->running_vcpu_milli += step == 1 ? record->vcpu_milli : 0 - (uint64_t)record->vcpu_milli;
        break;
    case BATCH_JOB_NONE:
    case BATCH_JOB_SUBMITTED:
    case BATCH_JOB_PENDING:
    case BATCH_JOB_SUCCEEDED:
    case BATCH_JOB_FAILED:
        break;
    }
}

static void note_runnable(struct harness_recorder *recorder, struct recorder_job *record, int64_t now_us)
{
    if (record->runnable_us < 0) {
        record->runnable_us = now_us;
        recorder->waiting++;
    }
}

static void note_running(struct harness_recorder *recorder, struct recorder_job *record, int64_t now_us)
{
    record->attempt_started_us = now_us;
    if (record->started_us < 0) {
        BATCH_ASSERT(NULL, record->runnable_us >= 0 && record->environment != RECORDER_SLOT_NONE);
        record->started_us = now_us;
        recorder->waiting--;
        recorder->queues[record->queue].started++;
        recorder->environments[record->first_environment].started++;
    }
}

enum batch_rc harness_recorder_change_job(struct harness_recorder *recorder, const struct batch_command *command,
                                          struct batch_error *error)
{
    const struct batch_command_job_changed *change = &command->as.job_changed;
    struct recorder_job *record = find_job(recorder, change->tag, change->task.job);
    bool is_end = change->to == BATCH_JOB_SUCCEEDED || change->to == BATCH_JOB_FAILED;
    enum batch_rc rc = BATCH_OK;
    count_state(recorder, record, UINT32_MAX);
    record->state = (uint8_t)change->to;
    count_state(recorder, record, 1);
    if (record->environment != RECORDER_SLOT_NONE && (is_end || change->to == BATCH_JOB_RUNNABLE)) {
        rc = end_attempt(recorder, record, command, error);
    }
    if (change->to == BATCH_JOB_RUNNABLE) {
        note_runnable(recorder, record, command->time_us);
    } else if (change->to == BATCH_JOB_RUNNING) {
        note_running(recorder, record, command->time_us);
    }
    return rc == BATCH_OK && is_end ? end_job(recorder, record, command, error) : rc;
}

enum batch_rc harness_recorder_close_jobs(struct harness_recorder *recorder, struct batch_error *error)
{
    static const struct batch_command_job_changed none = {
        .task = {.array_index = BATCH_INDEX_NONE, .node_index = BATCH_INDEX_NONE},
        .exit_code = BATCH_EXIT_CODE_NONE,
    };
    enum batch_rc rc = BATCH_OK;
    for (size_t i = 0; rc == BATCH_OK && i < recorder->job_capacity; i++) {
        struct recorder_job *record = &recorder->jobs[i];
        if (record->job == 0) {
            continue;
        }
        add_times(recorder, record, recorder->now_us);
        if (record->environment != RECORDER_SLOT_NONE) {
            rc =
                write_attempt(recorder, record, &none, HARNESS_ATTEMPT_OPEN, HARNESS_ROW_NONE, HARNESS_ROW_NONE, error);
        }
        if (rc == BATCH_OK) {
            rc = write_job(recorder, record, HARNESS_ROW_NONE, BATCH_REASON_NONE, BATCH_EXIT_CODE_NONE, error);
        }
    }
    return rc;
}
