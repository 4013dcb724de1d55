/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The distribution of the wait as a cumulative curve over a logarithmic axis. */
#include "harness/plot.h"

#include <math.h>

enum {
    BINS_PER_DECADE = 200, /**< Steps of 1.2 %: finer than a pixel. */
    DECADES = 10,          /**< From 1 s; the first bin takes all that is shorter. */
    BIN_COUNT = BINS_PER_DECADE * DECADES + 1,
};

struct histogram {
    uint64_t counts[BIN_COUNT];
    uint64_t total;
    int last; /**< Fullest bin used. */
};

static double bin_edge_s(int bin)
{
    return pow(10.0, (double)bin / BINS_PER_DECADE);
}

static enum batch_rc count_row(void *context, const void *element, struct batch_error *error)
{
    (void)error;
    struct histogram *histogram = context;
    const struct harness_job_row *row = element;
    if (row->started_us < 0 || row->runnable_us < 0) {
        return BATCH_OK;
    }
    double wait_s = (double)(row->started_us - row->runnable_us) / 1e6;
    int bin = wait_s <= 1.0 ? 0 : (int)fmin(ceil(log10(wait_s) * BINS_PER_DECADE), BIN_COUNT - 1);
    histogram->counts[bin]++;
    histogram->total++;
    histogram->last = bin > histogram->last ? bin : histogram->last;
    return BATCH_OK;
}

static void format_wait(double seconds, char *text, size_t size)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"d", 86400.0}, {"h", 3600.0}, {"min", 60.0}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (seconds >= 2.0 * units[i].seconds) {
            (void)snprintf(text, size, "%.3g %s", seconds / units[i].seconds, units[i].unit);
            return;
        }
    }
    (void)snprintf(text, size, "%.3g s", seconds);
}

static void put_setup(const struct harness_plot *plot, const struct histogram *histogram)
{
    const struct harness_spread *wait = &plot->summary->all.wait_s;
    char p50[32];
    char p95[32];
    char p99[32];
    char line[128];
    format_wait(wait->p50, p50, sizeof p50);
    format_wait(wait->p95, p95, sizeof p95);
    format_wait(wait->p99, p99, sizeof p99);
    (void)snprintf(line, sizeof line, "p50 %s    p95 %s    p99 %s", p50, p95, p99);
    harness_gnuplot_put_text(plot->setup, "quantiles", line);
    (void)fprintf(plot->setup, "wait_most = %.9g\n", fmax(10.0, bin_edge_s(histogram->last) * 1.3));
}

static enum batch_rc put_curve(const struct harness_plot *plot, const struct histogram *histogram,
                               struct batch_error *error)
{
    FILE *file = harness_gnuplot_create(plot->gnuplot, "wait.tsv", error);
    if (file == NULL) {
        return BATCH_E_IO;
    }
    uint64_t passed = 0;
    (void)fprintf(file, "%.9g\t0\n", bin_edge_s(0));
    for (int bin = 0; bin <= histogram->last; bin++) {
        passed += histogram->counts[bin];
        (void)fprintf(file, "%.9g\t%.9g\n", bin_edge_s(bin), 100.0 * (double)passed / (double)histogram->total);
    }
    (void)fprintf(file, "%.9g\t100\n", fmax(10.0, bin_edge_s(histogram->last) * 1.3));
    return harness_gnuplot_finish(file, error);
}

enum batch_rc harness_plot_wait(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error)
{
    struct histogram histogram = {0};
    enum batch_rc rc = harness_plot_visit(plot->reader, HARNESS_TABLE_JOBS, count_row, &histogram, error);
    *is_drawn = histogram.total > 0;
    if (rc != BATCH_OK || !*is_drawn) {
        return rc;
    }
    put_setup(plot, &histogram);
    return put_curve(plot, &histogram, error);
}
