/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Quantiles against GSL's definition while exact, and within the stated error afterwards. */
#include "harness/quantile.h"
#include "harness/quantile_spread.h"

#include "tests/support/t_assert.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>

enum { JOBS = 5000, QUEUES = 3, ENVIRONMENTS = 2 };

/** Numbers that look random and are the same everywhere. */
static uint64_t mix(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static int64_t draw_us(uint64_t *state)
{
    uint64_t digits = mix(state) % 12;
    int64_t bound = 1;
    for (uint64_t i = 0; i < digits; i++) {
        bound *= 10;
    }
    return (int64_t)(mix(state) % (uint64_t)bound);
}

static struct harness_sample draw_sample(uint64_t *state)
{
    int64_t wait_us = draw_us(state);
    return (struct harness_sample){
        .queue = (uint16_t)(mix(state) % QUEUES),
        .environment = (uint16_t)(mix(state) % ENVIRONMENTS),
        .wait_us = wait_us,
        .response_us = wait_us + draw_us(state),
        .slowdown = 1 + (double)draw_us(state) / 1e6,
    };
}

struct outcome {
    struct harness_figures all;
    struct harness_named_figures queues[QUEUES];
    struct harness_named_figures environments[ENVIRONMENTS];
};

static void collect(size_t exact_max, bool expected_exact, struct outcome *outcome)
{
    uint64_t state = 1;
    struct harness_quantiles *quantiles = harness_quantiles_create(QUEUES, ENVIRONMENTS, exact_max);
    assert_non_null(quantiles);
    *outcome = (struct outcome){0};
    for (int i = 0; i < JOBS; i++) {
        struct harness_sample sample = draw_sample(&state);
        assert_true(harness_quantiles_add(quantiles, &sample));
    }
    assert_true(harness_quantiles_finish(quantiles, &outcome->all, outcome->queues, outcome->environments));
    assert_int_equal(harness_quantiles_are_exact(quantiles), expected_exact);
    harness_quantiles_destroy(quantiles);
}

/** The sorted waits (or slowdowns) of one group, from the definition. -1: any. */
static size_t list_values(int queue, int environment, bool takes_slowdown, double *values)
{
    uint64_t state = 1;
    size_t count = 0;
    for (int i = 0; i < JOBS; i++) {
        struct harness_sample sample = draw_sample(&state);
        if ((queue < 0 || sample.queue == queue) && (environment < 0 || sample.environment == environment)) {
            values[count++] = takes_slowdown ? sample.slowdown : (double)sample.wait_us / 1e6;
        }
    }
    gsl_sort(values, 1, count);
    return count;
}

static void assert_spread(const struct harness_spread *spread, const double *sorted, size_t count, double tolerance)
{
    assert_true(count > 0);
    t_assert_near(spread->mean, gsl_stats_mean(sorted, 1, count), 1e-12, 0);
    t_assert_near(spread->p50, gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.5), tolerance, 0);
    t_assert_near(spread->p90, gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.9), tolerance, 0);
    t_assert_near(spread->p95, gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.95), tolerance, 0);
    t_assert_near(spread->p99, gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.99), tolerance, 0);
    t_assert_near(spread->max, sorted[count - 1], 0, 0);
}

static void assert_outcome(const struct outcome *outcome, double tolerance)
{
    static double values[JOBS];
    assert_spread(&outcome->all.wait_s, values, list_values(-1, -1, false, values), tolerance);
    assert_spread(&outcome->all.bounded_slowdown, values, list_values(-1, -1, true, values), tolerance);
    for (int i = 0; i < QUEUES; i++) {
        assert_spread(&outcome->queues[i].figures.wait_s, values, list_values(i, -1, false, values), tolerance);
    }
    for (int i = 0; i < ENVIRONMENTS; i++) {
        size_t count = list_values(-1, i, true, values);
        assert_spread(&outcome->environments[i].figures.bounded_slowdown, values, count, tolerance);
    }
}

static void quantiles_are_those_of_gsl_when_exact(void **state)
{
    (void)state;
    struct outcome outcome;
    collect(JOBS, true, &outcome);
    assert_outcome(&outcome, 1e-15);
}

static void quantiles_keep_to_their_error_when_moved_into_histograms(void **state)
{
    (void)state;
    struct outcome outcome;
    collect(JOBS - 1, false, &outcome);
    assert_outcome(&outcome, HARNESS_QUANTILE_ERROR);
    collect(1, false, &outcome);
    assert_outcome(&outcome, HARNESS_QUANTILE_ERROR);
}

static void quantiles_are_zero_when_there_are_no_jobs(void **state)
{
    (void)state;
    struct harness_figures all = {0};
    struct harness_named_figures queue = {0};
    struct harness_named_figures environment = {0};
    struct harness_quantiles *quantiles = harness_quantiles_create(1, 1, 1);
    assert_true(harness_quantiles_finish(quantiles, &all, &queue, &environment));
    t_assert_near(all.wait_s.p99, 0, 0, 0);
    t_assert_near(all.wait_s.mean, 0, 0, 0);
    t_assert_near(environment.figures.response_s.max, 0, 0, 0);
    harness_quantiles_destroy(quantiles);
}

static void quantiles_of_one_queue_are_those_of_all_when_it_is_the_only_one(void **state)
{
    (void)state;
    struct harness_figures all = {0};
    struct harness_named_figures queue = {0};
    struct harness_named_figures environment = {0};
    struct harness_quantiles *quantiles = harness_quantiles_create(1, 1, 8);
    for (int i = 1; i <= 5; i++) {
        struct harness_sample sample = {0, 0, (int64_t)i * 1000000, (int64_t)i * 2000000, i};
        assert_true(harness_quantiles_add(quantiles, &sample));
    }
    assert_true(harness_quantiles_finish(quantiles, &all, &queue, &environment));
    t_assert_near(queue.figures.wait_s.p50, 3, 0, 0);
    t_assert_near(queue.figures.response_s.p90, 9.2, 1e-15, 0);
    t_assert_near(environment.figures.bounded_slowdown.max, 5, 0, 0);
    harness_quantiles_destroy(quantiles);
}

static void bucket_middle_is_near_every_value_of_the_bucket_at_its_edges(void **state)
{
    (void)state;
    assert_int_equal(harness_bucket_of(0), 0);
    uint32_t last = 0;
    double value = 1;
    while (value < 0x1p62) {
        uint32_t bucket = harness_bucket_of(value);
        assert_true(bucket >= last && bucket > 0 && bucket < HARNESS_BUCKET_COUNT);
        t_assert_near(harness_bucket_middle(bucket), value, HARNESS_QUANTILE_ERROR, 0);
        last = bucket;
        value *= 1.003;
    }
    assert_int_equal(harness_bucket_of(1), 1);
    assert_true(harness_bucket_of(0x1.fffffffffffffp62) == HARNESS_BUCKET_COUNT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_gsl_when_exact),
        cmocka_unit_test(quantiles_keep_to_their_error_when_moved_into_histograms),
        cmocka_unit_test(quantiles_are_zero_when_there_are_no_jobs),
        cmocka_unit_test(quantiles_of_one_queue_are_those_of_all_when_it_is_the_only_one),
        cmocka_unit_test(bucket_middle_is_near_every_value_of_the_bucket_at_its_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
