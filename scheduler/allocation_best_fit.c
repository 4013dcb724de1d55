/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * BEST_FIT: the type whose instances hold the demand for the least money; waits for that type.
 */
#include "scheduler/policies.h"

__extension__ typedef __int128 pool_wide;

int batch_pool_compare_cost(const struct batch_pool_view *a, const struct batch_pool_view *b)
{
    pool_wide left = (pool_wide)a->price_usd_nano_per_h * (pool_wide)a->instances;
    pool_wide right = (pool_wide)b->price_usd_nano_per_h * (pool_wide)b->instances;
    if (left != right) {
        return left < right ? -1 : 1;
    }
    if (a->waste_vcpu_milli != b->waste_vcpu_milli) {
        return a->waste_vcpu_milli < b->waste_vcpu_milli ? -1 : 1;
    }
    if (a->capacity.vcpu_milli != b->capacity.vcpu_milli) {
        return a->capacity.vcpu_milli < b->capacity.vcpu_milli ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

const struct batch_allocation_strategy batch_allocation_best_fit = {
    .name = "BEST_FIT",
    .summary = "the type that holds the demand for least money; waits when that type has no capacity",
    .waits_for_type = true,
    .compare = batch_pool_compare_cost,
};
