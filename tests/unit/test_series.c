/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The time series: grid, halving, cost, last point. */
#include "harness/series.h"

#include "tests/support/t_assert.h"

static struct harness_series series;

static const int64_t second_us = BATCH_US_PER_S;

static void series_takes_a_point_with_all_its_events_when_time_passes_it(void **state)
{
    (void)state;
    struct harness_series_state now = {.runnable = 1};
    harness_series_init(&series);
    harness_series_take(&series, &now, 0);
    assert_int_equal(series.count, 0);
    harness_series_take(&series, &now, 1);
    assert_int_equal(series.count, 1);
    now.runnable = 2;
    harness_series_take(&series, &now, second_us);
    assert_int_equal(series.count, 1);
    now.runnable = 3;
    harness_series_take(&series, &now, second_us + 1);
    assert_int_equal(series.count, 2);
    assert_int_equal(series.rows[0].runnable, 1);
    assert_int_equal(series.rows[1].runnable, 3);
    t_assert_i64(series.rows[1].time_us, second_us);
}

static void series_shows_a_queue_that_came_and_went_between_points(void **state)
{
    (void)state;
    struct harness_series_state now = {0};
    harness_series_init(&series);
    harness_series_take(&series, &now, second_us / 2);
    now.runnable = 7;
    harness_series_take(&series, &now, second_us / 2 + 1);
    now.runnable = 0;
    harness_series_take(&series, &now, 3 * second_us);
    assert_int_equal(series.rows[1].runnable, 0);
    assert_int_equal(series.rows[1].runnable_max, 7);
    assert_int_equal(series.rows[2].runnable_max, 0);
    for (int64_t i = 3; i <= HARNESS_SERIES_MAX + 1; i++) {
        harness_series_take(&series, &now, i * second_us + 1);
    }
    t_assert_i64(series.interval_us, 2 * second_us);
    assert_int_equal(series.rows[1].runnable_max, 7);
}

static void series_halves_its_points_when_full(void **state)
{
    (void)state;
    struct harness_series_state now = {0};
    harness_series_init(&series);
    for (int64_t i = 0; i <= (int64_t)3 * HARNESS_SERIES_MAX; i++) {
        now.running = (uint32_t)i;
        harness_series_take(&series, &now, i * second_us + 1);
    }
    t_assert_i64(series.interval_us, 4 * second_us);
    assert_int_equal(series.count, 3 * HARNESS_SERIES_MAX / 4 + 1);
    for (uint32_t i = 0; i < series.count; i++) {
        t_assert_i64(series.rows[i].time_us, i * series.interval_us);
        assert_int_equal(series.rows[i].running, 4 * i);
    }
}

static void series_stays_within_its_size_when_time_leaps(void **state)
{
    (void)state;
    const struct harness_series_state now = {.starting = 7};
    harness_series_init(&series);
    harness_series_finish(&series, &now, INT64_C(20) * 365 * 86400 * second_us + 5);
    assert_in_range(series.count, HARNESS_SERIES_MAX / 2, HARNESS_SERIES_MAX + 1);
    assert_int_equal(series.rows[series.count - 1].starting, 7);
    t_assert_i64(series.rows[series.count - 1].time_us, INT64_C(20) * 365 * 86400 * second_us + 5);
    assert_true(series.rows[series.count - 2].time_us < series.rows[series.count - 1].time_us);
}

static void series_cost_is_price_by_time_when_instances_come_and_go(void **state)
{
    (void)state;
    const struct harness_series_state now = {0};
    harness_series_init(&series);
    harness_series_take(&series, &now, 10 * second_us);
    harness_series_charge(&series, 3600, 10 * second_us);
    harness_series_take(&series, &now, 20 * second_us);
    harness_series_charge(&series, 7200, 20 * second_us);
    harness_series_take(&series, &now, 30 * second_us);
    harness_series_charge(&series, -10800, 30 * second_us);
    harness_series_finish(&series, &now, 35 * second_us);
    assert_int_equal(series.count, 36);
    t_assert_i64(series.rows[10].cost_usd_nano, 0);
    t_assert_i64(series.rows[15].cost_usd_nano, 5);
    t_assert_i64(series.rows[20].cost_usd_nano, 10);
    t_assert_i64(series.rows[30].cost_usd_nano, 40);
    t_assert_i64(series.rows[35].cost_usd_nano, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_takes_a_point_with_all_its_events_when_time_passes_it),
        cmocka_unit_test(series_shows_a_queue_that_came_and_went_between_points),
        cmocka_unit_test(series_halves_its_points_when_full),
        cmocka_unit_test(series_stays_within_its_size_when_time_leaps),
        cmocka_unit_test(series_cost_is_price_by_time_when_instances_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
