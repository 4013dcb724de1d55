/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Logarithmic histograms of non-negative numbers, and quantiles from them or, with their help, exactly.
 *
 * The upper bits of an IEEE 754 number are a logarithmic bucket already: equal widths within each doubling.
 */
#ifndef BATCH_HARNESS_QUANTILE_SPREAD_H
#define BATCH_HARNESS_QUANTILE_SPREAD_H

#include "harness/quantile.h"

enum {
    HARNESS_BUCKET_COUNT = (63 << HARNESS_QUANTILE_OCTAVE_BITS) + 1, /**< 0 alone, then [1, 2^63). */
    HARNESS_QUANTILE_COUNT = 4,                                      /**< p50, p90, p95, p99. */
};

/** @p value is 0, or at least 1 and less than 2^63. */
uint32_t harness_bucket_of(double value);

/** The middle of a bucket: no value in it is further away than HARNESS_QUANTILE_ERROR of itself. */
double harness_bucket_middle(uint32_t bucket);

/** Exact quantiles of @p values (any order, kept) into @p spread. False: no memory. O(count). */
bool harness_spread_exactly(const double *values, size_t count, struct harness_spread *spread);

/** Quantiles from a histogram of @p count values, none above spread->max, which is already set. */
void harness_spread_roughly(const uint64_t *buckets, uint64_t count, struct harness_spread *spread);

#endif
