/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Jobs: submission, the queue's order, the demand by class, every change of state, cancel and terminate.
 */
#include "scheduler/deadline.h"
#include "scheduler/internal.h"
#include "scheduler/words.h"

#include <string.h>

static uint64_t class_hash(uint32_t queue, const struct batch_resources *need)
{
    const uint64_t words[2] = {(uint64_t)queue << 32 | need->gpu, (uint64_t)need->vcpu_milli << 32 | need->mib};
    uint64_t hash = batch_digest_mix(0, words, 2);
    return hash != 0 ? hash : 1;
}

static uint32_t class_find(const struct batch_core *core, uint64_t hash, uint32_t queue,
                           const struct batch_resources *need)
{
    uint32_t slot = batch_index_get(&core->indices[BATCH_INDEX_CLASSES], hash);
    while (slot != BATCH_NO_SLOT) {
        const struct batch_class *class = batch_class_at(core, slot);
        if (class->queue == queue && class->need.vcpu_milli == need->vcpu_milli && class->need.mib == need->mib &&
            class->need.gpu == need->gpu) {
            return slot;
        }
        slot = class->hash_next;
    }
    return BATCH_NO_SLOT;
}

/** Which of the queue's environments could ever run the class, and AWS's reason when none could. */
static void class_judge(const struct batch_core *core, struct batch_class *class)
{
    const struct batch_queue *queue = batch_queue_at(core, class->queue);
    bool has_type = false;
    for (uint32_t k = 0; k < queue->environment_count; k++) {
        if (batch_environment_is_eligible(core, queue->environments[k], &class->need, &has_type)) {
            class->eligible |= UINT32_C(1) << k;
        }
    }
    if (class->eligible == 0) {
        class->misfit = has_type ? BATCH_REASON_MAX_RESOURCE : BATCH_REASON_RESOURCE_REQUIREMENT;
    }
}

static uint32_t class_create(struct batch_core *core, uint64_t hash, uint32_t queue, const struct batch_resources *need)
{
    struct batch_arena *classes = &core->arenas[BATCH_ARENA_CLASSES];
    uint32_t slot = classes->count;
    struct batch_class *class = batch_arena_push(classes);
    memset(class, 0, sizeof *class);
    class->queue = queue;
    class->need = *need;
    class->next = BATCH_NO_SLOT;
    class->previous = BATCH_NO_SLOT;
    class->hash_next = batch_index_get(&core->indices[BATCH_INDEX_CLASSES], hash);
    class_judge(core, class);
    if (class->hash_next != BATCH_NO_SLOT) {
        batch_index_erase(&core->indices[BATCH_INDEX_CLASSES], hash);
    }
    batch_index_put(&core->indices[BATCH_INDEX_CLASSES], hash, slot);
    return slot;
}

static struct batch_resources submission_need(const struct batch_core *core, const struct batch_job_submitted *job)
{
    return job->resources.vcpu_milli != 0 ? job->resources : batch_definition_at(core, job->definition)->resources;
}

enum batch_rc batch_job_prepare_submit(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                       struct batch_error *error)
{
    const struct batch_job_submitted *job = &event->as.submission;
    *slot = BATCH_NO_SLOT;
    if (job->queue >= core->arenas[BATCH_ARENA_QUEUES].count ||
        job->definition >= core->arenas[BATCH_ARENA_DEFINITIONS].count) {
        return batch_error_set(error, BATCH_E_INPUT, "a submission names queue %u and definition %u; one is unknown",
                               job->queue, job->definition);
    }
    if (job->estimate_us < -1 || (job->resources.vcpu_milli != 0 && job->resources.mib == 0)) {
        return batch_error_set(error, BATCH_E_INPUT, "a submission needs memory, and an estimate of 0 or more or none");
    }
    if (core->scalars.jobs_submitted >= core->limits.submissions) {
        return batch_error_set(error, BATCH_E_LIMIT, "the limit on submissions (%llu) is reached; raise it",
                               (unsigned long long)core->limits.submissions);
    }
    struct batch_arena *arenas = core->arenas;
    enum batch_rc rc = batch_arena_reserve(&core->host, &arenas[BATCH_ARENA_JOBS], 1, error);
    rc = rc == BATCH_OK ? batch_index_reserve(&core->host, &core->indices[BATCH_INDEX_JOBS], error) : rc;
    struct batch_resources need = submission_need(core, job);
    if (rc == BATCH_OK && class_find(core, class_hash(job->queue, &need), job->queue, &need) == BATCH_NO_SLOT) {
        rc = batch_arena_reserve(&core->host, &arenas[BATCH_ARENA_CLASSES], 1, error);
        rc = rc == BATCH_OK ? batch_index_reserve(&core->host, &core->indices[BATCH_INDEX_CLASSES], error) : rc;
    }
    rc = rc == BATCH_OK ? batch_arena_reserve(&core->host, &arenas[BATCH_ARENA_OUTCOMES], 1, error) : rc;
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 0, error) : rc;
}

static void submitted_append(struct batch_core *core, uint32_t slot)
{
    struct batch_scalars *scalars = &core->scalars;
    struct batch_job *job = batch_job_at(core, slot);
    job->next = BATCH_NO_SLOT;
    job->previous = scalars->submitted_last;
    if (scalars->submitted_last != BATCH_NO_SLOT) {
        batch_job_at(core, scalars->submitted_last)->next = slot;
    } else {
        scalars->submitted_first = slot;
    }
    scalars->submitted_last = slot;
}

void batch_job_unlist(struct batch_core *core, uint32_t job_slot)
{
    struct batch_scalars *scalars = &core->scalars;
    const struct batch_job *job = batch_job_at(core, job_slot);
    if (job->previous != BATCH_NO_SLOT) {
        batch_job_at(core, job->previous)->next = job->next;
    } else {
        scalars->submitted_first = job->next;
    }
    if (job->next != BATCH_NO_SLOT) {
        batch_job_at(core, job->next)->previous = job->previous;
    } else {
        scalars->submitted_last = job->previous;
    }
}

void batch_job_apply_submit(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    const struct batch_job_submitted *given = &event->as.submission;
    struct batch_resources need = submission_need(core, given);
    uint64_t hash = class_hash(given->queue, &need);
    uint32_t class_slot = class_find(core, hash, given->queue, &need);
    if (class_slot == BATCH_NO_SLOT) {
        class_slot = class_create(core, hash, given->queue, &need);
    }
    slot = batch_arena_take(&core->host, &core->arenas[BATCH_ARENA_JOBS]);
    struct batch_job *job = batch_job_at(core, slot);
    job->job = ++core->scalars.jobs_submitted;
    job->tag = given->tag;
    job->queue = given->queue;
    job->class_slot = class_slot;
    job->definition = given->definition;
    job->attempt_slot = BATCH_NO_SLOT;
    job->created_us = event->time_us;
    job->estimate_us = given->estimate_us;
    job->state = BATCH_JOB_SUBMITTED;
    batch_index_put(&core->indices[BATCH_INDEX_JOBS], job->job, slot);
    struct batch_arena *outcomes = &core->arenas[BATCH_ARENA_OUTCOMES];
    if (job->job / 32 >= outcomes->count) {
        memset(batch_arena_push(outcomes), 0, sizeof(uint64_t));
    }
    submitted_append(core, slot);
    batch_deadline_arm_cycle(core, BATCH_DEADLINE_PLACE, core->scalars.now_us);
}

uint32_t batch_job_outcome(const struct batch_core *core, uint64_t job)
{
    const struct batch_arena *outcomes = &core->arenas[BATCH_ARENA_OUTCOMES];
    if (job / 32 >= outcomes->count) {
        return 0;
    }
    return (uint32_t)(((const uint64_t *)outcomes->items)[job / 32] >> (job % 32 * 2) & 3);
}

static void outcome_set(struct batch_core *core, uint64_t job, uint64_t outcome)
{
    ((uint64_t *)core->arenas[BATCH_ARENA_OUTCOMES].items)[job / 32] |= outcome << (job % 32 * 2);
}

struct batch_order_key batch_job_key(const struct batch_core *core, const struct batch_job *job)
{
    struct batch_job_view view = {
        .job = job->job,
        .created_us = job->created_us,
        .estimate_us = job->estimate_us,
        .resources = batch_class_at(core, job->class_slot)->need,
        .is_retry = job->attempt_count > 0,
    };
    const struct batch_dispatch_policy *policy = batch_dispatch_policies[batch_queue_at(core, job->queue)->dispatch];
    return (struct batch_order_key){.rank = policy->key(&view), .id = job->job};
}

static void class_count_up(struct batch_core *core, uint32_t class_slot)
{
    struct batch_class *class = batch_class_at(core, class_slot);
    if (class->runnable++ > 0) {
        return;
    }
    struct batch_queue *queue = batch_queue_at(core, class->queue);
    class->previous = BATCH_NO_SLOT;
    class->next = queue->class_first;
    if (class->next != BATCH_NO_SLOT) {
        batch_class_at(core, class->next)->previous = class_slot;
    }
    queue->class_first = class_slot;
}

static void class_count_down(struct batch_core *core, uint32_t class_slot)
{
    struct batch_class *class = batch_class_at(core, class_slot);
    if (--class->runnable > 0) {
        return;
    }
    if (class->previous != BATCH_NO_SLOT) {
        batch_class_at(core, class->previous)->next = class->next;
    } else {
        batch_queue_at(core, class->queue)->class_first = class->next;
    }
    if (class->next != BATCH_NO_SLOT) {
        batch_class_at(core, class->next)->previous = class->previous;
    }
}

void batch_job_enqueue(struct batch_core *core, uint32_t job_slot)
{
    const struct batch_job *job = batch_job_at(core, job_slot);
    struct batch_queue *queue = batch_queue_at(core, job->queue);
    struct batch_order_key key = batch_job_key(core, job);
    const struct batch_resources none = {0};
    batch_order_insert(&core->host, batch_core_nodes(core), &queue->runnable, &key, &none, job_slot);
    class_count_up(core, job->class_slot);
    core->scalars.is_demand_new = true;
    if (batch_order_first(batch_core_nodes(core), &queue->runnable) == job_slot) {
        queue->is_dirty = true;
    }
}

void batch_job_dequeue(struct batch_core *core, uint32_t job_slot)
{
    const struct batch_job *job = batch_job_at(core, job_slot);
    struct batch_queue *queue = batch_queue_at(core, job->queue);
    struct batch_order_key key = batch_job_key(core, job);
    batch_order_erase(&core->host, batch_core_nodes(core), &queue->runnable, &key);
    class_count_down(core, job->class_slot);
}

static uint32_t *state_counter(struct batch_core *core, enum batch_job_state state)
{
    switch (state) {
    case BATCH_JOB_RUNNABLE:
        return &core->scalars.jobs_runnable;
    case BATCH_JOB_STARTING:
        return &core->scalars.jobs_starting;
    case BATCH_JOB_RUNNING:
        return &core->scalars.jobs_running;
    case BATCH_JOB_NONE:
    case BATCH_JOB_SUBMITTED:
    case BATCH_JOB_PENDING:
    case BATCH_JOB_SUCCEEDED:
    case BATCH_JOB_FAILED:
        return NULL;
    }
    return NULL;
}

static void job_end(struct batch_core *core, uint32_t job_slot)
{
    const struct batch_job *job = batch_job_at(core, job_slot);
    bool is_success = job->state == BATCH_JOB_SUCCEEDED;
    core->scalars.jobs_succeeded += is_success ? 1 : 0;
    core->scalars.jobs_failed += is_success ? 0 : 1;
    outcome_set(core, job->job, is_success ? 1 : 2);
    batch_index_erase(&core->indices[BATCH_INDEX_JOBS], job->job);
    batch_arena_give(&core->arenas[BATCH_ARENA_JOBS], job_slot);
}

void batch_job_change(struct batch_core *core, uint32_t job_slot, const struct batch_job_change *change)
{
    struct batch_job *job = batch_job_at(core, job_slot);
    struct batch_command command = {
        .kind = BATCH_COMMAND_JOB_CHANGED,
        .as.job_changed = {.tag = job->tag,
                           .task = {.job = job->job,
                                    .array_index = BATCH_INDEX_NONE,
                                    .node_index = BATCH_INDEX_NONE,
                                    .attempt = job->attempt_count},
                           .queue = job->queue,
                           .from = job->state,
                           .to = change->to,
                           .reason = change->reason,
                           .exit_code = change->exit_code,
                           .attempt = change->attempt,
                           .instance = change->instance,
                           .occurred_us = change->occurred_us},
    };
    batch_core_emit(core, &command);
    uint32_t *left = state_counter(core, job->state);
    uint32_t *entered = state_counter(core, change->to);
    if (left != NULL) {
        (*left)--;
    }
    if (entered != NULL) {
        (*entered)++;
    }
    job->state = change->to;
    if (change->to == BATCH_JOB_SUCCEEDED || change->to == BATCH_JOB_FAILED) {
        job_end(core, job_slot);
    }
}

/** Cancel and terminate: a job that has ended is left as it is, as AWS does; an unknown one is refused. */
enum batch_rc batch_job_prepare_stop(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                     struct batch_error *error)
{
    uint64_t job = event->as.stop.job;
    if (job == 0 || job > core->scalars.jobs_submitted) {
        return batch_error_set(error, BATCH_E_STATE, "job %llu was never submitted", (unsigned long long)job);
    }
    *slot = batch_index_get(&core->indices[BATCH_INDEX_JOBS], job);
    enum batch_rc rc = batch_reason_check(event->as.stop.reason, error);
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 1, error) : rc;
}

void batch_job_apply_cancel(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    if (slot == BATCH_NO_SLOT) {
        return;
    }
    const struct batch_job *job = batch_job_at(core, slot);
    if (job->state == BATCH_JOB_SUBMITTED) {
        batch_job_unlist(core, slot);
    } else if (job->state == BATCH_JOB_RUNNABLE) {
        batch_queue_at(core, job->queue)->is_dirty = true;
        batch_job_dequeue(core, slot);
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_PLACE, core->scalars.now_us);
    } else {
        return;
    }
    batch_job_change(core, slot,
                     &(struct batch_job_change){.to = BATCH_JOB_FAILED,
                                                .reason = BATCH_REASON_USER,
                                                .exit_code = BATCH_EXIT_CODE_NONE,
                                                .occurred_us = event->time_us});
}

void batch_job_apply_terminate(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    if (slot == BATCH_NO_SLOT) {
        return;
    }
    const struct batch_job *job = batch_job_at(core, slot);
    if (job->state != BATCH_JOB_STARTING && job->state != BATCH_JOB_RUNNING) {
        batch_job_apply_cancel(core, event, slot);
        return;
    }
    struct batch_attempt *attempt = batch_attempt_at(core, job->attempt_slot);
    if (attempt->is_terminated || attempt->is_timed_out) {
        return;
    }
    attempt->is_terminated = true;
    attempt->stop_us = core->scalars.now_us;
    struct batch_command command = {
        .kind = BATCH_COMMAND_STOP_ATTEMPT,
        .as.stop = {.tag = job->tag, .attempt = attempt->attempt, .grace_us = core->configuration.stop_grace_us}};
    batch_core_emit(core, &command);
}
