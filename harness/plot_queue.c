/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Queue length and vCPUs over time, from the time series. */
#include "harness/plot.h"

struct output {
    FILE *file;
    double unit_us;
    struct harness_series_row before; /**< Its values hold until the next row. */
};

static void put_point(const struct output *output, int64_t time_us, const struct harness_series_row *row)
{
    (void)fprintf(output->file, "%.9g\t%u\t%.9g\t%.9g\n", (double)time_us / output->unit_us, row->runnable_max,
                  (double)row->running_vcpu_milli / 1000.0,
                  (double)(row->on_demand_vcpu_milli + row->spot_vcpu_milli) / 1000.0);
}

static enum batch_rc put_row(void *context, const void *element, struct batch_error *error)
{
    (void)error;
    struct output *output = context;
    const struct harness_series_row *row = element;
    put_point(output, row->time_us, &output->before);
    put_point(output, row->time_us, row);
    output->before = *row;
    return BATCH_OK;
}

enum batch_rc harness_plot_queue(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error)
{
    struct output output = {.file = harness_gnuplot_create(plot->gnuplot, "series.tsv", error),
                            .unit_us = plot->unit_us};
    if (output.file == NULL) {
        return BATCH_E_IO;
    }
    *is_drawn = true;
    enum batch_rc rc = harness_plot_visit(plot->reader, HARNESS_TABLE_TIMESERIES, put_row, &output, error);
    enum batch_rc finished = harness_gnuplot_finish(output.file, rc == BATCH_OK ? error : NULL);
    return rc != BATCH_OK ? rc : finished;
}
