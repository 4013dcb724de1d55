/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The figures of one run: each takes its data from a results file and its looks from plots/<name>.gp.
 */
#ifndef BATCH_HARNESS_PLOT_H
#define BATCH_HARNESS_PLOT_H

#include "harness/gnuplot.h"
#include "harness/results.h"

#include <stdint.h>

/** What every figure is given. */
struct harness_plot {
    struct harness_reader *reader; /**< Borrowed. */
    const struct harness_gnuplot *gnuplot;
    const struct harness_summary *summary;
    FILE *setup;    /**< setup.gp, open: a figure adds its own variables. */
    int64_t end_us; /**< Of the run; above 0. */
    double unit_us; /**< Of the time axis. */
};

/** Its data files are written and its variables set; false in @p *is_drawn: this run has nothing to draw. */
struct harness_figure {
    const char *name;
    const char *title;
    enum batch_rc (*prepare)(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error);
};

/** Largest run, in attempts, of which a Gantt chart can be read. */
enum { HARNESS_GANTT_ATTEMPTS_MAX = 500 };

extern const struct harness_figure harness_figures_all[];
extern const uint32_t harness_figure_count;

/** The figure called @p name, or NULL. */
const struct harness_figure *harness_figure_find(const char *name);

enum batch_rc harness_plot_queue(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error);
enum batch_rc harness_plot_wait(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error);
enum batch_rc harness_plot_cost(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error);
enum batch_rc harness_plot_instances(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error);
enum batch_rc harness_plot_gantt(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error);

/** When the run ended, from its time series; 0: it has none. */
enum batch_rc harness_plot_end_us(struct harness_reader *reader, int64_t *end_us, struct batch_error *error);

/** The unit that gives a time axis of @p end_us few and whole numbers: "s", "min", "h" or "days". */
const char *harness_plot_unit(int64_t end_us, double *unit_us);

/** Called for each row in order; @p row is a packed struct of rows.h. */
typedef enum batch_rc (*harness_row_visitor)(void *context, const void *row, struct batch_error *error);

/** Visit all rows of @p table, a batch at a time, so that memory does not grow with the run. */
enum batch_rc harness_plot_visit(struct harness_reader *reader, enum harness_table table, harness_row_visitor visit,
                                 void *context, struct batch_error *error);

#endif
