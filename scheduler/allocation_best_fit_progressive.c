/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * BEST_FIT_PROGRESSIVE: large enough types of least cost per vCPU, moving on when one has no capacity.
 */
#include "scheduler/policies.h"

__extension__ typedef __int128 pool_wide;

/** a's price per vCPU against b's, without division. */
static int compare_price_per_vcpu(const struct batch_pool_view *a, const struct batch_pool_view *b)
{
    pool_wide left = (pool_wide)a->price_usd_nano_per_h * b->capacity.vcpu_milli;
    pool_wide right = (pool_wide)b->price_usd_nano_per_h * a->capacity.vcpu_milli;
    return left < right ? -1 : left > right;
}

static int compare_price(const struct batch_pool_view *a, const struct batch_pool_view *b)
{
    int price = compare_price_per_vcpu(a, b);
    if (price != 0) {
        return price;
    }
    if (a->waste_vcpu_milli != b->waste_vcpu_milli) {
        return a->waste_vcpu_milli < b->waste_vcpu_milli ? -1 : 1;
    }
    if (a->capacity.vcpu_milli != b->capacity.vcpu_milli) {
        return a->capacity.vcpu_milli < b->capacity.vcpu_milli ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

const struct batch_allocation_strategy batch_allocation_best_fit_progressive = {
    .name = "BEST_FIT_PROGRESSIVE",
    .summary = "large enough types of least cost per vCPU; moves on when one has no capacity",
    .allows_overshoot_on_demand = true,
    .compare = compare_price,
};
