/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Re-counting queues, classes, instances and environments.
 */
#include "scheduler/internal.h"

static enum batch_rc broken(struct batch_error *error, const char *what)
{
    return batch_error_set(error, BATCH_E_STATE, "the scheduler's state is damaged: %s", what);
}

static enum batch_rc verify_submitted(const struct batch_core *core, uint64_t *listed, struct batch_error *error)
{
    uint32_t previous = BATCH_NO_SLOT;
    uint32_t slot = core->scalars.submitted_first;
    while (slot != BATCH_NO_SLOT) {
        if (slot >= core->arenas[BATCH_ARENA_JOBS].count || (*listed)++ > core->arenas[BATCH_ARENA_JOBS].count ||
            batch_job_at(core, slot)->state != BATCH_JOB_SUBMITTED || batch_job_at(core, slot)->previous != previous) {
            return broken(error, "the list of SUBMITTED jobs");
        }
        previous = slot;
        slot = batch_job_at(core, slot)->next;
    }
    return previous == core->scalars.submitted_last ? BATCH_OK : broken(error, "the end of the SUBMITTED jobs");
}

struct lists_sum {
    uint64_t runnable, instances, attempts, nodes;
    uint64_t classes; /**< With RUNNABLE jobs. */
};

/** Whose order is walked: a queue's or an environment's. */
struct order_owner {
    const struct batch_core *core;
    uint32_t number;
};

static bool keys_equal(const struct batch_order_key *a, const struct batch_order_key *b)
{
    return a->rank.major == b->rank.major && a->rank.minor == b->rank.minor && a->id == b->id;
}

static bool job_is_known(const void *context, const struct batch_order_key *key, const struct batch_resources *room,
                         uint32_t item)
{
    const struct order_owner *owner = context;
    (void)room;
    if (item >= owner->core->arenas[BATCH_ARENA_JOBS].count) {
        return false;
    }
    const struct batch_job *job = batch_job_at(owner->core, item);
    if (job->state != BATCH_JOB_RUNNABLE || job->queue != owner->number) {
        return false;
    }
    struct batch_order_key expected = batch_job_key(owner->core, job);
    return keys_equal(key, &expected);
}

static bool instance_is_known(const void *context, const struct batch_order_key *key,
                              const struct batch_resources *room, uint32_t item)
{
    const struct order_owner *owner = context;
    if (item >= owner->core->arenas[BATCH_ARENA_INSTANCES].count) {
        return false;
    }
    const struct batch_instance *instance = batch_instance_at(owner->core, item);
    return instance->environment == owner->number && instance->state == BATCH_INSTANCE_READY && !instance->is_leaving &&
           keys_equal(key, &instance->key) && key->id == instance->instance &&
           room->vcpu_milli == instance->free.vcpu_milli && room->mib == instance->free.mib &&
           room->gpu == instance->free.gpu;
}

/** The RUNNABLE jobs of a queue are those its classes count. */
static enum batch_rc verify_queue(const struct batch_core *core, uint32_t number, struct lists_sum *sum,
                                  struct batch_error *error)
{
    const struct batch_queue *queue = batch_queue_at(core, number);
    uint64_t counted = 0;
    uint32_t previous = BATCH_NO_SLOT;
    uint32_t steps = 0;
    for (uint32_t slot = queue->class_first; slot != BATCH_NO_SLOT; slot = batch_class_at(core, slot)->next) {
        if (slot >= core->arenas[BATCH_ARENA_CLASSES].count || steps++ > core->arenas[BATCH_ARENA_CLASSES].count) {
            return broken(error, "a queue's list of classes");
        }
        const struct batch_class *class = batch_class_at(core, slot);
        if (class->queue != number || class->runnable == 0 || class->previous != previous) {
            return broken(error, "a class is in the wrong list");
        }
        counted += class->runnable;
        previous = slot;
        sum->classes++;
    }
    sum->runnable += counted;
    struct order_owner owner = {.core = core, .number = number};
    struct batch_order_audit audit = {.is_known = job_is_known, .context = &owner};
    bool is_sound = batch_order_is_sound(&core->arenas[BATCH_ARENA_NODES], &queue->runnable, &audit);
    sum->nodes += audit.nodes;
    if (counted != queue->runnable.count || !is_sound) {
        return broken(error, "a queue's order and its demand differ");
    }
    return BATCH_OK;
}

struct instance_sum {
    uint64_t vcpu_milli, mib, gpu; /**< Held by its attempts. */
    uint32_t count;
};

static enum batch_rc sum_attempts(const struct batch_core *core, uint32_t instance_slot, struct instance_sum *sum,
                                  struct batch_error *error)
{
    uint32_t previous = BATCH_NO_SLOT;
    uint32_t slot = batch_instance_at(core, instance_slot)->attempt_first;
    while (slot != BATCH_NO_SLOT) {
        if (slot >= core->arenas[BATCH_ARENA_ATTEMPTS].count || sum->count > core->arenas[BATCH_ARENA_ATTEMPTS].count) {
            return broken(error, "an instance's list of attempts");
        }
        const struct batch_attempt *attempt = batch_attempt_at(core, slot);
        if (attempt->attempt == 0 || attempt->instance_slot != instance_slot || attempt->previous != previous ||
            attempt->job_slot >= core->arenas[BATCH_ARENA_JOBS].count ||
            batch_job_at(core, attempt->job_slot)->class_slot >= core->arenas[BATCH_ARENA_CLASSES].count) {
            return broken(error, "an attempt is on the wrong instance");
        }
        const struct batch_resources *need =
            &batch_class_at(core, batch_job_at(core, attempt->job_slot)->class_slot)->need;
        sum->vcpu_milli += need->vcpu_milli;
        sum->mib += need->mib;
        sum->gpu += need->gpu;
        sum->count++;
        previous = slot;
        slot = attempt->next;
    }
    return BATCH_OK;
}

struct environment_sum {
    uint64_t vcpus, free_vcpu_milli, free_mib, free_gpu, working, idle;
    uint64_t incoming, live; /**< By fleet, as one number: batch_verify_weight of each instance's. */
};

static bool instance_is_in_range(const struct batch_core *core, const struct batch_instance *instance)
{
    const struct batch_environment *environment = batch_environment_at(core, instance->environment);
    return instance->instance <= core->scalars.instances_launched && instance->state >= BATCH_INSTANCE_LAUNCHING &&
           instance->state <= BATCH_INSTANCE_READY && instance->fleet >= environment->fleet_first &&
           instance->fleet - environment->fleet_first < environment->fleet_count &&
           (!instance->is_terminating || instance->is_leaving);
}

/** Instances on their way and in use, as the environment's fleets count them. */
static bool fleets_add_up(const struct batch_core *core, const struct batch_environment *environment,
                          const struct environment_sum *total)
{
    uint64_t incoming = 0;
    uint64_t live = 0;
    for (uint32_t i = 0; i < environment->fleet_count; i++) {
        const struct batch_fleet *fleet = batch_fleet_at(core, environment->fleet_first + i);
        incoming += batch_verify_weight(environment->fleet_first + i) * fleet->incoming;
        live += batch_verify_weight(environment->fleet_first + i) * fleet->live;
    }
    return incoming == total->incoming && live == total->live;
}

static enum batch_rc verify_instance(const struct batch_core *core, uint32_t slot, uint32_t environment,
                                     struct environment_sum *total, uint64_t *attempts, struct batch_error *error)
{
    const struct batch_instance *instance = batch_instance_at(core, slot);
    if (instance->environment != environment) {
        return BATCH_OK;
    }
    if (!instance_is_in_range(core, instance)) {
        return broken(error, "an instance is out of range");
    }
    struct instance_sum sum = {0};
    enum batch_rc rc = sum_attempts(core, slot, &sum, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    bool takes_work = instance->state == BATCH_INSTANCE_READY && !instance->is_leaving;
    if (sum.count != instance->attempt_count ||
        (instance->state == BATCH_INSTANCE_READY &&
         (instance->free.vcpu_milli + sum.vcpu_milli != instance->registered.vcpu_milli ||
          instance->free.mib + sum.mib != instance->registered.mib ||
          instance->free.gpu + sum.gpu != instance->registered.gpu))) {
        return broken(error, "an instance's room and its attempts do not add up");
    }
    if (instance->is_idle != (takes_work && sum.count == 0)) {
        return broken(error, "an instance is wrongly idle");
    }
    total->vcpus += instance->is_terminating ? 0 : instance->vcpus;
    total->free_vcpu_milli += takes_work ? instance->free.vcpu_milli : 0;
    total->free_mib += takes_work ? instance->free.mib : 0;
    total->free_gpu += takes_work ? instance->free.gpu : 0;
    bool is_incoming = instance->state != BATCH_INSTANCE_READY && !instance->is_leaving;
    total->incoming += is_incoming ? batch_verify_weight(instance->fleet) : 0;
    total->live += instance->is_terminating ? 0 : batch_verify_weight(instance->fleet);
    total->working += takes_work;
    total->idle += instance->is_idle;
    *attempts += sum.count;
    return BATCH_OK;
}

static enum batch_rc verify_idle(const struct batch_core *core, const struct batch_environment *environment,
                                 uint64_t idle, struct batch_error *error)
{
    uint64_t counted = 0;
    uint32_t previous = BATCH_NO_SLOT;
    int64_t since_us = 0;
    for (uint32_t slot = environment->idle_first; slot != BATCH_NO_SLOT; slot = batch_instance_at(core, slot)->next) {
        if (slot >= core->arenas[BATCH_ARENA_INSTANCES].count || counted++ >= idle) {
            return broken(error, "an environment's list of idle instances");
        }
        const struct batch_instance *instance = batch_instance_at(core, slot);
        if (!instance->is_idle || batch_environment_at(core, instance->environment) != environment ||
            instance->previous != previous || instance->idle_us < since_us ||
            instance->idle_us > core->scalars.now_us) {
            return broken(error, "the idle instances are out of order");
        }
        since_us = instance->idle_us;
        previous = slot;
    }
    return counted == idle && environment->idle_last == previous ? BATCH_OK
                                                                 : broken(error, "an idle instance is missing");
}

static enum batch_rc verify_environment(const struct batch_core *core, uint32_t number, struct lists_sum *sum,
                                        struct batch_error *error)
{
    const struct batch_environment *environment = batch_environment_at(core, number);
    const struct batch_index *index = &core->indices[BATCH_INDEX_INSTANCES];
    const struct batch_index_entry *entries = index->table.items;
    struct environment_sum total = {0};
    for (uint32_t i = 0; i < index->table.capacity; i++) {
        if (entries[i].key == 0) {
            continue;
        }
        if (batch_instance_at(core, entries[i].slot)->instance != entries[i].key) {
            return broken(error, "a live instance is not what its number says");
        }
        sum->instances += batch_instance_at(core, entries[i].slot)->environment == number;
        enum batch_rc rc = verify_instance(core, entries[i].slot, number, &total, &sum->attempts, error);
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    struct order_owner owner = {.core = core, .number = number};
    struct batch_order_audit audit = {.is_known = instance_is_known, .context = &owner};
    bool is_sound = batch_order_is_sound(&core->arenas[BATCH_ARENA_NODES], &environment->instances, &audit);
    sum->nodes += audit.nodes;
    if (total.vcpus != environment->vcpus || total.free_vcpu_milli != environment->free.vcpu_milli ||
        total.free_mib != environment->free.mib || total.free_gpu != environment->free.gpu ||
        total.working != environment->instances.count || !is_sound || !fleets_add_up(core, environment, &total)) {
        return broken(error, "an environment and its instances do not add up");
    }
    return verify_idle(core, environment, total.idle, error);
}

static uint64_t classes_in_use(const struct batch_core *core)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_CLASSES].count; i++) {
        count += batch_class_at(core, i)->runnable > 0;
    }
    return count;
}

enum batch_rc batch_verify_lists(const struct batch_core *core, uint64_t *nodes, uint64_t *submitted,
                                 struct batch_error *error)
{
    struct lists_sum sum = {0};
    enum batch_rc rc = verify_submitted(core, submitted, error);
    for (uint32_t i = 0; rc == BATCH_OK && i < core->arenas[BATCH_ARENA_QUEUES].count; i++) {
        rc = verify_queue(core, i, &sum, error);
    }
    for (uint32_t i = 0; rc == BATCH_OK && i < core->arenas[BATCH_ARENA_ENVIRONMENTS].count; i++) {
        rc = verify_environment(core, i, &sum, error);
    }
    if (rc != BATCH_OK) {
        return rc;
    }
    *nodes += sum.nodes;
    if (sum.runnable != core->scalars.jobs_runnable || sum.classes != classes_in_use(core) ||
        sum.instances != core->scalars.instances_live || sum.instances != core->indices[BATCH_INDEX_INSTANCES].used ||
        sum.attempts != core->indices[BATCH_INDEX_ATTEMPTS].used) {
        return broken(error, "queues, instances and attempts do not add up");
    }
    return BATCH_OK;
}
