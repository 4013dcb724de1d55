/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * SPOT_PRICE_CAPACITY_OPTIMIZED: among pools unlikely to be interrupted, the cheapest.
 *
 * Cheapest for the demand at hand: Spot prices per vCPU differ by a percent from size to size, and by that alone
 * one small job would be given the largest instance.
 */
#include "scheduler/policies.h"

enum { TOP_BAND_PERCENT = 70 }; /* reference 5.4, model 5 */

static bool is_in_top_band(const struct batch_pool_view *pool)
{
    return (uint64_t)pool->capacity_score * 100 >= (uint64_t)pool->capacity_score_best * TOP_BAND_PERCENT;
}

static int price_capacity_compare(const struct batch_pool_view *a, const struct batch_pool_view *b)
{
    if (is_in_top_band(a) != is_in_top_band(b)) {
        return is_in_top_band(a) ? -1 : 1;
    }
    return batch_pool_compare_cost(a, b);
}

const struct batch_allocation_strategy batch_allocation_spot_price_capacity_optimized = {
    .name = "SPOT_PRICE_CAPACITY_OPTIMIZED",
    .summary = "the cheapest among the pools unlikely to be interrupted",
    .allows_overshoot_on_demand = true,
    .is_spot_only = true,
    .compare = price_capacity_compare,
};
