/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Best fit: the instance with least room left, so that others empty and can be terminated (reference 6.4).
 */
#include "scheduler/policies.h"

static struct batch_rank best_fit_key(const struct batch_instance_view *instance)
{
    return (struct batch_rank){.major = (uint64_t)instance->free.vcpu_milli << 32 | instance->free.mib,
                               .minor = instance->free.gpu};
}

static struct batch_rank best_fit_from(const struct batch_resources *need)
{
    return (struct batch_rank){.major = (uint64_t)need->vcpu_milli << 32 | need->mib};
}

const struct batch_placement_policy batch_placement_best_fit = {
    .name = "best-fit",
    .summary = "the instance with the fewest free vCPUs that fits, then the least free memory",
    .key = best_fit_key,
    .from = best_fit_from,
};
