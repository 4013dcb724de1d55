/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Cost so far by market: each instance's charge spread evenly over its life. */
#include "harness/plot.h"
#include "harness/plot_ramp.h"

#include <stdlib.h>

struct costs {
    struct harness_ramp markets[2]; /**< By enum batch_market. */
    struct harness_pool_row *pools;
    uint64_t pool_count;
    int64_t run_us;
};

static enum batch_rc add_row(void *context, const void *element, struct batch_error *error)
{
    struct costs *costs = context;
    const struct harness_instance_row *row = element;
    if (row->pool >= costs->pool_count) {
        return batch_error_set(error, BATCH_E_INPUT, "instance %llu names pool %u, which is not in the file",
                               (unsigned long long)row->instance, row->pool);
    }
    if (row->running_us < 0 || row->total_usd_nano == 0) {
        return BATCH_OK;
    }
    /* An instance can be billed yet have lived for no time: the minimum charge then falls due at once. */
    int64_t end_us = row->ended_us > row->running_us ? row->ended_us : row->running_us + 1;
    double rate = (double)row->total_usd_nano / 1e9 / (double)(end_us - row->running_us);
    harness_ramp_add(&costs->markets[costs->pools[row->pool].market == BATCH_MARKET_SPOT], row->running_us, end_us,
                     rate, costs->run_us);
    return BATCH_OK;
}

static enum batch_rc put_curves(const struct harness_plot *plot, struct costs *costs, struct batch_error *error)
{
    FILE *file = harness_gnuplot_create(plot->gnuplot, "cost.tsv", error);
    if (file == NULL) {
        return BATCH_E_IO;
    }
    harness_ramp_integrate(&costs->markets[BATCH_MARKET_SPOT], costs->run_us);
    harness_ramp_integrate(&costs->markets[BATCH_MARKET_ON_DEMAND], costs->run_us);
    for (int edge = 0; edge <= HARNESS_RAMP_STEPS; edge++) {
        double spot = costs->markets[BATCH_MARKET_SPOT].rates[edge];
        double time = (double)costs->run_us * edge / HARNESS_RAMP_STEPS / plot->unit_us;
        (void)fprintf(file, "%.9g\t%.9g\t%.9g\n", time, spot,
                      spot + costs->markets[BATCH_MARKET_ON_DEMAND].rates[edge]);
    }
    return harness_gnuplot_finish(file, error);
}

static enum batch_rc gather(const struct harness_plot *plot, struct costs *costs, struct batch_error *error)
{
    costs->run_us = plot->end_us;
    costs->pool_count = harness_reader_count(plot->reader, HARNESS_TABLE_POOLS);
    costs->pools = calloc((size_t)costs->pool_count + 1, sizeof *costs->pools);
    if (costs->pools == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the pools");
    }
    enum batch_rc rc =
        harness_reader_read(plot->reader, HARNESS_TABLE_POOLS, 0, (size_t)costs->pool_count, costs->pools, error);
    if (rc == BATCH_OK) {
        rc = harness_plot_visit(plot->reader, HARNESS_TABLE_INSTANCES, add_row, costs, error);
    }
    return rc == BATCH_OK ? put_curves(plot, costs, error) : rc;
}

enum batch_rc harness_plot_cost(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error)
{
    *is_drawn = harness_reader_count(plot->reader, HARNESS_TABLE_INSTANCES) > 0;
    if (!*is_drawn) {
        return BATCH_OK;
    }
    struct costs *costs = calloc(1, sizeof *costs);
    if (costs == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the cost over time");
    }
    enum batch_rc rc = gather(plot, costs, error);
    free(costs->pools);
    free(costs);
    return rc;
}
