/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Worst fit: the instance with most room left.
 */
#include "scheduler/policies.h"

static struct batch_rank worst_fit_key(const struct batch_instance_view *instance)
{
    return (struct batch_rank){.major = UINT64_MAX - ((uint64_t)instance->free.vcpu_milli << 32 | instance->free.mib),
                               .minor = UINT32_MAX - instance->free.gpu};
}

static struct batch_rank worst_fit_from(const struct batch_resources *need)
{
    (void)need;
    return (struct batch_rank){0};
}

const struct batch_placement_policy batch_placement_worst_fit = {
    .name = "worst-fit",
    .summary = "the instance with the most free vCPUs, then the most free memory",
    .key = worst_fit_key,
    .from = worst_fit_from,
};
