/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Jobs drawn from a model: one call for all of them.
 */
#ifndef BATCH_WORKLOADS_GENERATOR_H
#define BATCH_WORKLOADS_GENERATOR_H

#include "workloads/lublin.h"
#include "workloads/poisson.h"
#include "workloads/row.h"
#include "workloads/scenario.h"
#include "workloads/streams.h"

/** Plain data: drawing needs no memory beside it. */
struct workload_generator {
    enum workload_kind kind;
    union {
        struct workload_lublin lublin;
        struct workload_poisson poisson;
    } as;
};

/** @p spec is of a generator's kind and has passed the scenario's checks; @p streams are borrowed. */
void workload_generator_init(struct workload_generator *generator, const struct workload_spec *spec,
                             const struct workload_streams *streams);

/**
 * Draw the next job; jobs_max is the caller's to mind. Submit times never decrease.
 *
 * @return false when the job would be submitted after WORKLOAD_TIME_S_MAX: there are no more.
 */
bool workload_generator_next(struct workload_generator *generator, struct workload_row *row);

#endif
