/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The list of figures and what they share. */
#include "harness/plot.h"

#include <stdlib.h>
#include <string.h>

const struct harness_figure harness_figures_all[] = {
    {"queue", "Queue length and vCPUs", harness_plot_queue}, {"wait", "Wait time", harness_plot_wait},
    {"cost", "Cost over time", harness_plot_cost},           {"instances", "Instances by type", harness_plot_instances},
    {"gantt", "Attempts on instances", harness_plot_gantt},
};
const uint32_t harness_figure_count = sizeof harness_figures_all / sizeof harness_figures_all[0];

const struct harness_figure *harness_figure_find(const char *name)
{
    for (uint32_t i = 0; i < harness_figure_count; i++) {
        if (strcmp(harness_figures_all[i].name, name) == 0) {
            return &harness_figures_all[i];
        }
    }
    return NULL;
}

enum batch_rc harness_plot_end_us(struct harness_reader *reader, int64_t *end_us, struct batch_error *error)
{
    uint64_t count = harness_reader_count(reader, HARNESS_TABLE_TIMESERIES);
    struct harness_series_row last = {0};
    if (count > 0) {
        enum batch_rc rc = harness_reader_read(reader, HARNESS_TABLE_TIMESERIES, count - 1, 1, &last, error);
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    *end_us = last.time_us;
    return BATCH_OK;
}

const char *harness_plot_unit(int64_t end_us, double *unit_us)
{
    static const struct {
        const char *name;
        double seconds;
        double most; /**< Longest run in seconds for which the unit is used. */
    } units[] = {{"s", 1.0, 300.0}, {"min", 60.0, 4.0 * 3600.0}, {"h", 3600.0, 4.0 * 86400.0}, {"days", 86400.0, 0.0}};
    size_t unit = 0;
    while (units[unit].most > 0.0 && (double)end_us / 1e6 > units[unit].most) {
        unit++;
    }
    *unit_us = units[unit].seconds * 1e6;
    return units[unit].name;
}

static enum batch_rc visit_batches(struct harness_reader *reader, enum harness_table table, unsigned char *rows,
                                   harness_row_visitor visit, void *context, struct batch_error *error)
{
    const struct harness_table_description *description = harness_table_describe(table);
    uint64_t total = harness_reader_count(reader, table);
    for (uint64_t start = 0; start < total; start += description->batch_rows) {
        uint64_t left = total - start;
        size_t count = left < description->batch_rows ? (size_t)left : description->batch_rows;
        enum batch_rc rc = harness_reader_read(reader, table, start, count, rows, error);
        for (size_t i = 0; rc == BATCH_OK && i < count; i++) {
            rc = visit(context, rows + i * description->row_size, error);
        }
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    return BATCH_OK;
}

enum batch_rc harness_plot_visit(struct harness_reader *reader, enum harness_table table, harness_row_visitor visit,
                                 void *context, struct batch_error *error)
{
    const struct harness_table_description *description = harness_table_describe(table);
    unsigned char *rows = calloc(description->batch_rows, description->row_size);
    if (rows == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for rows of %s", description->name);
    }
    enum batch_rc rc = visit_batches(reader, table, rows, visit, context, error);
    free(rows);
    return rc;
}
