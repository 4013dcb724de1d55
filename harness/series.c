/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A grid that doubles its interval when full, so that equal runs give equal points whatever their length.
 *
 * Invariant: rows[i] is the point at i x interval_us, and next_us is count x interval_us.
 */
#include "harness/series.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum { SECONDS_PER_HOUR = 3600 };

void harness_series_init(struct harness_series *series)
{
    memset(series, 0, sizeof *series);
    series->interval_us = HARNESS_SERIES_INTERVAL_FIRST_US;
}

static wide cost_at(const struct harness_series *series, int64_t time_us)
{
    return series->cost + (wide)(uint64_t)series->rate_usd_nano_per_h * (uint64_t)(time_us - series->cost_us);
}

void harness_series_charge(struct harness_series *series, int64_t change_usd_nano_per_h, int64_t now_us)
{
    series->cost = cost_at(series, now_us);
    series->cost_us = now_us;
    series->rate_usd_nano_per_h += change_usd_nano_per_h;
}

static struct harness_series_row point(const struct harness_series *series, const struct harness_series_state *state,
                                       int64_t time_us)
{
    wide us_per_h = (wide)SECONDS_PER_HOUR * BATCH_US_PER_S;
    wide cost = cost_at(series, time_us);
    return (struct harness_series_row){
        .time_us = time_us,
        .runnable = state->runnable,
        .runnable_max = series->runnable_peak,
        .starting = state->starting,
        .running = state->running,
        .registered = state->registered,
        .running_vcpu_milli = state->running_vcpu_milli,
        .on_demand_vcpu_milli = state->on_demand_vcpu_milli,
        .spot_vcpu_milli = state->spot_vcpu_milli,
        .cost_usd_nano = (int64_t)((cost + us_per_h / 2) / us_per_h),
    };
}

static void halve(struct harness_series *series)
{
    for (size_t i = 0; i < HARNESS_SERIES_MAX / 2; i++) {
        uint32_t dropped_max = i > 0 ? series->rows[2 * i - 1].runnable_max : 0;
        series->rows[i] = series->rows[2 * i];
        if (dropped_max > series->rows[i].runnable_max) {
            series->rows[i].runnable_max = dropped_max;
        }
    }
    series->count = HARNESS_SERIES_MAX / 2;
    series->interval_us *= 2;
}

/** A queue that fills and empties between two points is still seen by the later one. */
static void peak_note(struct harness_series *series, const struct harness_series_state *state)
{
    if (state->runnable > series->runnable_peak) {
        series->runnable_peak = state->runnable;
    }
}

void harness_series_take(struct harness_series *series, const struct harness_series_state *state, int64_t now_us)
{
    peak_note(series, state);
    while (series->next_us < now_us) {
        if (series->count == HARNESS_SERIES_MAX) {
            halve(series);
        }
        series->rows[series->count++] = point(series, state, series->next_us);
        series->runnable_peak = state->runnable;
        series->next_us += series->interval_us;
    }
}

void harness_series_finish(struct harness_series *series, const struct harness_series_state *state, int64_t now_us)
{
    harness_series_take(series, state, now_us);
    peak_note(series, state);
    series->rows[series->count++] = point(series, state, now_us);
}
