/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Opens and closes streams; a model only borrows them, so they are const to it but not to their owner. */
#include "tests/support/t_streams.h"

#include <stdint.h>

struct workload_streams t_streams_open(unsigned long seed)
{
    gsl_rng *rng[3];
    for (unsigned long i = 0; i < 3; i++) {
        rng[i] = gsl_rng_alloc(gsl_rng_mt19937);
        gsl_rng_set(rng[i], seed + i);
    }
    return (struct workload_streams){rng[0], rng[1], rng[2]};
}

void t_streams_close(const struct workload_streams *streams)
{
    gsl_rng_free((gsl_rng *)(uintptr_t)streams->arrivals);
    gsl_rng_free((gsl_rng *)(uintptr_t)streams->sizes);
    gsl_rng_free((gsl_rng *)(uintptr_t)streams->runtimes);
}
