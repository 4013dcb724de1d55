/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * SPOT_CAPACITY_OPTIMIZED: the pools least likely to be interrupted.
 */
#include "scheduler/policies.h"

static int capacity_compare(const struct batch_pool_view *a, const struct batch_pool_view *b)
{
    if (a->capacity_score != b->capacity_score) {
        return a->capacity_score > b->capacity_score ? -1 : 1;
    }
    return batch_pool_compare_cost(a, b);
}

const struct batch_allocation_strategy batch_allocation_spot_capacity_optimized = {
    .name = "SPOT_CAPACITY_OPTIMIZED",
    .summary = "large enough types from the pools least likely to be interrupted",
    .allows_overshoot_on_demand = true,
    .is_spot_only = true,
    .compare = capacity_compare,
};
