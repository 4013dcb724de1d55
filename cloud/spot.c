/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Spot lives: exponential, with a hazard from the Spot Advisor's band or from the scenario.
 */
#include "cloud/spot.h"

#include "cloud/distribution.h"
#include "scheduler/host.h"

#include <math.h>

enum { BAND_COUNT = 5, BAND_PRESUMED = 2 };

static const double s_per_h = 3600.0;
static const double h_per_month = 730.0;

/** Interrupted within a month, by band: <5, 5-10, 10-15, 15-20 and >20 %. */
static const double monthly_probability[BAND_COUNT] = {0.025, 0.075, 0.125, 0.175, 0.30};

double cloud_spot_hazard_per_h(const struct cloud_spot *spot, const struct cloud_type *type)
{
    switch (spot->model) {
    case CLOUD_SPOT_NEVER:
        return 0.0;
    case CLOUD_SPOT_ADVISOR: {
        uint32_t band = type->spot_band == CLOUD_SPOT_BAND_UNKNOWN ? BAND_PRESUMED : (uint32_t)type->spot_band;
        BATCH_ASSERT(NULL, band < BAND_COUNT);
        return -log1p(-monthly_probability[band]) / h_per_month;
    }
    case CLOUD_SPOT_EXPONENTIAL:
        BATCH_ASSERT(NULL, spot->mean_h > 0.0);
        return 1.0 / spot->mean_h;
    }
    batch_panic(NULL, __FILE__, __LINE__, "Spot model");
}

int64_t cloud_spot_life_us(const struct cloud_spot *spot, const struct cloud_type *type, const gsl_rng *rng)
{
    double hazard_per_h = cloud_spot_hazard_per_h(spot, type);
    if (!(hazard_per_h > 0.0)) {
        return INT64_MAX;
    }

    struct cloud_distribution life = {.family = CLOUD_FAMILY_EXPONENTIAL, .a = s_per_h / hazard_per_h, .factor = 1.0};
    return cloud_distribution_draw_us(&life, rng);
}
