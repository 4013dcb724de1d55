/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Quantiles by buckets: a histogram finds where the wanted ranks lie, and only those buckets are sorted.
 *
 * Linear for any input, where quickselect has hostile orders.
 */
#include "harness/quantile_spread.h"

#include "scheduler/host.h"

#include <stdlib.h>
#include <string.h>

enum { MANTISSA_SHIFT = 52 - HARNESS_QUANTILE_OCTAVE_BITS, EDGE_OF_ONE = 1023 << HARNESS_QUANTILE_OCTAVE_BITS };

static const double probabilities[HARNESS_QUANTILE_COUNT] = {0.5, 0.9, 0.95, 0.99};

uint32_t harness_bucket_of(double value)
{
    uint64_t bits;
    if (value < 1) {
        return 0;
    }
    memcpy(&bits, &value, sizeof bits);
    return (uint32_t)(bits >> MANTISSA_SHIFT) - EDGE_OF_ONE + 1;
}

static double lower_edge(uint32_t bucket)
{
    uint64_t bits = ((uint64_t)bucket - 1 + EDGE_OF_ONE) << MANTISSA_SHIFT;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double harness_bucket_middle(uint32_t bucket)
{
    return bucket == 0 ? 0 : (lower_edge(bucket) + lower_edge(bucket + 1)) / 2;
}

static void set_quantiles(struct harness_spread *spread, const double *found)
{
    spread->p50 = found[0];
    spread->p90 = found[1];
    spread->p95 = found[2];
    spread->p99 = found[3];
}

/** The two ranks around the quantile at @p probability, and how far it lies from the lower one. */
static double ranks_of(double probability, uint64_t count, uint64_t ranks[2])
{
    double index = probability * (double)(count - 1);
    ranks[0] = (uint64_t)index;
    ranks[1] = ranks[0] + 1 < count ? ranks[0] + 1 : ranks[0];
    return index - (double)ranks[0];
}

static double interpolate(double low, double high, double delta)
{
    return (1 - delta) * low + delta * high;
}

/** The bucket that holds the value of @p rank; *before is set to how many values lie in lower buckets. */
static uint32_t find_rank(const uint64_t *buckets, uint64_t rank, uint64_t *before)
{
    uint64_t below = 0;
    uint32_t bucket = 0;
    while (below + buckets[bucket] <= rank) {
        below += buckets[bucket++];
        BATCH_ASSERT(NULL, bucket < HARNESS_BUCKET_COUNT);
    }
    *before = below;
    return bucket;
}

void harness_spread_roughly(const uint64_t *buckets, uint64_t count, struct harness_spread *spread)
{
    double found[HARNESS_QUANTILE_COUNT] = {0};
    for (size_t i = 0; count > 0 && i < HARNESS_QUANTILE_COUNT; i++) {
        uint64_t ranks[2];
        uint64_t before;
        double delta = ranks_of(probabilities[i], count, ranks);
        double low = harness_bucket_middle(find_rank(buckets, ranks[0], &before));
        double high = harness_bucket_middle(find_rank(buckets, ranks[1], &before));
        double value = interpolate(low, high, delta);
        found[i] = value < spread->max ? value : spread->max;
    }
    set_quantiles(spread, found);
}

/**
 * Least-significant-digit radix sort by the bits, whose order is that of non-negative numbers. @p spare is as long.
 * Values of few buckets share most upper digits, whose passes are skipped; sorts by comparison were the largest part
 * of a summary where many jobs have a slowdown of nearly 1.
 *
 * @return where the sorted values are: @p values or @p spare.
 */
static uint64_t *sort_bits(uint64_t *values, uint64_t *spare, size_t count)
{
    enum { DIGIT_BITS = 11, DIGITS = 6, DIGIT_VALUES = 1 << DIGIT_BITS };
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        unsigned shift = digit * DIGIT_BITS;
        size_t starts[DIGIT_VALUES + 1] = {0};
        for (size_t i = 0; i < count; i++) {
            starts[(values[i] >> shift & (DIGIT_VALUES - 1)) + 1]++;
        }
        if (starts[(values[0] >> shift & (DIGIT_VALUES - 1)) + 1] == count) {
            continue;
        }
        for (size_t i = 1; i < DIGIT_VALUES; i++) {
            starts[i] += starts[i - 1];
        }
        for (size_t i = 0; i < count; i++) {
            spare[starts[values[i] >> shift & (DIGIT_VALUES - 1)]++] = values[i];
        }
        uint64_t *sorted = spare;
        spare = values;
        values = sorted;
    }
    return values;
}

/** Work space of harness_spread_exactly. */
struct selection {
    uint64_t buckets[HARNESS_BUCKET_COUNT];
    bool is_wanted[HARNESS_BUCKET_COUNT];
    uint64_t *gathered; /**< The bits of the values of the wanted buckets, and as much room again. Owned. */
    uint64_t *sorted;   /**< One of the halves of gathered. */
};

static uint64_t mark_wanted(struct selection *selection, uint64_t count)
{
    uint64_t wanted = 0;
    for (size_t i = 0; i < HARNESS_QUANTILE_COUNT; i++) {
        uint64_t ranks[2];
        (void)ranks_of(probabilities[i], count, ranks);
        for (size_t j = 0; j < 2; j++) {
            uint64_t before;
            uint32_t bucket = find_rank(selection->buckets, ranks[j], &before);
            wanted += selection->is_wanted[bucket] ? 0 : selection->buckets[bucket];
            selection->is_wanted[bucket] = true;
        }
    }
    return wanted;
}

static double value_at(const struct selection *selection, uint64_t rank)
{
    uint64_t before;
    uint32_t bucket = find_rank(selection->buckets, rank, &before);
    uint64_t start = 0;
    for (uint32_t i = 0; i < bucket; i++) {
        start += selection->is_wanted[i] ? selection->buckets[i] : 0;
    }
    double value;
    memcpy(&value, &selection->sorted[start + rank - before], sizeof value);
    return value;
}

static void gather(struct selection *selection, const double *values, size_t count, uint64_t wanted)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (selection->is_wanted[harness_bucket_of(values[i])]) {
            memcpy(&selection->gathered[used++], &values[i], sizeof values[i]);
        }
    }
    BATCH_ASSERT(NULL, used == wanted);
    selection->sorted = sort_bits(selection->gathered, selection->gathered + used, used);
}

bool harness_spread_exactly(const double *values, size_t count, struct harness_spread *spread)
{
    double found[HARNESS_QUANTILE_COUNT] = {0};
    if (count == 0) {
        set_quantiles(spread, found);
        return true;
    }
    struct selection *selection = calloc(1, sizeof *selection);
    if (selection == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        selection->buckets[harness_bucket_of(values[i])]++;
    }
    uint64_t wanted = mark_wanted(selection, count);
    selection->gathered = calloc(2 * wanted, sizeof *selection->gathered);
    bool is_done = selection->gathered != NULL;
    if (is_done) {
        gather(selection, values, count, wanted);
        for (size_t i = 0; i < HARNESS_QUANTILE_COUNT; i++) {
            uint64_t ranks[2];
            double delta = ranks_of(probabilities[i], count, ranks);
            found[i] = interpolate(value_at(selection, ranks[0]), value_at(selection, ranks[1]), delta);
        }
        set_quantiles(spread, found);
    }
    free(selection->gathered);
    free(selection);
    return is_done;
}
