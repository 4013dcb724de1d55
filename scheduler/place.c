/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The placing pass (reference 4.3, 4.4, 4.5, 6.4): queues by priority, each until its head must wait.
 */
#include "scheduler/deadline.h"
#include "scheduler/internal.h"

/** What one placement needs: an attempt, its number, the instance's and perhaps the job's new place, commands. */
static bool place_reserve(struct batch_core *core)
{
    core->scalars.is_attempt_short =
        batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_ATTEMPTS], 1, NULL) != BATCH_OK ||
        batch_index_reserve(&core->host, &core->indices[BATCH_INDEX_ATTEMPTS], NULL) != BATCH_OK;
    return !core->scalars.is_attempt_short &&
           batch_order_reserve(&core->host, batch_core_nodes(core), 2, NULL) == BATCH_OK &&
           batch_core_reserve_commands(core, 3, NULL) == BATCH_OK;
}

/** SUBMITTED jobs that the scheduler now looks at become RUNNABLE (reference 1.1). */
static bool evaluate_submitted(struct batch_core *core)
{
    while (core->scalars.submitted_first != BATCH_NO_SLOT) {
        if (batch_order_reserve(&core->host, batch_core_nodes(core), 1, NULL) != BATCH_OK ||
            batch_core_reserve_commands(core, 3, NULL) != BATCH_OK) {
            return false;
        }
        uint32_t slot = core->scalars.submitted_first;
        const struct batch_job *job = batch_job_at(core, slot);
        enum batch_reason misfit = batch_class_at(core, job->class_slot)->misfit;
        struct batch_job_change change = {
            .to = BATCH_JOB_RUNNABLE, .exit_code = BATCH_EXIT_CODE_NONE, .occurred_us = core->scalars.now_us};
        batch_job_unlist(core, slot);
        if (misfit != BATCH_REASON_NONE && core->configuration.misfit == BATCH_MISFIT_FAIL) {
            change.to = BATCH_JOB_FAILED;
            change.reason = misfit;
            batch_job_change(core, slot, &change);
        } else {
            batch_job_change(core, slot, &change);
            batch_job_enqueue(core, slot);
        }
    }
    return true;
}

/** The instance for a job: the first environment in order that has room, or could get some and is waited for. */
static uint32_t instance_choose(const struct batch_core *core, const struct batch_queue *queue,
                                const struct batch_class *class)
{
    for (uint32_t k = 0; k < queue->environment_count; k++) {
        if ((class->eligible >> k & 1) == 0) {
            continue;
        }
        uint32_t found = batch_environment_find(core, queue->environments[k], &class->need);
        if (found != BATCH_NO_SLOT) {
            return found;
        }
        if (batch_environment_can_scale(core, queue->environments[k], &class->need, class->runnable)) {
            return BATCH_NO_SLOT;
        }
    }
    return BATCH_NO_SLOT;
}

/** The policy's instance must really have room; a wrong decision is counted and dropped. */
static bool instance_is_valid(struct batch_core *core, uint32_t instance_slot, const struct batch_class *class)
{
    const struct batch_instance *instance = batch_instance_at(core, instance_slot);
    if (instance->state == BATCH_INSTANCE_READY && !instance->is_leaving &&
        batch_resources_fit(&instance->free, &class->need)) {
        return true;
    }
    core->scalars.decisions_refused++;
    return false;
}

/** The head cannot be placed: remember it, so that scaling looks at it once, and say when it never can be. False: out
 * of room. */
static bool queue_block(struct batch_core *core, uint32_t queue_number, uint32_t job_slot)
{
    struct batch_queue *queue = batch_queue_at(core, queue_number);
    const struct batch_job *job = batch_job_at(core, job_slot);
    if (queue->blocked_job == job->job) {
        return true;
    }
    enum batch_reason misfit = batch_class_at(core, job->class_slot)->misfit;
    if (misfit != BATCH_REASON_NONE) {
        if (batch_core_reserve_commands(core, 1, NULL) != BATCH_OK) {
            return false;
        }
        struct batch_command command = {.kind = BATCH_COMMAND_NOTICE,
                                        .as.notice = {.queue = queue_number, .job = job->job, .reason = misfit}};
        batch_core_emit(core, &command);
    }
    queue->blocked_job = job->job;
    core->scalars.is_demand_new = true;
    return true;
}

/** Place heads until one must wait. False: out of room. */
static bool queue_place(struct batch_core *core, uint32_t queue_number)
{
    struct batch_queue *queue = batch_queue_at(core, queue_number);
    for (;;) {
        uint32_t job_slot = batch_order_first(batch_core_nodes(core), &queue->runnable);
        if (job_slot == BATCH_NO_SLOT) {
            queue->blocked_job = 0;
            return true;
        }
        const struct batch_class *class = batch_class_at(core, batch_job_at(core, job_slot)->class_slot);
        uint32_t instance_slot = instance_choose(core, queue, class);
        if (instance_slot == BATCH_NO_SLOT || !instance_is_valid(core, instance_slot, class)) {
            return queue_block(core, queue_number, job_slot);
        }
        if (!place_reserve(core)) {
            return false;
        }
        batch_attempt_place(core, job_slot, instance_slot);
    }
}

static bool queue_is_dirty(const struct batch_core *core, const struct batch_queue *queue)
{
    bool is_dirty = queue->is_dirty;
    for (uint32_t k = 0; k < queue->environment_count; k++) {
        is_dirty = is_dirty || batch_environment_at(core, queue->environments[k])->is_dirty;
    }
    return is_dirty && queue->runnable.count > 0;
}

bool batch_place_pass(struct batch_core *core)
{
    if (!evaluate_submitted(core)) {
        return false;
    }
    const struct batch_arena *order = &core->arenas[BATCH_ARENA_QUEUE_ORDER];
    for (uint32_t i = 0; i < order->count; i++) {
        uint32_t number = ((const uint32_t *)order->items)[i];
        struct batch_queue *queue = batch_queue_at(core, number);
        if (!queue_is_dirty(core, queue)) {
            continue;
        }
        if (!queue_place(core, number)) {
            return false;
        }
        queue->is_dirty = false;
    }
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_ENVIRONMENTS].count; i++) {
        batch_environment_at(core, i)->is_dirty = false;
    }
    if (core->scalars.is_demand_new && core->scalars.jobs_runnable > 0) {
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_SCALE, core->scalars.now_us);
    }
    return true;
}
