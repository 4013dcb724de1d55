/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The scaling pass (reference 5.4, 5.6, 5.7): terminate what idled too long, keep minvCpus, launch for demand.
 *
 * Demand is counted by class, never by job. Per queue the head's class comes first, so that what blocks the
 * queue is served first; then larger requests, whose leftovers smaller ones fill.
 */
#include "scheduler/deadline.h"
#include "scheduler/internal.h"
#include "scheduler/supply.h"

#include <stdlib.h>

struct scale_item {
    struct batch_resources need;
    uint32_t class_slot;
    bool is_head;
};

size_t batch_scale_scratch_bytes(const struct batch_core *core)
{
    return batch_supply_bytes(core) + (size_t)core->arenas[BATCH_ARENA_CLASSES].count * sizeof(struct scale_item);
}

static bool launch_reserve(struct batch_core *core)
{
    core->scalars.is_instance_short =
        batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_INSTANCES], 1, NULL) != BATCH_OK ||
        batch_index_reserve(&core->host, &core->indices[BATCH_INDEX_INSTANCES], NULL) != BATCH_OK;
    return !core->scalars.is_instance_short && batch_core_reserve_commands(core, 2, NULL) == BATCH_OK;
}

/** Terminate what has idled for the delay, longest first, while minvCpus stay (reference 5.7). */
static bool environment_shrink(struct batch_core *core, uint32_t number)
{
    struct batch_environment *environment = batch_environment_at(core, number);
    /* at minvCpus nothing may go: what is kept is not looked through at every pass */
    uint32_t slot = environment->vcpus > environment->vcpu_min ? environment->idle_first : BATCH_NO_SLOT;
    while (slot != BATCH_NO_SLOT) {
        const struct batch_instance *instance = batch_instance_at(core, slot);
        uint32_t next = instance->next;
        if (core->scalars.now_us - instance->idle_us < environment->scale_in_delay_us) {
            if (instance->idle_us <= INT64_MAX - environment->scale_in_delay_us) {
                batch_deadline_arm_cycle(core, BATCH_DEADLINE_SCALE,
                                         instance->idle_us + environment->scale_in_delay_us);
            }
            return true;
        }
        if (environment->vcpus >= (uint64_t)environment->vcpu_min + instance->vcpus) {
            if (batch_core_reserve_commands(core, 2, NULL) != BATCH_OK) {
                return false;
            }
            batch_instance_terminate(core, slot);
        }
        slot = next;
    }
    return true;
}

/** Fill in what a strategy sees of a pool; false when it does not come into question. */
static bool pool_view(const struct batch_core *core, const struct batch_environment *environment, uint32_t order,
                      const struct batch_resources *need, uint64_t demand, struct batch_pool_view *view)
{
    const struct batch_pool *pool = batch_pool_at(core, batch_fleet_at(core, environment->fleet_first + order)->pool);
    const struct batch_resources *capacity = &pool->seen.capacity;
    bool waits = batch_allocation_strategies[environment->strategy]->waits_for_type;
    if (!batch_resources_fit(capacity, need) || (!waits && !batch_pool_is_open(core, environment, pool)) ||
        !batch_environment_has_headroom(environment, capacity->vcpu_milli / BATCH_VCPU_MILLI)) {
        return false;
    }
    view->order = order;
    view->capacity = *capacity;
    view->price_usd_nano_per_h = pool->seen.price_usd_nano_per_h;
    view->capacity_score = pool->seen.capacity_score;
    view->units = batch_supply_units(capacity->vcpu_milli, capacity->mib, capacity->gpu, need);
    view->instances = (demand + view->units - 1) / view->units;
    view->waste_vcpu_milli = view->instances * capacity->vcpu_milli - demand * need->vcpu_milli;
    return true;
}

bool batch_pool_choose(const struct batch_core *core, const struct batch_environment *environment,
                       const struct batch_resources *need, uint64_t demand, struct batch_pool_view *chosen)
{
    const struct batch_allocation_strategy *strategy = batch_allocation_strategies[environment->strategy];
    struct batch_pool_view view = {0};
    uint32_t score_best = 0;
    for (uint32_t i = 0; i < environment->fleet_count; i++) {
        if (pool_view(core, environment, i, need, demand, &view) && view.capacity_score > score_best) {
            score_best = view.capacity_score;
        }
    }
    bool is_found = false;
    for (uint32_t i = 0; i < environment->fleet_count; i++) {
        view.capacity_score_best = score_best;
        if (pool_view(core, environment, i, need, demand, &view) &&
            (!is_found || strategy->compare(&view, chosen) < 0)) {
            *chosen = view;
            is_found = true;
        }
    }
    return is_found && batch_pool_is_open(
                           core, environment,
                           batch_pool_at(core, batch_fleet_at(core, environment->fleet_first + chosen->order)->pool));
}

/**
 * Launch for up to @p demand requests of @p need.
 *
 * @param demand  In: requests to serve; out: those still without.
 * @param supply  Told of the leftovers; NULL when they need not be counted.
 * @return false when out of room.
 */
static bool environment_grow(struct batch_core *core, uint32_t number, const struct batch_resources *need,
                             uint64_t *demand, struct batch_supply *supply)
{
    struct batch_environment *environment = batch_environment_at(core, number);
    struct batch_pool_view chosen = {0};
    while (*demand > 0 && environment->vcpus < environment->vcpu_max &&
           batch_pool_choose(core, environment, need, *demand, &chosen)) {
        uint32_t vcpus = chosen.capacity.vcpu_milli / BATCH_VCPU_MILLI;
        uint64_t launched = 0;
        while (launched < chosen.instances && batch_environment_has_headroom(environment, vcpus)) {
            if (!launch_reserve(core)) {
                return false;
            }
            batch_instance_launch(core, number, environment->fleet_first + chosen.order);
            launched++;
        }
        uint64_t served = launched * chosen.units < *demand ? launched * chosen.units : *demand;
        if (supply != NULL) {
            batch_supply_add(supply, number, launched, &chosen.capacity);
            uint64_t left = served;
            batch_supply_take_incoming(supply, number, need, &left);
        }
        *demand -= served;
    }
    return true;
}

/** minvCpus, and once desiredvCpus, need instances whether or not there are jobs (reference 5.2). */
static bool environment_keep(struct batch_core *core, uint32_t number)
{
    struct batch_environment *environment = batch_environment_at(core, number);
    uint64_t target = environment->vcpu_min;
    if (environment->is_new && environment->vcpu_desired > target) {
        target = environment->vcpu_desired;
    }
    if (environment->vcpus < target) {
        const struct batch_resources one = {.vcpu_milli = BATCH_VCPU_MILLI, .mib = 1};
        uint64_t demand = target - environment->vcpus;
        if (!environment_grow(core, number, &one, &demand, NULL)) {
            return false;
        }
    }
    environment->is_new = false;
    return true;
}

/** The head's class first, then the greater request; a total order. */
static int item_compare(const void *left, const void *right)
{
    const struct scale_item *a = left;
    const struct scale_item *b = right;
    if (a->is_head != b->is_head) {
        return a->is_head ? -1 : 1;
    }
    if (a->need.vcpu_milli != b->need.vcpu_milli) {
        return a->need.vcpu_milli > b->need.vcpu_milli ? -1 : 1;
    }
    if (a->need.mib != b->need.mib) {
        return a->need.mib > b->need.mib ? -1 : 1;
    }
    return a->class_slot < b->class_slot ? -1 : a->class_slot > b->class_slot;
}

static uint32_t queue_items(const struct batch_core *core, const struct batch_queue *queue, struct scale_item *items)
{
    uint32_t head_slot = batch_order_first(&core->arenas[BATCH_ARENA_NODES], &queue->runnable);
    uint32_t head_class = batch_job_at(core, head_slot)->class_slot;
    uint32_t count = 0;
    for (uint32_t slot = queue->class_first; slot != BATCH_NO_SLOT; slot = batch_class_at(core, slot)->next) {
        items[count++] = (struct scale_item){
            .need = batch_class_at(core, slot)->need, .class_slot = slot, .is_head = slot == head_class};
    }
    qsort(items, count, sizeof items[0], item_compare);
    return count;
}

static bool queue_can_grow(const struct batch_core *core, const struct batch_queue *queue)
{
    for (uint32_t k = 0; k < queue->environment_count; k++) {
        const struct batch_environment *environment = batch_environment_at(core, queue->environments[k]);
        if (environment->vcpus < environment->vcpu_max) {
            return true;
        }
    }
    return false;
}

/**
 * What is there, what is coming, what must be launched: environment by environment in the queue's order.
 *
 * @param unserved  Set to the jobs for which there is nothing.
 */
static bool class_serve(struct batch_core *core, const struct batch_queue *queue, const struct batch_class *class,
                        struct batch_supply *supply, uint64_t *unserved)
{
    uint64_t demand = class->runnable;
    for (uint32_t k = 0; k < queue->environment_count && demand > 0; k++) {
        uint32_t number = queue->environments[k];
        if ((class->eligible >> k & 1) == 0) {
            continue;
        }
        if (batch_environment_find(core, number, &class->need) != BATCH_NO_SLOT) {
            batch_supply_take_free(supply, number, &class->need, &demand);
        }
        batch_supply_take_incoming(supply, number, &class->need, &demand);
        if (!environment_grow(core, number, &class->need, &demand, supply)) {
            return false;
        }
    }
    *unserved = demand;
    return true;
}

/**
 * The classes of one queue. When nothing is there or coming for the head, nothing behind it can start either: an
 * instance launched for those would idle, be terminated and launched again for as long as the head is stuck.
 */
static bool queue_serve(struct batch_core *core, const struct batch_queue *queue, struct scale_item *items,
                        struct batch_supply *supply)
{
    uint32_t count = queue->runnable.count > 0 ? queue_items(core, queue, items) : 0;
    for (uint32_t k = 0; k < count; k++) {
        const struct batch_class *class = batch_class_at(core, items[k].class_slot);
        uint64_t unserved = 0;
        if (!class_serve(core, queue, class, supply, &unserved)) {
            return false;
        }
        if (items[k].is_head && unserved == class->runnable) {
            break;
        }
    }
    return true;
}

/** How many queues, from the first in order, must be served: those before the last that can grow take their share. */
static uint32_t queues_to_serve(const struct batch_core *core)
{
    const struct batch_arena *order = &core->arenas[BATCH_ARENA_QUEUE_ORDER];
    uint32_t count = order->count;
    while (count > 0) {
        const struct batch_queue *queue = batch_queue_at(core, ((const uint32_t *)order->items)[count - 1]);
        if (queue->runnable.count > 0 && queue_can_grow(core, queue)) {
            break;
        }
        count--;
    }
    return count;
}

static bool queues_serve(struct batch_core *core)
{
    struct batch_supply supply;
    struct scale_item *items = batch_supply_init(&supply, core);
    const uint32_t *order = core->arenas[BATCH_ARENA_QUEUE_ORDER].items;
    uint32_t queues = queues_to_serve(core);
    for (uint32_t i = 0; i < queues; i++) {
        const struct batch_queue *queue = batch_queue_at(core, order[i]);
        if (!queue_serve(core, queue, items, &supply)) {
            return false;
        }
    }
    return true;
}

bool batch_scale_pass(struct batch_core *core)
{
    uint64_t launched_before = core->scalars.instances_launched;
    uint32_t environments = core->arenas[BATCH_ARENA_ENVIRONMENTS].count;
    bool is_whole = true;
    for (uint32_t i = 0; i < environments && is_whole; i++) {
        uint64_t vcpus_before = batch_environment_at(core, i)->vcpus;
        is_whole = environment_shrink(core, i);
        core->scalars.is_demand_new =
            core->scalars.is_demand_new || batch_environment_at(core, i)->vcpus < vcpus_before;
    }
    for (uint32_t i = 0; i < environments && is_whole; i++) {
        is_whole = environment_keep(core, i);
    }
    if (is_whole && core->scalars.is_demand_new && core->scalars.jobs_runnable > 0) {
        is_whole = queues_serve(core);
    }
    if (core->scalars.instances_launched > launched_before && core->scalars.jobs_runnable > 0) {
        /* an environment that has just reached its limit no longer makes its queues' heads wait for it */
        batch_environments_touch(core);
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_PLACE, core->scalars.now_us);
    }
    if (!is_whole) {
        return false;
    }
    core->scalars.is_demand_new = core->scalars.retry_us > core->scalars.now_us && core->scalars.jobs_runnable > 0;
    if (core->scalars.retry_us > core->scalars.now_us &&
        (core->scalars.is_demand_new || batch_environments_lack_minimum(core))) {
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_SCALE, core->scalars.retry_us);
    }
    return true;
}
