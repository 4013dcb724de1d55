/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The Poisson model against the moments of its distributions.
 */
#include "workloads/poisson.h"

#include "tests/support/t_assert.h"
#include "tests/support/t_streams.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

enum { SEED = 20260802, JOBS = 200000 };

static void gaps_are_exponential(void **state)
{
    (void)state;
    const double rates[] = {0.25, 3e6};
    for (size_t i = 0; i < 2; i++) {
        struct workload_streams streams = t_streams_open(SEED);
        struct workload_poisson poisson;
        workload_poisson_init(&poisson, rates[i], &(struct workload_distribution){WORKLOAD_FAMILY_CONSTANT, 1.5, 0}, 4,
                              &streams);
        const double mean_us = 1e6 / rates[i];
        int beyond = 0;
        struct workload_row row = {0};
        for (int job = 0; job < JOBS; job++) {
            int64_t before = row.submit_us;
            assert_true(workload_poisson_next(&poisson, &row));
            assert_true(row.submit_us >= before);
            t_assert_i64(row.run_us, 1500000);
            t_assert_i64(row.processors, 4);
            t_assert_i64(row.estimate_us, -1);
            beyond += (double)(row.submit_us - before) > mean_us;
        }
        /* The mean gap, four standard errors. */
        t_assert_near((double)row.submit_us / JOBS / mean_us, 1, 0, 4 / sqrt(JOBS));
        if (mean_us > 100) {
            double p = exp(-1);
            t_assert_near((double)beyond / JOBS, p, 0, 4 * sqrt(p * (1 - p) / JOBS));
        }
        t_streams_close(&streams);
    }
}

static void run_times_have_the_moments_of_their_family(void **state)
{
    (void)state;
    const double g = gsl_sf_gamma(1 + 1 / 1.5);
    const struct {
        struct workload_distribution run;
        double mean, variance;
    } cases[] = {
        {{WORKLOAD_FAMILY_UNIFORM, 2, 5}, 3.5, 9.0 / 12},
        {{WORKLOAD_FAMILY_EXPONENTIAL, 7, 0}, 7, 49},
        {{WORKLOAD_FAMILY_LOGNORMAL, 1, 0.5}, exp(1.125), expm1(0.25) * exp(2.25)},
        {{WORKLOAD_FAMILY_GAMMA, 3, 2}, 6, 12},
        {{WORKLOAD_FAMILY_WEIBULL, 4, 1.5}, 4 * g, 16 * (gsl_sf_gamma(1 + 2 / 1.5) - g * g)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct workload_streams streams = t_streams_open(SEED);
        struct workload_poisson poisson;
        workload_poisson_init(&poisson, 1, &cases[i].run, 1, &streams);
        double sum = 0;
        double squares = 0;
        bool has_fraction = false;
        for (int job = 0; job < JOBS; job++) {
            struct workload_row row;
            assert_true(workload_poisson_next(&poisson, &row));
            double run_s = (double)row.run_us / 1e6;
            sum += run_s;
            squares += run_s * run_s;
            has_fraction = has_fraction || row.run_us % 1000 != 0;
        }
        double mean = sum / JOBS;
        t_assert_near(mean, cases[i].mean, 0, 4 * sqrt(cases[i].variance / JOBS));
        t_assert_near(squares / JOBS - mean * mean, cases[i].variance, 0.04, 0);
        assert_true(has_fraction);
        t_streams_close(&streams);
    }
}

static void arrivals_stay_when_run_times_change(void **state)
{
    (void)state;
    int64_t submit_us[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        struct workload_streams streams = t_streams_open(SEED);
        struct workload_poisson poisson;
        struct workload_distribution run = {i == 0 ? WORKLOAD_FAMILY_CONSTANT : WORKLOAD_FAMILY_GAMMA, 0.5, 2};
        workload_poisson_init(&poisson, 1, &run, 1, &streams);
        for (int job = 0; job < 1000; job++) {
            struct workload_row row;
            assert_true(workload_poisson_next(&poisson, &row));
            submit_us[i] = row.submit_us;
        }
        t_streams_close(&streams);
    }
    t_assert_i64(submit_us[0], submit_us[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_exponential),
        cmocka_unit_test(run_times_have_the_moments_of_their_family),
        cmocka_unit_test(arrivals_stay_when_run_times_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
