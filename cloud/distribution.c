/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Draws, means and checks of the delay families, all on GSL.
 *
 * Normal variates come from GSL's ziggurat, not from gsl_ran_lognormal's polar method: the same law, one draw
 * instead of about 2.5 and no logarithm. Container delays are drawn twice per job, so this is a hot path.
 */
#include "cloud/distribution.h"

#include "scheduler/host.h"

#include <gsl/gsl_randist.h>
#include <math.h>

/** About 285 years: beyond any run, and exact as a double. */
static const int64_t draw_us_max = INT64_C(1) << 53;

/** What @p d breaks, in words, or NULL. */
static const char *broken_rule(const struct cloud_distribution *d)
{
    if (!isfinite(d->a) || !isfinite(d->b) || !isfinite(d->factor)) {
        return "every parameter must be a finite number";
    }
    if (d->factor < 0.0) {
        return "the factor must be at least 0";
    }

    switch (d->family) {
    case CLOUD_FAMILY_CONSTANT:
        return d->a >= 0.0 ? NULL : "a constant needs a >= 0 (seconds)";
    case CLOUD_FAMILY_UNIFORM:
        return d->a >= 0.0 && d->a <= d->b ? NULL : "a uniform needs 0 <= a <= b (seconds)";
    case CLOUD_FAMILY_EXPONENTIAL:
        return d->a > 0.0 ? NULL : "an exponential needs a > 0 (mean in seconds)";
    case CLOUD_FAMILY_LOGNORMAL:
        return d->b >= 0.0 ? NULL : "a lognormal needs b >= 0 (sigma of the logarithm)";
    case CLOUD_FAMILY_GAMMA:
        return d->a > 0.0 && d->b > 0.0 ? NULL : "a gamma needs a > 0 (shape) and b > 0 (scale in seconds)";
    case CLOUD_FAMILY_WEIBULL:
        return d->a > 0.0 && d->b > 0.0 ? NULL : "a Weibull needs a > 0 (scale in seconds) and b > 0 (shape)";
    }
    return "no such family";
}

enum batch_rc cloud_distribution_check(const struct cloud_distribution *distribution, struct batch_error *error)
{
    const char *rule = broken_rule(distribution);
    if (rule == NULL) {
        return BATCH_OK;
    }
    return batch_error_set(error, BATCH_E_INPUT, "distribution with a = %g, b = %g, factor %g: %s", distribution->a,
                           distribution->b, distribution->factor, rule);
}

static double draw_s(const struct cloud_distribution *d, const gsl_rng *rng)
{
    switch (d->family) {
    case CLOUD_FAMILY_CONSTANT:
        return d->a;
    case CLOUD_FAMILY_UNIFORM:
        return gsl_ran_flat(rng, d->a, d->b);
    case CLOUD_FAMILY_EXPONENTIAL:
        return gsl_ran_exponential(rng, d->a);
    case CLOUD_FAMILY_LOGNORMAL:
        return exp(d->a + gsl_ran_gaussian_ziggurat(rng, d->b));
    case CLOUD_FAMILY_GAMMA:
        return gsl_ran_gamma(rng, d->a, d->b);
    case CLOUD_FAMILY_WEIBULL:
        return gsl_ran_weibull(rng, d->a, d->b);
    }
    batch_panic(NULL, __FILE__, __LINE__, "distribution family");
}

int64_t cloud_distribution_draw_us(const struct cloud_distribution *distribution, const gsl_rng *rng)
{
    double us = draw_s(distribution, rng) * distribution->factor * 1e6;
    /* Written so that NaN (an infinite draw times 0) falls to 0. */
    if (!(us > 0.0)) {
        return 0;
    }
    return us < (double)draw_us_max ? (int64_t)llrint(us) : draw_us_max;
}

double cloud_distribution_mean_s(const struct cloud_distribution *distribution)
{
    double a = distribution->a;
    double b = distribution->b;
    double mean_s = a;
    switch (distribution->family) {
    case CLOUD_FAMILY_CONSTANT:
    case CLOUD_FAMILY_EXPONENTIAL:
        break;
    case CLOUD_FAMILY_UNIFORM:
        mean_s = 0.5 * (a + b);
        break;
    case CLOUD_FAMILY_LOGNORMAL:
        mean_s = exp(a + 0.5 * b * b);
        break;
    case CLOUD_FAMILY_GAMMA:
        mean_s = a * b;
        break;
    case CLOUD_FAMILY_WEIBULL:
        mean_s = a * tgamma(1.0 + 1.0 / b);
        break;
    }
    return mean_s * distribution->factor;
}
