/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Integral at t of a rate r that began at s is r t - r s, so two sums per edge are enough. */
#include "harness/plot_ramp.h"

static int edge_after(int64_t time_us, int64_t run_us)
{
    double share = (double)time_us / (double)run_us;
    if (share <= 0.0) {
        return 0;
    }
    if (share >= 1.0) {
        return HARNESS_RAMP_STEPS + 1;
    }
    return (int)(share * HARNESS_RAMP_STEPS) + 1;
}

static void begin(struct harness_ramp *ramp, int64_t time_us, double rate, int64_t run_us)
{
    int edge = edge_after(time_us, run_us);
    ramp->rates[edge] += rate;
    ramp->moments[edge] += rate * (double)time_us;
}

void harness_ramp_add(struct harness_ramp *ramp, int64_t start_us, int64_t end_us, double rate, int64_t run_us)
{
    begin(ramp, start_us, rate, run_us);
    begin(ramp, end_us, -rate, run_us);
}

void harness_ramp_integrate(struct harness_ramp *ramp, int64_t run_us)
{
    double rate = 0.0;
    double moment = 0.0;
    for (int edge = 0; edge <= HARNESS_RAMP_STEPS; edge++) {
        rate += ramp->rates[edge];
        moment += ramp->moments[edge];
        ramp->rates[edge] = rate * ((double)run_us * edge / HARNESS_RAMP_STEPS) - moment;
    }
}
