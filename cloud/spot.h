/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * When EC2 takes a Spot instance back.
 */
#ifndef BATCH_CLOUD_SPOT_H
#define BATCH_CLOUD_SPOT_H

#include "cloud/catalog.h"

#include <gsl/gsl_rng.h>

enum cloud_spot_model {
    CLOUD_SPOT_NEVER = 0,
    CLOUD_SPOT_ADVISOR = 1,     /**< Constant hazard from the type's advisor band. */
    CLOUD_SPOT_EXPONENTIAL = 2, /**< Constant hazard, the same for every type. */
};

struct cloud_spot {
    enum cloud_spot_model model;
    double mean_h;     /**< EXPONENTIAL: mean life in hours, > 0. */
    int64_t notice_us; /**< Between notice and end; EC2: 120 s. */
};

/**
 * Interruptions per hour: -ln(1 - p) / 730, p the chance per month by the band of AWS's Spot Instance Advisor:
 * 0.025, 0.075, 0.125, 0.175 (midpoints) and 0.30 for the open top one. An unknown band takes the middle one.
 */
double cloud_spot_hazard_per_h(const struct cloud_spot *spot, const struct cloud_type *type);

/** How long an instance lives from running to its end by interruption; at most 2^53, or INT64_MAX: for ever. */
int64_t cloud_spot_life_us(const struct cloud_spot *spot, const struct cloud_type *type, const gsl_rng *rng);

#endif
