/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Every built-in policy's row, one file each; and what the allocation strategies share.
 */
#ifndef BATCH_SCHEDULER_POLICIES_H
#define BATCH_SCHEDULER_POLICIES_H

#include "scheduler/policy.h"

extern const struct batch_dispatch_policy batch_dispatch_fifo;

extern const struct batch_placement_policy batch_placement_best_fit;
extern const struct batch_placement_policy batch_placement_first_fit;
extern const struct batch_placement_policy batch_placement_worst_fit;
extern const struct batch_placement_policy batch_placement_spread;

extern const struct batch_allocation_strategy batch_allocation_best_fit;
extern const struct batch_allocation_strategy batch_allocation_best_fit_progressive;
extern const struct batch_allocation_strategy batch_allocation_spot_capacity_optimized;
extern const struct batch_allocation_strategy batch_allocation_spot_price_capacity_optimized;

/** What the instances for the whole demand cost, then waste, then the smaller type, then the scenario's order. */
int batch_pool_compare_cost(const struct batch_pool_view *a, const struct batch_pool_view *b);

#endif
