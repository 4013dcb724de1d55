/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A sum of intervals, each with a rate, integrated exactly at evenly spaced instants in fixed memory.
 */
#ifndef BATCH_HARNESS_PLOT_RAMP_H
#define BATCH_HARNESS_PLOT_RAMP_H

#include <stdint.h>

enum { HARNESS_RAMP_STEPS = 1000 };

/** Zero-filled at first. */
struct harness_ramp {
    double rates[HARNESS_RAMP_STEPS + 2];   /**< Rate that begins in the step before each edge. */
    double moments[HARNESS_RAMP_STEPS + 2]; /**< The same times when it begins. */
};

/** @p rate per microsecond from @p start_us to @p end_us of a run that lasts @p run_us. */
void harness_ramp_add(struct harness_ramp *ramp, int64_t start_us, int64_t end_us, double rate, int64_t run_us);

/** Turn the sums into the integral at edge i = i x run / HARNESS_RAMP_STEPS, in rates[i]. Once, after all adds. */
void harness_ramp_integrate(struct harness_ramp *ramp, int64_t run_us);

#endif
