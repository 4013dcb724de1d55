/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Poisson arrivals of jobs of one width with independent run times: the M and the G of queueing theory.
 */
#ifndef BATCH_WORKLOADS_POISSON_H
#define BATCH_WORKLOADS_POISSON_H

#include "workloads/row.h"
#include "workloads/scenario.h"
#include "workloads/streams.h"

struct workload_poisson {
    const struct workload_streams *streams; /**< Borrowed. */
    struct workload_distribution run;
    double gap_mean_us;
    double now_us; /**< A sum of reals: rounding each gap would shift the rate of fast arrivals. */
    uint32_t processors;
};

/** @p rate_per_s above 0; @p run as in the scenario (seconds). The first job comes one gap after 0. */
void workload_poisson_init(struct workload_poisson *poisson, double rate_per_s, const struct workload_distribution *run,
                           uint32_t processors, const struct workload_streams *streams);

/** As workload_generator_next. Times are to the microsecond; run times above WORKLOAD_TIME_S_MAX are cut to it. */
bool workload_poisson_next(struct workload_poisson *poisson, struct workload_row *row);

#endif
