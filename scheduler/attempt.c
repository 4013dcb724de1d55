/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Attempts: placed, started, ended, timed out.
 */
#include "scheduler/deadline.h"
#include "scheduler/internal.h"

static void instance_link(struct batch_core *core, uint32_t attempt_slot, uint32_t instance_slot)
{
    struct batch_instance *instance = batch_instance_at(core, instance_slot);
    struct batch_attempt *attempt = batch_attempt_at(core, attempt_slot);
    attempt->instance_slot = instance_slot;
    attempt->previous = BATCH_NO_SLOT;
    attempt->next = instance->attempt_first;
    if (attempt->next != BATCH_NO_SLOT) {
        batch_attempt_at(core, attempt->next)->previous = attempt_slot;
    }
    instance->attempt_first = attempt_slot;
    instance->attempt_count++;
}

static void instance_unlink(struct batch_core *core, uint32_t attempt_slot)
{
    const struct batch_attempt *attempt = batch_attempt_at(core, attempt_slot);
    struct batch_instance *instance = batch_instance_at(core, attempt->instance_slot);
    if (attempt->previous != BATCH_NO_SLOT) {
        batch_attempt_at(core, attempt->previous)->next = attempt->next;
    } else {
        instance->attempt_first = attempt->next;
    }
    if (attempt->next != BATCH_NO_SLOT) {
        batch_attempt_at(core, attempt->next)->previous = attempt->previous;
    }
    instance->attempt_count--;
}

void batch_attempt_place(struct batch_core *core, uint32_t job_slot, uint32_t instance_slot)
{
    struct batch_job *job = batch_job_at(core, job_slot);
    const struct batch_class *class = batch_class_at(core, job->class_slot);
    uint32_t slot = batch_arena_take(&core->host, &core->arenas[BATCH_ARENA_ATTEMPTS]);
    struct batch_attempt *attempt = batch_attempt_at(core, slot);
    attempt->attempt = ++core->scalars.attempts_started;
    attempt->job_slot = job_slot;
    attempt->deadline = BATCH_NO_SLOT;
    batch_index_put(&core->indices[BATCH_INDEX_ATTEMPTS], attempt->attempt, slot);
    batch_job_dequeue(core, job_slot);
    instance_link(core, slot, instance_slot);
    batch_instance_hold(core, instance_slot, &class->need);
    job->attempt_slot = slot;
    job->attempt_count++;
    const struct batch_instance *instance = batch_instance_at(core, instance_slot);
    batch_job_change(core, job_slot,
                     &(struct batch_job_change){.to = BATCH_JOB_STARTING,
                                                .exit_code = BATCH_EXIT_CODE_NONE,
                                                .attempt = attempt->attempt,
                                                .instance = instance->instance,
                                                .occurred_us = core->scalars.now_us});
    struct batch_command command = {
        .kind = BATCH_COMMAND_START_ATTEMPT,
        .as.start = {.tag = job->tag,
                     .task = {.job = job->job,
                              .array_index = BATCH_INDEX_NONE,
                              .node_index = BATCH_INDEX_NONE,
                              .attempt = job->attempt_count},
                     .attempt = attempt->attempt,
                     .instance = instance->instance,
                     .resources = class->need,
                     .queue = job->queue,
                     .environment = instance->environment,
                     .definition = job->definition},
    };
    batch_core_emit(core, &command);
}

static enum batch_rc attempt_find(const struct batch_core *core, uint64_t attempt, uint32_t *slot,
                                  struct batch_error *error)
{
    *slot = batch_index_get(&core->indices[BATCH_INDEX_ATTEMPTS], attempt);
    if (*slot == BATCH_NO_SLOT) {
        return batch_error_set(error, BATCH_E_STATE, "attempt %llu is not live", (unsigned long long)attempt);
    }
    return BATCH_OK;
}

static enum batch_rc attempt_check_starting(const struct batch_core *core, uint32_t slot, struct batch_error *error)
{
    const struct batch_attempt *attempt = batch_attempt_at(core, slot);
    if (batch_job_at(core, attempt->job_slot)->state != BATCH_JOB_STARTING) {
        return batch_error_set(error, BATCH_E_STATE, "attempt %llu has already started",
                               (unsigned long long)attempt->attempt);
    }
    return BATCH_OK;
}

/** Room for the end of one attempt: its change of state and, if it is retried, its place in the queue. */
static enum batch_rc finish_reserve(struct batch_core *core, struct batch_error *error)
{
    enum batch_rc rc = batch_order_reserve(&core->host, batch_core_nodes(core), 2, error);
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 1, error) : rc;
}

enum batch_rc batch_attempt_prepare_started(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                            struct batch_error *error)
{
    enum batch_rc rc = attempt_find(core, event->as.attempt.attempt, slot, error);
    rc = rc == BATCH_OK ? attempt_check_starting(core, *slot, error) : rc;
    if (rc == BATCH_OK) {
        rc = batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_DEADLINES], BATCH_DEADLINE_CYCLES + 1, error);
    }
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 1, error) : rc;
}

void batch_attempt_apply_started(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    const struct batch_attempt *attempt = batch_attempt_at(core, slot);
    const struct batch_job *job = batch_job_at(core, attempt->job_slot);
    int64_t timeout_us = batch_definition_at(core, job->definition)->timeout_us;
    if (timeout_us > 0 && event->time_us <= INT64_MAX - timeout_us) {
        batch_deadline_arm_timeout(core, slot, event->time_us + timeout_us);
    }
    batch_job_change(core, attempt->job_slot,
                     &(struct batch_job_change){.to = BATCH_JOB_RUNNING,
                                                .exit_code = BATCH_EXIT_CODE_NONE,
                                                .attempt = attempt->attempt,
                                                .instance = batch_instance_at(core, attempt->instance_slot)->instance,
                                                .occurred_us = event->time_us});
}

enum batch_rc batch_attempt_prepare_start_failed(struct batch_core *core, const struct batch_event *event,
                                                 uint32_t *slot, struct batch_error *error)
{
    enum batch_rc rc = attempt_find(core, event->as.attempt.attempt, slot, error);
    rc = rc == BATCH_OK ? attempt_check_starting(core, *slot, error) : rc;
    rc = rc == BATCH_OK ? batch_reason_check(event->as.attempt.reason, error) : rc;
    return rc == BATCH_OK ? finish_reserve(core, error) : rc;
}

void batch_attempt_apply_start_failed(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    batch_attempt_finish(core, slot,
                         &(struct batch_attempt_end){.reason = BATCH_REASON_START_FAILED,
                                                     .exit_code = BATCH_EXIT_CODE_NONE,
                                                     .occurred_us = event->time_us,
                                                     .text = event->as.attempt.reason});
}

enum batch_rc batch_attempt_prepare_ended(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                          struct batch_error *error)
{
    const struct batch_attempt_event *ended = &event->as.attempt;
    enum batch_rc rc = attempt_find(core, ended->attempt, slot, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    if (ended->occurred_us > event->time_us || ended->occurred_us < 0) {
        return batch_error_set(error, BATCH_E_INPUT, "attempt %llu cannot have ended after it was reported",
                               (unsigned long long)ended->attempt);
    }
    if (ended->exit_code != BATCH_EXIT_CODE_NONE && (ended->exit_code < 0 || ended->exit_code > 255)) {
        return batch_error_set(error, BATCH_E_INPUT, "attempt %llu: the exit code %d is not 0 to 255",
                               (unsigned long long)ended->attempt, (int)ended->exit_code);
    }
    if (ended->exit_code != BATCH_EXIT_CODE_NONE &&
        batch_job_at(core, batch_attempt_at(core, *slot)->job_slot)->state == BATCH_JOB_STARTING) {
        return batch_error_set(error, BATCH_E_STATE, "attempt %llu has an exit code but has never started",
                               (unsigned long long)ended->attempt);
    }
    rc = batch_reason_check(ended->reason, error);
    return rc == BATCH_OK ? finish_reserve(core, error) : rc;
}

void batch_attempt_apply_ended(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    batch_attempt_finish(core, slot,
                         &(struct batch_attempt_end){.reason = BATCH_REASON_ESSENTIAL_EXITED,
                                                     .exit_code = event->as.attempt.exit_code,
                                                     .occurred_us = event->as.attempt.occurred_us,
                                                     .text = event->as.attempt.reason});
}

/** What becomes of the job, and in AWS's words why. Timed out and terminated ones are never retried. */
static enum batch_job_state finish_judge(const struct batch_core *core, const struct batch_attempt *attempt,
                                         struct batch_attempt_end *end)
{
    bool was_stopped = end->occurred_us >= attempt->stop_us;
    if (attempt->is_terminated && was_stopped) {
        end->reason = BATCH_REASON_USER;
        return BATCH_JOB_FAILED;
    }
    if (attempt->is_timed_out && was_stopped) {
        end->reason = BATCH_REASON_TIMEOUT;
        return BATCH_JOB_FAILED;
    }
    if (end->reason == BATCH_REASON_ESSENTIAL_EXITED && end->exit_code == 0) {
        return BATCH_JOB_SUCCEEDED;
    }
    uint64_t instance = batch_instance_at(core, attempt->instance_slot)->instance;
    bool is_granted = batch_retry_is_granted(core, batch_job_at(core, attempt->job_slot), end, instance);
    return is_granted ? BATCH_JOB_RUNNABLE : BATCH_JOB_FAILED;
}

void batch_attempt_finish(struct batch_core *core, uint32_t attempt_slot, const struct batch_attempt_end *end)
{
    const struct batch_attempt attempt = *batch_attempt_at(core, attempt_slot);
    struct batch_attempt_end judged = *end;
    enum batch_job_state to = finish_judge(core, &attempt, &judged);
    struct batch_job *job = batch_job_at(core, attempt.job_slot);
    struct batch_resources need = batch_class_at(core, job->class_slot)->need;
    batch_deadline_cancel(core, attempt_slot);
    instance_unlink(core, attempt_slot);
    batch_instance_release(core, attempt.instance_slot, &need);
    batch_index_erase(&core->indices[BATCH_INDEX_ATTEMPTS], attempt.attempt);
    batch_arena_give(&core->arenas[BATCH_ARENA_ATTEMPTS], attempt_slot);
    job->attempt_slot = BATCH_NO_SLOT;
    batch_job_change(core, attempt.job_slot,
                     &(struct batch_job_change){.to = to,
                                                .reason = judged.reason,
                                                .exit_code = judged.exit_code,
                                                .attempt = attempt.attempt,
                                                .instance = batch_instance_at(core, attempt.instance_slot)->instance,
                                                .occurred_us = judged.occurred_us});
    if (to == BATCH_JOB_RUNNABLE) {
        core->scalars.attempts_retried++;
        batch_job_enqueue(core, attempt.job_slot);
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_PLACE, core->scalars.now_us);
    }
}

void batch_attempt_time_out(struct batch_core *core, uint32_t attempt_slot)
{
    struct batch_attempt *attempt = batch_attempt_at(core, attempt_slot);
    if (attempt->is_terminated) {
        return;
    }
    attempt->is_timed_out = true;
    attempt->stop_us = core->scalars.now_us;
    struct batch_command command = {.kind = BATCH_COMMAND_STOP_ATTEMPT,
                                    .as.stop = {.tag = batch_job_at(core, attempt->job_slot)->tag,
                                                .attempt = attempt->attempt,
                                                .grace_us = core->configuration.stop_grace_us}};
    batch_core_emit(core, &command);
}
