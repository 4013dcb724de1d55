/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The state of a run over time, in a fixed number of points: when they run out, every second one is dropped.
 */
#ifndef BATCH_HARNESS_SERIES_H
#define BATCH_HARNESS_SERIES_H

#include "harness/rows.h"
#include "scheduler/types.h"

enum {
    HARNESS_SERIES_MAX = 4096,                         /**< Points, the last one apart. */
    HARNESS_SERIES_INTERVAL_FIRST_US = BATCH_US_PER_S, /**< Between points, before the first doubling. */
};

/** Counts at this instant; the owner of the series keeps them true. */
struct harness_series_state {
    uint32_t runnable;
    uint32_t starting;
    uint32_t running;
    uint32_t registered;
    uint64_t running_vcpu_milli;
    uint64_t on_demand_vcpu_milli;
    uint64_t spot_vcpu_milli;
};

struct harness_series {
    struct harness_series_row rows[HARNESS_SERIES_MAX + 1];
    uint32_t count;
    uint32_t runnable_peak; /**< Most jobs RUNNABLE at once since the last point. */
    int64_t interval_us;
    int64_t next_us; /**< The next point: time must pass it before it is taken. */
    /* Price x time of the instances that are running, in nano-dollar-microseconds per hour. */
    __extension__ unsigned __int128 cost;
    int64_t cost_us; /**< Until when cost is reckoned. */
    int64_t rate_usd_nano_per_h;
};

void harness_series_init(struct harness_series *series);

/** Take the points before @p now_us, which saw @p state. To be called before a change at @p now_us is applied. */
void harness_series_take(struct harness_series *series, const struct harness_series_state *state, int64_t now_us);

/** From @p now_us on, the running instances cost @p change_usd_nano_per_h more. */
void harness_series_charge(struct harness_series *series, int64_t change_usd_nano_per_h, int64_t now_us);

/** Take the remaining points and one at @p now_us, the run's end, which need not be on the grid. */
void harness_series_finish(struct harness_series *series, const struct harness_series_state *state, int64_t now_us);

#endif
