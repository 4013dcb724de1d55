/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Delay distributions: sample means agree with the closed forms, draws are rounded and bounded, checks refuse.
 */
#include "cloud/distribution.h"

#include "cloud/stream.h"
#include "tests/support/t_assert.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SAMPLES = 100000 };

static const int64_t limit_us = INT64_C(1) << 53;

/** Standard deviation in seconds, closed form, written apart from the code under test. */
static double deviation_s(const struct cloud_distribution *d)
{
    double mean = cloud_distribution_mean_s(d);
    switch (d->family) {
    case CLOUD_FAMILY_CONSTANT:
        return 0.0;
    case CLOUD_FAMILY_UNIFORM:
        return d->factor * (d->b - d->a) / sqrt(12.0);
    case CLOUD_FAMILY_EXPONENTIAL:
        return mean;
    case CLOUD_FAMILY_LOGNORMAL:
        return mean * sqrt(expm1(d->b * d->b));
    case CLOUD_FAMILY_GAMMA:
        return d->factor * d->b * sqrt(d->a);
    case CLOUD_FAMILY_WEIBULL: {
        double ratio = tgamma(1.0 + 2.0 / d->b) / (tgamma(1.0 + 1.0 / d->b) * tgamma(1.0 + 1.0 / d->b));
        return mean * sqrt(ratio - 1.0);
    }
    }
    return (double)NAN;
}

static void draw_many(const struct cloud_distribution *d, double *seconds)
{
    uint64_t key = cloud_stream_key(1, "distribution");
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct cloud_stream stream;
        cloud_stream_open(&stream, key, i, (uint64_t)d->family);
        int64_t us = cloud_distribution_draw_us(d, &stream.rng);
        assert_true(us >= 0 && us <= limit_us);
        seconds[i] = (double)us * 1e-6;
    }
}

static void sample_mean_agrees_with_closed_form_when_drawn(void **state)
{
    (void)state;
    static const struct cloud_distribution cases[] = {
        {CLOUD_FAMILY_CONSTANT, 12.5, 0.0, 1.0},    {CLOUD_FAMILY_UNIFORM, 2.0, 10.0, 1.0},
        {CLOUD_FAMILY_UNIFORM, 0.0, 10.0, 0.5},     {CLOUD_FAMILY_EXPONENTIAL, 30.0, 0.0, 1.0},
        {CLOUD_FAMILY_EXPONENTIAL, 30.0, 0.0, 1.3}, {CLOUD_FAMILY_LOGNORMAL, 2.4, 0.4, 1.0},
        {CLOUD_FAMILY_LOGNORMAL, 3.3, 0.48, 2.0},   {CLOUD_FAMILY_LOGNORMAL, 1.0, 0.0, 1.0},
        {CLOUD_FAMILY_GAMMA, 2.5, 4.0, 1.0},        {CLOUD_FAMILY_GAMMA, 0.5, 4.0, 1.0},
        {CLOUD_FAMILY_WEIBULL, 20.0, 1.5, 1.0},     {CLOUD_FAMILY_WEIBULL, 20.0, 0.8, 3.0},
    };
    double *seconds = malloc(SAMPLES * sizeof *seconds);
    assert_non_null(seconds);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        draw_many(&cases[i], seconds);
        double sum = 0.0;
        for (size_t k = 0; k < SAMPLES; k++) {
            sum += seconds[k];
        }
        double allowed = 4.0 * deviation_s(&cases[i]) / sqrt((double)SAMPLES) + 1e-6;
        t_assert_near(sum / SAMPLES, cloud_distribution_mean_s(&cases[i]), 0.0, allowed);
    }
    free(seconds);
}

static void mean_is_the_textbook_value_when_computed_by_hand(void **state)
{
    (void)state;
    t_assert_near(cloud_distribution_mean_s(&(struct cloud_distribution){CLOUD_FAMILY_UNIFORM, 1, 2, 10}), 15.0, 1e-15,
                  0);
    t_assert_near(cloud_distribution_mean_s(&(struct cloud_distribution){CLOUD_FAMILY_LOGNORMAL, 0, 2, 1}), exp(2.0),
                  1e-15, 0);
    t_assert_near(cloud_distribution_mean_s(&(struct cloud_distribution){CLOUD_FAMILY_GAMMA, 3, 4, 1}), 12.0, 1e-15, 0);
    /* Shape 1/2: Gamma(3) = 2. */
    t_assert_near(cloud_distribution_mean_s(&(struct cloud_distribution){CLOUD_FAMILY_WEIBULL, 5, 0.5, 1}), 10.0, 1e-14,
                  0);
}

/** The distribution function at @p x seconds, by GSL. */
static double cumulative(const struct cloud_distribution *d, double x)
{
    switch (d->family) {
    case CLOUD_FAMILY_UNIFORM:
        return gsl_cdf_flat_P(x, d->a, d->b);
    case CLOUD_FAMILY_EXPONENTIAL:
        return gsl_cdf_exponential_P(x, d->a);
    case CLOUD_FAMILY_LOGNORMAL:
        return gsl_cdf_lognormal_P(x, d->a, d->b);
    case CLOUD_FAMILY_GAMMA:
        return gsl_cdf_gamma_P(x, d->a, d->b);
    case CLOUD_FAMILY_WEIBULL:
        return gsl_cdf_weibull_P(x, d->a, d->b);
    case CLOUD_FAMILY_CONSTANT:
        break;
    }
    return (double)NAN;
}

/* The whole law, not only its mean: swapped parameters or a wrong variate cannot pass. */
static void draws_follow_the_law_when_tested_by_kolmogorov_smirnov(void **state)
{
    (void)state;
    static const struct cloud_distribution cases[] = {
        {CLOUD_FAMILY_UNIFORM, 2.0, 10.0, 1.0},  {CLOUD_FAMILY_EXPONENTIAL, 30.0, 0.0, 1.0},
        {CLOUD_FAMILY_LOGNORMAL, 2.4, 0.4, 1.0}, {CLOUD_FAMILY_GAMMA, 2.5, 4.0, 1.0},
        {CLOUD_FAMILY_WEIBULL, 20.0, 1.5, 1.0},
    };
    double *seconds = malloc(SAMPLES * sizeof *seconds);
    assert_non_null(seconds);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        draw_many(&cases[i], seconds);
        gsl_sort(seconds, 1, SAMPLES);
        double distance = 0.0;
        for (size_t k = 0; k < SAMPLES; k++) {
            double p = cumulative(&cases[i], seconds[k]);
            distance = fmax(distance, fmax(p - (double)k / SAMPLES, (double)(k + 1) / SAMPLES - p));
        }
        /* Chance 1e-4. */
        t_assert_near(distance * sqrt((double)SAMPLES), 0.0, 0.0, 2.225);
    }
    free(seconds);
}

static int64_t draw_constant_us(double seconds, double factor)
{
    struct cloud_stream stream;
    cloud_stream_open(&stream, 1, 2, 3);
    struct cloud_distribution d = {CLOUD_FAMILY_CONSTANT, seconds, 0.0, factor};
    return cloud_distribution_draw_us(&d, &stream.rng);
}

static void draw_is_rounded_half_to_even_when_between_microseconds(void **state)
{
    (void)state;
    /* Halves that are exact as doubles: n/2 us = n x 0.5e-6 s, through the factor. */
    t_assert_i64(draw_constant_us(1.0, 0.5e-6), 0);
    t_assert_i64(draw_constant_us(3.0, 0.5e-6), 2);
    t_assert_i64(draw_constant_us(5.0, 0.5e-6), 2);
    t_assert_i64(draw_constant_us(7.0, 0.5e-6), 4);
    t_assert_i64(draw_constant_us(0.0, 1.0), 0);
    t_assert_i64(draw_constant_us(12.5, 1.0), 12500000);
    t_assert_i64(draw_constant_us(12.5, 0.0), 0);
}

static void draw_is_clamped_when_beyond_any_run(void **state)
{
    (void)state;
    t_assert_i64(draw_constant_us(9007199254.0, 1.0), INT64_C(9007199254000000));
    t_assert_i64(draw_constant_us(9007199255.0, 1.0), limit_us);
    t_assert_i64(draw_constant_us(1e300, 1e300), limit_us);

    /* Half of these draws overflow to infinity; times 0 they would be NaN. */
    struct cloud_distribution wild = {CLOUD_FAMILY_LOGNORMAL, 0.0, 1e6, 1.0};
    bool is_limit_seen = false;
    for (uint64_t i = 0; i < 100; i++) {
        struct cloud_stream stream;
        cloud_stream_open(&stream, 1, i, 0);
        wild.factor = 1.0;
        int64_t us = cloud_distribution_draw_us(&wild, &stream.rng);
        assert_true(us >= 0 && us <= limit_us);
        is_limit_seen = is_limit_seen || us == limit_us;
        wild.factor = 0.0;
        t_assert_i64(cloud_distribution_draw_us(&wild, &stream.rng), 0);
    }
    assert_true(is_limit_seen);
}

static void check_passes_when_parameters_are_at_their_limits(void **state)
{
    (void)state;
    static const struct cloud_distribution good[] = {
        {CLOUD_FAMILY_CONSTANT, 0, 0, 0},   {CLOUD_FAMILY_UNIFORM, 0, 0, 1},     {CLOUD_FAMILY_EXPONENTIAL, 1e-9, 0, 1},
        {CLOUD_FAMILY_LOGNORMAL, -5, 0, 1}, {CLOUD_FAMILY_GAMMA, 1e-3, 1e-3, 1}, {CLOUD_FAMILY_WEIBULL, 1e-3, 1e-3, 1},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(cloud_distribution_check(&good[i], NULL), BATCH_OK);
    }
}

static void check_says_what_is_needed_when_a_parameter_is_wrong(void **state)
{
    (void)state;
    static const struct {
        struct cloud_distribution d;
        const char *words;
    } bad[] = {
        {{CLOUD_FAMILY_CONSTANT, -1, 0, 1}, "a >= 0"},
        {{CLOUD_FAMILY_CONSTANT, (double)NAN, 0, 1}, "finite"},
        {{CLOUD_FAMILY_CONSTANT, 1, (double)INFINITY, 1}, "finite"},
        {{CLOUD_FAMILY_CONSTANT, 1, 0, (double)NAN}, "finite"},
        {{CLOUD_FAMILY_CONSTANT, 1, 0, -1}, "factor must be at least 0"},
        {{CLOUD_FAMILY_UNIFORM, -1, 2, 1}, "0 <= a <= b"},
        {{CLOUD_FAMILY_UNIFORM, 3, 2, 1}, "0 <= a <= b"},
        {{CLOUD_FAMILY_EXPONENTIAL, 0, 0, 1}, "a > 0"},
        {{CLOUD_FAMILY_LOGNORMAL, 1, -0.1, 1}, "b >= 0"},
        {{CLOUD_FAMILY_GAMMA, 0, 1, 1}, "a > 0 (shape)"},
        {{CLOUD_FAMILY_GAMMA, 1, 0, 1}, "b > 0 (scale"},
        {{CLOUD_FAMILY_WEIBULL, 0, 1, 1}, "a > 0 (scale"},
        {{CLOUD_FAMILY_WEIBULL, 1, 0, 1}, "b > 0 (shape)"},
        {{(enum cloud_family)6, 1, 1, 1}, "no such family"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct batch_error error = {.text = ""};
        assert_int_equal(cloud_distribution_check(&bad[i].d, &error), BATCH_E_INPUT);
        t_assert_contains(error.text, bad[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_mean_agrees_with_closed_form_when_drawn),
        cmocka_unit_test(mean_is_the_textbook_value_when_computed_by_hand),
        cmocka_unit_test(draws_follow_the_law_when_tested_by_kolmogorov_smirnov),
        cmocka_unit_test(draw_is_rounded_half_to_even_when_between_microseconds),
        cmocka_unit_test(draw_is_clamped_when_beyond_any_run),
        cmocka_unit_test(check_passes_when_parameters_are_at_their_limits),
        cmocka_unit_test(check_says_what_is_needed_when_a_parameter_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
