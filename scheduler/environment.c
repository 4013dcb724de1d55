/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What an environment can hold, now and ever.
 */
#include "scheduler/internal.h"

bool batch_pool_is_open(const struct batch_core *core, const struct batch_environment *environment,
                        const struct batch_pool *pool)
{
    if (pool->seen.is_refusing || pool->retry_us > core->scalars.now_us) {
        return false;
    }
    if (environment->market == BATCH_MARKET_ON_DEMAND) {
        return true;
    }
    return pool->seen.price_usd_nano_per_h * 100 <=
           pool->seen.on_demand_usd_nano_per_h * (int64_t)environment->bid_percentage;
}

bool batch_environment_has_headroom(const struct batch_environment *environment, uint32_t vcpus)
{
    bool overshoots = environment->market == BATCH_MARKET_SPOT ||
                      batch_allocation_strategies[environment->strategy]->allows_overshoot_on_demand;
    return overshoots ? environment->vcpus < environment->vcpu_max
                      : environment->vcpus + vcpus <= environment->vcpu_max;
}

bool batch_environment_can_scale(const struct batch_core *core, uint32_t environment,
                                 const struct batch_resources *need, uint64_t demand)
{
    const struct batch_environment *known = batch_environment_at(core, environment);
    if (known->vcpus >= known->vcpu_max) {
        return false;
    }
    if (batch_allocation_strategies[known->strategy]->waits_for_type) {
        struct batch_pool_view chosen;
        return batch_pool_choose(core, known, need, demand, &chosen);
    }
    for (uint32_t i = 0; i < known->fleet_count; i++) {
        const struct batch_pool *pool = batch_pool_at(core, batch_fleet_at(core, known->fleet_first + i)->pool);
        if (batch_resources_fit(&pool->seen.capacity, need) && batch_pool_is_open(core, known, pool) &&
            batch_environment_has_headroom(known, pool->seen.capacity.vcpu_milli / BATCH_VCPU_MILLI)) {
            return true;
        }
    }
    return false;
}

bool batch_environment_is_eligible(const struct batch_core *core, uint32_t environment,
                                   const struct batch_resources *need, bool *has_type)
{
    const struct batch_environment *known = batch_environment_at(core, environment);
    bool overshoots =
        known->market == BATCH_MARKET_SPOT || batch_allocation_strategies[known->strategy]->allows_overshoot_on_demand;
    bool is_eligible = false;
    for (uint32_t i = 0; i < known->fleet_count; i++) {
        const struct batch_resources *capacity =
            &batch_pool_at(core, batch_fleet_at(core, known->fleet_first + i)->pool)->seen.capacity;
        if (batch_resources_fit(capacity, need)) {
            *has_type = true;
            is_eligible = is_eligible || overshoots || capacity->vcpu_milli / BATCH_VCPU_MILLI <= known->vcpu_max;
        }
    }
    return is_eligible && need->vcpu_milli <= (uint64_t)known->vcpu_max * BATCH_VCPU_MILLI;
}

bool batch_environments_lack_minimum(const struct batch_core *core)
{
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_ENVIRONMENTS].count; i++) {
        const struct batch_environment *environment = batch_environment_at(core, i);
        if (environment->vcpus < environment->vcpu_min) {
            return true;
        }
    }
    return false;
}

void batch_environments_touch(struct batch_core *core)
{
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_ENVIRONMENTS].count; i++) {
        batch_environment_at(core, i)->is_dirty = true;
    }
}

uint32_t batch_environment_find(const struct batch_core *core, uint32_t environment, const struct batch_resources *need)
{
    const struct batch_environment *known = batch_environment_at(core, environment);
    struct batch_rank from = batch_placement_policies[known->placement]->from(need);
    return batch_order_first_with_room(&core->arenas[BATCH_ARENA_NODES], &known->instances, &from, need);
}
