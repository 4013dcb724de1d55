/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * First fit: the oldest instance that has room.
 */
#include "scheduler/policies.h"

static struct batch_rank first_fit_key(const struct batch_instance_view *instance)
{
    return (struct batch_rank){.major = instance->instance};
}

static struct batch_rank first_fit_from(const struct batch_resources *need)
{
    (void)need;
    return (struct batch_rank){0};
}

const struct batch_placement_policy batch_placement_first_fit = {
    .name = "first-fit",
    .summary = "the oldest instance that fits",
    .key = first_fit_key,
    .from = first_fit_from,
};
