/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Spread: the instance with the fewest attempts, so that a reclaim loses few of them.
 */
#include "scheduler/policies.h"

static struct batch_rank spread_key(const struct batch_instance_view *instance)
{
    return (struct batch_rank){.major = instance->attempts, .minor = instance->instance};
}

static struct batch_rank spread_from(const struct batch_resources *need)
{
    (void)need;
    return (struct batch_rank){0};
}

const struct batch_placement_policy batch_placement_spread = {
    .name = "spread",
    .summary = "the instance with the fewest attempts, then the oldest",
    .key = spread_key,
    .from = spread_from,
};
