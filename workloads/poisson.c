/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Drawing gaps and run times, each from its own stream.
 */
#include "workloads/poisson.h"

#include "scheduler/host.h"
#include "scheduler/types.h"

#include <gsl/gsl_randist.h>
#include <math.h>

static const double time_us_max = (double)WORKLOAD_TIME_S_MAX * BATCH_US_PER_S;

void workload_poisson_init(struct workload_poisson *poisson, double rate_per_s, const struct workload_distribution *run,
                           uint32_t processors, const struct workload_streams *streams)
{
    BATCH_ASSERT(NULL, rate_per_s > 0 && processors > 0);
    *poisson = (struct workload_poisson){
        .streams = streams,
        .run = *run,
        .gap_mean_us = (double)BATCH_US_PER_S / rate_per_s,
        .processors = processors,
    };
}

static double draw_s(const struct workload_distribution *distribution, const gsl_rng *rng)
{
    double a = distribution->a;
    double b = distribution->b;
    switch (distribution->family) {
    case WORKLOAD_FAMILY_CONSTANT:
        return a;
    case WORKLOAD_FAMILY_UNIFORM:
        return a + (b - a) * gsl_rng_uniform(rng);
    case WORKLOAD_FAMILY_EXPONENTIAL:
        return gsl_ran_exponential(rng, a);
    case WORKLOAD_FAMILY_LOGNORMAL:
        return gsl_ran_lognormal(rng, a, b);
    case WORKLOAD_FAMILY_GAMMA:
        return gsl_ran_gamma(rng, a, b);
    case WORKLOAD_FAMILY_WEIBULL:
        return gsl_ran_weibull(rng, a, b);
    }
    batch_panic(NULL, __FILE__, __LINE__, "a known family of distributions");
}

static int64_t round_us(double time_us)
{
    return (int64_t)nearbyint(fmax(0, fmin(time_us, time_us_max)));
}

bool workload_poisson_next(struct workload_poisson *poisson, struct workload_row *row)
{
    poisson->now_us += gsl_ran_exponential(poisson->streams->arrivals, poisson->gap_mean_us);
    if (!(poisson->now_us <= time_us_max)) {
        return false;
    }
    *row = (struct workload_row){
        .submit_us = round_us(poisson->now_us),
        .run_us = round_us(draw_s(&poisson->run, poisson->streams->runtimes) * BATCH_US_PER_S),
        .estimate_us = -1,
        .processors = poisson->processors,
        .kib_per_processor = -1,
        .queue_number = -1,
    };
    return true;
}
