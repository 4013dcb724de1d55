/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Mean, quantiles and maximum of wait, response and bounded slowdown, per queue, per environment and in all.
 *
 * Exact up to a number of jobs, then from logarithmic histograms of bounded error, so that memory does not
 * grow with the trace.
 */
#ifndef BATCH_HARNESS_QUANTILE_H
#define BATCH_HARNESS_QUANTILE_H

#include "harness/summary.h"

enum {
    HARNESS_QUANTILE_EXACT_MAX = 1 << 20, /**< Jobs kept one by one. */
    HARNESS_QUANTILE_OCTAVE_BITS = 7,     /**< A histogram's buckets per doubling: 2^7. */
};

/** Half a bucket's width over its lower edge: 1/256. */
#define HARNESS_QUANTILE_ERROR (0.5 / (1 << HARNESS_QUANTILE_OCTAVE_BITS))

struct harness_quantiles;

/** What is kept of one job that started and ended. */
struct harness_sample {
    uint16_t queue;
    uint16_t environment;
    int64_t wait_us;     /**< >= 0 */
    int64_t response_us; /**< >= 0 */
    double slowdown;     /**< >= 1 */
};

/** NULL: no memory. @p exact_max is HARNESS_QUANTILE_EXACT_MAX but in tests; at least 1. */
struct harness_quantiles *harness_quantiles_create(uint32_t queue_count, uint32_t environment_count, size_t exact_max);
void harness_quantiles_destroy(struct harness_quantiles *quantiles);

/** False: no memory; only destroy is then of use. O(1) but for the one move into histograms. */
bool harness_quantiles_add(struct harness_quantiles *quantiles, const struct harness_sample *sample);

bool harness_quantiles_are_exact(const struct harness_quantiles *quantiles);

/**
 * Fill the three spreads of @p all, of each queue and of each environment; seconds, or a ratio.
 *
 * The quantile at p of n sorted values is the linear interpolation at index (n-1)p, as
 * gsl_stats_quantile_from_sorted_data. O(jobs) while exact, else O(buckets).
 *
 * @return false: no memory.
 */
bool harness_quantiles_finish(struct harness_quantiles *quantiles, struct harness_figures *all,
                              struct harness_named_figures *queues, struct harness_named_figures *environments);

#endif
