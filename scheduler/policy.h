/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The policy tables: one `static const` row per policy, one list per table.
 *
 * The lists feed the command line, --help, the tests and the documents. A policy names one decision; the
 * core checks and applies it before it asks for the next, and counts those it refuses.
 */
#ifndef BATCH_SCHEDULER_POLICY_H
#define BATCH_SCHEDULER_POLICY_H

#include "scheduler/types.h"

/** Position in an ordered index: smaller first; ties are broken by the job's or instance's sequence number. */
struct batch_rank {
    uint64_t major;
    uint64_t minor;
};

/** What a dispatch policy may know of a RUNNABLE job. */
struct batch_job_view {
    uint64_t job;
    int64_t created_us;
    int64_t estimate_us; /**< -1: none. */
    struct batch_resources resources;
    bool is_retry; /**< At least one attempt has failed (reference 2.5: these go first). */
};

/** Which RUNNABLE job of a queue goes next: the one of least rank. */
struct batch_dispatch_policy {
    const char *name;
    const char *summary;
    struct batch_rank (*key)(const struct batch_job_view *job);
};

/** What a placement policy may know of a registered instance. */
struct batch_instance_view {
    uint64_t instance;
    struct batch_resources free;
    uint32_t attempts; /**< Placed on it now. */
};

/**
 * On which of the instances that have room an attempt goes: the one of least rank.
 *
 * `from` is a rank that no instance with room for @p need comes before, so that the search may start there.
 */
struct batch_placement_policy {
    const char *name;
    const char *summary;
    struct batch_rank (*key)(const struct batch_instance_view *instance);
    struct batch_rank (*from)(const struct batch_resources *need);
};

/** One pool as an allocation strategy sees it, for one request class with @p demand units waiting. */
struct batch_pool_view {
    uint32_t order; /**< Position in the environment's list. */
    struct batch_resources capacity;
    int64_t price_usd_nano_per_h;
    uint32_t capacity_score;      /**< 0..1000 */
    uint32_t capacity_score_best; /**< The best among the pools offered. */
    uint64_t units;               /**< Requests of the class that one instance holds; >= 1. */
    uint64_t instances;           /**< Instances needed for the demand. */
    uint64_t waste_vcpu_milli;    /**< vCPU bought for the demand but not asked for by it. */
};

/** From which pools an environment launches (reference 5.4). */
struct batch_allocation_strategy {
    const char *name; /**< AWS's, in capitals. */
    const char *summary;
    bool
        allows_overshoot_on_demand; /**< May exceed maxvCpus on EC2 by one instance (reference 5.2); on SPOT all may. */
    bool waits_for_type;            /**< On insufficient capacity it waits instead of moving on. */
    bool is_spot_only;
    /** Less than 0 when @p a is to be launched before @p b; a total order (ends with `order`). */
    int (*compare)(const struct batch_pool_view *a, const struct batch_pool_view *b);
};

extern const struct batch_dispatch_policy *const batch_dispatch_policies[];
extern const uint32_t batch_dispatch_policy_count;
extern const struct batch_placement_policy *const batch_placement_policies[];
extern const uint32_t batch_placement_policy_count;
extern const struct batch_allocation_strategy *const batch_allocation_strategies[];
extern const uint32_t batch_allocation_strategy_count;

/** Index of the policy called @p name, or -1. */
int32_t batch_dispatch_policy_find(const char *name);
int32_t batch_placement_policy_find(const char *name);
int32_t batch_allocation_strategy_find(const char *name);

#endif
