/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What the allowed instances can hold, and the most that one of them gives to a job that is too wide.
 */
#ifndef BATCH_WORKLOADS_SHAPE_H
#define BATCH_WORKLOADS_SHAPE_H

#include "scheduler/error.h"
#include "scheduler/types.h"

/** What one allowed instance can hold. */
struct workload_shape {
    uint32_t vcpu_milli;
    uint32_t mib;
};

/** What all the allowed instances of one queue can hold, in any order. */
struct workload_shape_list {
    const struct workload_shape *shapes; /**< Borrowed. */
    size_t count;                        /**< 0 for a queue without jobs only. */
};

/** A staircase: vCPU ascending, MiB descending; for any vCPU the first step not below it has the most memory. */
struct workload_shapes {
    struct workload_shape *steps; /**< Owned. */
    size_t count;
};

/** @p count at least 1. BATCH_E_MEMORY. */
enum batch_rc workload_shapes_create(const struct workload_shape *shapes, size_t count, struct workload_shapes *ret,
                                     struct batch_error *error);

void workload_shapes_destroy(struct workload_shapes *shapes);

/** Does some shape hold @p need? Cost O(log count). */
bool workload_shapes_fit(const struct workload_shapes *shapes, const struct batch_resources *need);

/** The widest shape's vCPU. */
uint32_t workload_shapes_widest(const struct workload_shapes *shapes);

/** Most memory among the shapes of at least @p vcpu_milli; 0 when there is none. Cost O(log count). */
uint32_t workload_shapes_mib_max(const struct workload_shapes *shapes, uint32_t vcpu_milli);

#endif
