/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The lists of policies: the order is part of the event encoding, so new rows go to the end.
 */
#include "scheduler/policies.h"

#include <string.h>

const struct batch_dispatch_policy *const batch_dispatch_policies[] = {
    &batch_dispatch_fifo,
};
const uint32_t batch_dispatch_policy_count = sizeof batch_dispatch_policies / sizeof batch_dispatch_policies[0];

const struct batch_placement_policy *const batch_placement_policies[] = {
    &batch_placement_best_fit,
    &batch_placement_first_fit,
    &batch_placement_worst_fit,
    &batch_placement_spread,
};
const uint32_t batch_placement_policy_count = sizeof batch_placement_policies / sizeof batch_placement_policies[0];

const struct batch_allocation_strategy *const batch_allocation_strategies[] = {
    &batch_allocation_best_fit,
    &batch_allocation_best_fit_progressive,
    &batch_allocation_spot_capacity_optimized,
    &batch_allocation_spot_price_capacity_optimized,
};
const uint32_t batch_allocation_strategy_count =
    sizeof batch_allocation_strategies / sizeof batch_allocation_strategies[0];

int32_t batch_dispatch_policy_find(const char *name)
{
    for (uint32_t i = 0; i < batch_dispatch_policy_count; i++) {
        if (strcmp(batch_dispatch_policies[i]->name, name) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

int32_t batch_placement_policy_find(const char *name)
{
    for (uint32_t i = 0; i < batch_placement_policy_count; i++) {
        if (strcmp(batch_placement_policies[i]->name, name) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

int32_t batch_allocation_strategy_find(const char *name)
{
    for (uint32_t i = 0; i < batch_allocation_strategy_count; i++) {
        if (strcmp(batch_allocation_strategies[i]->name, name) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}
