/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Container instances: launched, registered, holding attempts, idle, leaving, gone.
 */
#include "scheduler/deadline.h"
#include "scheduler/internal.h"

static void idle_append(struct batch_core *core, uint32_t slot)
{
    struct batch_instance *instance = batch_instance_at(core, slot);
    struct batch_environment *environment = batch_environment_at(core, instance->environment);
    instance->is_idle = true;
    instance->idle_us = core->scalars.now_us;
    instance->next = BATCH_NO_SLOT;
    instance->previous = environment->idle_last;
    if (environment->idle_last != BATCH_NO_SLOT) {
        batch_instance_at(core, environment->idle_last)->next = slot;
    } else {
        environment->idle_first = slot;
    }
    environment->idle_last = slot;
    if (core->scalars.now_us <= INT64_MAX - environment->scale_in_delay_us) {
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_SCALE, core->scalars.now_us + environment->scale_in_delay_us);
    }
}

static void idle_remove(struct batch_core *core, uint32_t slot)
{
    struct batch_instance *instance = batch_instance_at(core, slot);
    struct batch_environment *environment = batch_environment_at(core, instance->environment);
    if (!instance->is_idle) {
        return;
    }
    instance->is_idle = false;
    if (instance->previous != BATCH_NO_SLOT) {
        batch_instance_at(core, instance->previous)->next = instance->next;
    } else {
        environment->idle_first = instance->next;
    }
    if (instance->next != BATCH_NO_SLOT) {
        batch_instance_at(core, instance->next)->previous = instance->previous;
    } else {
        environment->idle_last = instance->previous;
    }
}

/** Into the order of those that take work, by what is free on it now. */
static void order_insert(struct batch_core *core, uint32_t slot)
{
    struct batch_instance *instance = batch_instance_at(core, slot);
    struct batch_environment *environment = batch_environment_at(core, instance->environment);
    struct batch_instance_view view = {
        .instance = instance->instance, .free = instance->free, .attempts = instance->attempt_count};
    instance->key.rank = batch_placement_policies[environment->placement]->key(&view);
    instance->key.id = instance->instance;
    batch_order_insert(&core->host, batch_core_nodes(core), &environment->instances, &instance->key, &instance->free,
                       slot);
    environment->free.vcpu_milli += instance->free.vcpu_milli;
    environment->free.mib += instance->free.mib;
    environment->free.gpu += instance->free.gpu;
}

static void order_erase(struct batch_core *core, uint32_t slot)
{
    const struct batch_instance *instance = batch_instance_at(core, slot);
    struct batch_environment *environment = batch_environment_at(core, instance->environment);
    batch_order_erase(&core->host, batch_core_nodes(core), &environment->instances, &instance->key);
    environment->free.vcpu_milli -= instance->free.vcpu_milli;
    environment->free.mib -= instance->free.mib;
    environment->free.gpu -= instance->free.gpu;
}

static bool instance_takes_work(const struct batch_instance *instance)
{
    return instance->state == BATCH_INSTANCE_READY && !instance->is_leaving;
}

void batch_instance_hold(struct batch_core *core, uint32_t instance_slot, const struct batch_resources *need)
{
    struct batch_instance *instance = batch_instance_at(core, instance_slot);
    BATCH_ASSERT(&core->host, instance_takes_work(instance) && batch_resources_fit(&instance->free, need));
    idle_remove(core, instance_slot);
    order_erase(core, instance_slot);
    instance->free.vcpu_milli -= need->vcpu_milli;
    instance->free.mib -= need->mib;
    instance->free.gpu -= need->gpu;
    order_insert(core, instance_slot);
}

void batch_instance_release(struct batch_core *core, uint32_t instance_slot, const struct batch_resources *need)
{
    struct batch_instance *instance = batch_instance_at(core, instance_slot);
    bool takes_work = instance_takes_work(instance);
    if (takes_work) {
        order_erase(core, instance_slot);
    }
    instance->free.vcpu_milli += need->vcpu_milli;
    instance->free.mib += need->mib;
    instance->free.gpu += need->gpu;
    if (!takes_work) {
        return;
    }
    order_insert(core, instance_slot);
    if (instance->attempt_count == 0) {
        idle_append(core, instance_slot);
    }
    batch_environment_at(core, instance->environment)->is_dirty = true;
    if (core->scalars.jobs_runnable > 0) {
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_PLACE, core->scalars.now_us);
    }
}

void batch_instance_launch(struct batch_core *core, uint32_t environment, uint32_t fleet_index)
{
    struct batch_environment *owner = batch_environment_at(core, environment);
    struct batch_fleet *fleet = batch_fleet_at(core, fleet_index);
    uint32_t vcpus = batch_pool_at(core, fleet->pool)->seen.capacity.vcpu_milli / BATCH_VCPU_MILLI;
    uint32_t slot = batch_arena_take(&core->host, &core->arenas[BATCH_ARENA_INSTANCES]);
    struct batch_instance *instance = batch_instance_at(core, slot);
    instance->instance = ++core->scalars.instances_launched;
    instance->environment = environment;
    instance->fleet = fleet_index;
    instance->vcpus = vcpus;
    instance->attempt_first = BATCH_NO_SLOT;
    instance->state = BATCH_INSTANCE_LAUNCHING;
    batch_index_put(&core->indices[BATCH_INDEX_INSTANCES], instance->instance, slot);
    owner->vcpus += vcpus;
    fleet->incoming++;
    fleet->live++;
    core->scalars.instances_live++;
    struct batch_command command = {
        .kind = BATCH_COMMAND_LAUNCH_INSTANCE,
        .as.launch = {.instance = instance->instance, .pool = fleet->pool, .environment = environment},
    };
    batch_core_emit(core, &command);
}

/** It takes no more work, whatever the reason; its attempts go on until it is gone. */
static void instance_leave(struct batch_core *core, uint32_t slot)
{
    struct batch_instance *instance = batch_instance_at(core, slot);
    if (instance->is_leaving) {
        return;
    }
    if (instance->state == BATCH_INSTANCE_READY) {
        idle_remove(core, slot);
        order_erase(core, slot);
    } else {
        batch_fleet_at(core, instance->fleet)->incoming--;
    }
    instance->is_leaving = true;
}

/** maxvCpus no longer counts it. */
static void instance_discount(struct batch_core *core, const struct batch_instance *instance)
{
    batch_environment_at(core, instance->environment)->vcpus -= instance->vcpus;
    batch_fleet_at(core, instance->fleet)->live--;
}

void batch_instance_terminate(struct batch_core *core, uint32_t instance_slot)
{
    struct batch_instance *instance = batch_instance_at(core, instance_slot);
    BATCH_ASSERT(&core->host, !instance->is_terminating && instance->attempt_count == 0);
    instance_leave(core, instance_slot);
    instance_discount(core, instance);
    instance->is_terminating = true;
    struct batch_command command = {.kind = BATCH_COMMAND_TERMINATE_INSTANCE,
                                    .as.terminate = {.instance = instance->instance}};
    batch_core_emit(core, &command);
}

static void instance_remove(struct batch_core *core, uint32_t slot)
{
    instance_leave(core, slot);
    const struct batch_instance *instance = batch_instance_at(core, slot);
    if (!instance->is_terminating) {
        instance_discount(core, instance);
    }
    core->scalars.instances_live--;
    batch_index_erase(&core->indices[BATCH_INDEX_INSTANCES], instance->instance);
    batch_arena_give(&core->arenas[BATCH_ARENA_INSTANCES], slot);
}

/** Capacity was lost: demand that counted on it, and minvCpus, must be looked at again. */
static void demand_renew(struct batch_core *core)
{
    core->scalars.is_demand_new = true;
    batch_deadline_arm_cycle(core, BATCH_DEADLINE_SCALE, core->scalars.now_us);
}

static enum batch_rc instance_find(const struct batch_core *core, uint64_t instance, uint32_t *slot,
                                   struct batch_error *error)
{
    *slot = batch_index_get(&core->indices[BATCH_INDEX_INSTANCES], instance);
    if (*slot == BATCH_NO_SLOT) {
        return batch_error_set(error, BATCH_E_STATE, "instance %llu does not exist or is gone",
                               (unsigned long long)instance);
    }
    return BATCH_OK;
}

static enum batch_rc instance_find_in(struct batch_core *core, const struct batch_event *event,
                                      enum batch_instance_state state, uint32_t *slot, struct batch_error *error)
{
    enum batch_rc rc = instance_find(core, event->as.instance.instance, slot, error);
    if (rc == BATCH_OK && batch_instance_at(core, *slot)->state != state) {
        return batch_error_set(error, BATCH_E_STATE, "instance %llu is not in the state for this",
                               (unsigned long long)event->as.instance.instance);
    }
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 0, error) : rc;
}

enum batch_rc batch_instance_prepare_running(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                             struct batch_error *error)
{
    return instance_find_in(core, event, BATCH_INSTANCE_LAUNCHING, slot, error);
}

void batch_instance_apply_running(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    (void)event;
    batch_instance_at(core, slot)->state = BATCH_INSTANCE_BOOTING;
}

enum batch_rc batch_instance_prepare_registered(struct batch_core *core, const struct batch_event *event,
                                                uint32_t *slot, struct batch_error *error)
{
    enum batch_rc rc = instance_find_in(core, event, BATCH_INSTANCE_BOOTING, slot, error);
    const struct batch_resources *registered = &event->as.instance.registered;
    if (rc == BATCH_OK && (registered->vcpu_milli == 0 || registered->mib == 0)) {
        return batch_error_set(error, BATCH_E_INPUT, "instance %llu registered without vCPUs or memory",
                               (unsigned long long)event->as.instance.instance);
    }
    return rc == BATCH_OK ? batch_order_reserve(&core->host, batch_core_nodes(core), 1, error) : rc;
}

void batch_instance_apply_registered(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    struct batch_instance *instance = batch_instance_at(core, slot);
    instance->registered = event->as.instance.registered;
    instance->free = instance->registered;
    instance->state = BATCH_INSTANCE_READY;
    if (instance->is_leaving) {
        return;
    }
    batch_fleet_at(core, instance->fleet)->incoming--;
    order_insert(core, slot);
    idle_append(core, slot);
    batch_environment_at(core, instance->environment)->is_dirty = true;
    if (core->scalars.jobs_runnable > 0) {
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_PLACE, core->scalars.now_us);
    }
}

enum batch_rc batch_instance_prepare_launch_failed(struct batch_core *core, const struct batch_event *event,
                                                   uint32_t *slot, struct batch_error *error)
{
    return instance_find_in(core, event, BATCH_INSTANCE_LAUNCHING, slot, error);
}

void batch_instance_apply_launch_failed(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    const struct batch_instance *instance = batch_instance_at(core, slot);
    int64_t retry_us = event->time_us > INT64_MAX - core->configuration.launch_retry_us
                           ? INT64_MAX
                           : event->time_us + core->configuration.launch_retry_us;
    batch_pool_at(core, batch_fleet_at(core, instance->fleet)->pool)->retry_us = retry_us;
    core->scalars.retry_us = retry_us;
    batch_environments_touch(core);
    instance_remove(core, slot);
    demand_renew(core);
    if (core->scalars.jobs_runnable > 0) {
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_PLACE, core->scalars.now_us);
    }
}

enum batch_rc batch_instance_prepare_notice(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                            struct batch_error *error)
{
    enum batch_rc rc = instance_find(core, event->as.instance.instance, slot, error);
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 0, error) : rc;
}

void batch_instance_apply_notice(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    (void)event;
    instance_leave(core, slot);
    demand_renew(core);
}

enum batch_rc batch_instance_prepare_gone(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                          struct batch_error *error)
{
    enum batch_rc rc = instance_find(core, event->as.instance.instance, slot, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    if (event->as.instance.gone > BATCH_GONE_FAILED) {
        return batch_error_set(error, BATCH_E_INPUT, "instance %llu: unknown cause of its end",
                               (unsigned long long)event->as.instance.instance);
    }
    uint32_t attempts = batch_instance_at(core, *slot)->attempt_count;
    rc = batch_order_reserve(&core->host, batch_core_nodes(core), attempts + 1, error);
    return rc == BATCH_OK ? batch_core_reserve_commands(core, attempts, error) : rc;
}

void batch_instance_apply_gone(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    instance_leave(core, slot);
    while (batch_instance_at(core, slot)->attempt_first != BATCH_NO_SLOT) {
        batch_attempt_finish(core, batch_instance_at(core, slot)->attempt_first,
                             &(struct batch_attempt_end){.reason = BATCH_REASON_HOST_TERMINATED,
                                                         .exit_code = BATCH_EXIT_CODE_NONE,
                                                         .occurred_us = event->time_us});
    }
    bool was_asked = batch_instance_at(core, slot)->is_terminating;
    instance_remove(core, slot);
    if (!was_asked) {
        demand_renew(core);
    }
}
