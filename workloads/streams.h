/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The random streams of a generator.
 */
#ifndef BATCH_WORKLOADS_STREAMS_H
#define BATCH_WORKLOADS_STREAMS_H

#include <gsl/gsl_rng.h>

/** One per purpose, so that changing one leaves the others' draws. */
struct workload_streams {
    const gsl_rng *arrivals;
    const gsl_rng *sizes;
    const gsl_rng *runtimes;
};

#endif
