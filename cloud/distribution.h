/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Delays and lifetimes as distributions, drawn in microseconds.
 */
#ifndef BATCH_CLOUD_DISTRIBUTION_H
#define BATCH_CLOUD_DISTRIBUTION_H

#include "scheduler/error.h"

#include <gsl/gsl_rng.h>
#include <stdint.h>

/** The same numbers as workload_family, so that a scenario's words map one to one. */
enum cloud_family {
    CLOUD_FAMILY_CONSTANT = 0,    /**< a: seconds. */
    CLOUD_FAMILY_UNIFORM = 1,     /**< a..b seconds. */
    CLOUD_FAMILY_EXPONENTIAL = 2, /**< a: mean, seconds. */
    CLOUD_FAMILY_LOGNORMAL = 3,   /**< a: mu, b: sigma of ln(seconds). */
    CLOUD_FAMILY_GAMMA = 4,       /**< a: shape, b: scale in seconds. */
    CLOUD_FAMILY_WEIBULL = 5,     /**< a: scale in seconds, b: shape. */
};

struct cloud_distribution {
    enum cloud_family family;
    double a;
    double b;
    double factor; /**< Multiplies each draw; 1 usually. */
};

/**
 * BATCH_E_INPUT when a parameter is not finite (also one the family does not use) or out of the family's range:
 * times, sigma and factor at least 0, means, scales and shapes above 0.
 */
enum batch_rc cloud_distribution_check(const struct cloud_distribution *distribution, struct batch_error *error);

/** One draw, rounded half to even to a microsecond, clamped to 0..2^53 us (285 years). Takes what check passes. */
int64_t cloud_distribution_draw_us(const struct cloud_distribution *distribution, const gsl_rng *rng);

/** The mean in seconds (closed form, before rounding and clamping). */
double cloud_distribution_mean_s(const struct cloud_distribution *distribution);

#endif
