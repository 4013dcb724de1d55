/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Every attempt as a bar on its instance's row; attempts at the same time share the row's height. */
#include "harness/plot.h"

#include <stdlib.h>
#include <string.h>

enum { OUTCOME_SUCCEEDED = 0, OUTCOME_FAILED = 1, OUTCOME_LOST = 2 };
enum { NAMED_ROWS_MAX = 40 }; /* More names would touch each other. */
static const double row_height = 0.84;

struct bar {
    uint64_t instance;
    int64_t start_us, end_us;
    uint32_t lane;
    int outcome;
};

/** An instance that held an attempt. */
struct host {
    uint64_t instance;
    int64_t start_us, end_us;
    uint32_t pool, lanes;
};

struct chart {
    struct bar bars[HARNESS_GANTT_ATTEMPTS_MAX];
    struct host hosts[HARNESS_GANTT_ATTEMPTS_MAX];
    uint32_t bar_count, host_count;
    int64_t run_us;
};

static int outcome_of(const struct harness_attempt_row *row)
{
    if (row->outcome == HARNESS_ATTEMPT_SUCCEEDED) {
        return OUTCOME_SUCCEEDED;
    }
    return row->reason == BATCH_REASON_HOST_TERMINATED ? OUTCOME_LOST : OUTCOME_FAILED;
}

static enum batch_rc take_attempt(void *context, const void *element, struct batch_error *error)
{
    (void)error;
    struct chart *chart = context;
    const struct harness_attempt_row *row = element;
    int64_t end_us = row->stopped_us >= 0 ? row->stopped_us : row->ended_us;
    if (row->started_us >= 0) {
        chart->bars[chart->bar_count++] = (struct bar){.instance = row->instance,
                                                       .start_us = row->started_us,
                                                       .end_us = end_us >= 0 ? end_us : chart->run_us,
                                                       .outcome = outcome_of(row)};
    }
    return BATCH_OK;
}

static int by_instance_and_start(const void *a, const void *b)
{
    const struct bar *left = a;
    const struct bar *right = b;
    if (left->instance != right->instance) {
        return left->instance < right->instance ? -1 : 1;
    }
    return (left->start_us > right->start_us) - (left->start_us < right->start_us);
}

/** Each bar of one host takes the first lane that is free when it starts. */
static uint32_t lay_lanes(struct bar *bars, uint32_t count)
{
    int64_t free_us[HARNESS_GANTT_ATTEMPTS_MAX];
    uint32_t lanes = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t lane = 0;
        while (lane < lanes && free_us[lane] > bars[i].start_us) {
            lane++;
        }
        lanes = lane == lanes ? lanes + 1 : lanes;
        bars[i].lane = lane;
        free_us[lane] = bars[i].end_us;
    }
    return lanes;
}

static void lay_hosts(struct chart *chart)
{
    qsort(chart->bars, chart->bar_count, sizeof chart->bars[0], by_instance_and_start);
    for (uint32_t first = 0; first < chart->bar_count;) {
        uint32_t next = first;
        while (next < chart->bar_count && chart->bars[next].instance == chart->bars[first].instance) {
            next++;
        }
        chart->hosts[chart->host_count++] = (struct host){.instance = chart->bars[first].instance,
                                                          .start_us = chart->bars[first].start_us,
                                                          .end_us = chart->bars[first].end_us,
                                                          .lanes = lay_lanes(&chart->bars[first], next - first)};
        first = next;
    }
}

static enum batch_rc take_instance(void *context, const void *element, struct batch_error *error)
{
    (void)error;
    struct chart *chart = context;
    const struct harness_instance_row *row = element;
    for (uint32_t i = 0; i < chart->host_count; i++) {
        struct host *host = &chart->hosts[i];
        if (host->instance == row->instance && row->running_us >= 0) {
            host->pool = row->pool;
            host->start_us = row->running_us;
            host->end_us = row->ended_us >= 0 ? row->ended_us : chart->run_us;
        }
    }
    return BATCH_OK;
}

static void put_name(FILE *file, bool is_named, const struct harness_pool_row *pool, uint64_t instance)
{
    if (is_named) {
        (void)fprintf(file, "%.*s %llu\n", HARNESS_ROW_WORD_MAX, pool->type, (unsigned long long)instance);
    } else {
        (void)fputs(" \n", file);
    }
}

static enum batch_rc put_hosts(const struct harness_plot *plot, const struct chart *chart, struct batch_error *error)
{
    FILE *file = harness_gnuplot_create(plot->gnuplot, "hosts.tsv", error);
    if (file == NULL) {
        return BATCH_E_IO;
    }
    enum batch_rc rc = BATCH_OK;
    for (uint32_t i = 0; rc == BATCH_OK && i < chart->host_count; i++) {
        const struct host *host = &chart->hosts[i];
        struct harness_pool_row pool;
        rc = harness_reader_read(plot->reader, HARNESS_TABLE_POOLS, host->pool, 1, &pool, error);
        if (rc == BATCH_OK) {
            bool is_named = i % (chart->host_count / NAMED_ROWS_MAX + 1) == 0;
            (void)fprintf(file, "%.9g\t%.9g\t%u\t", (double)host->start_us / plot->unit_us,
                          (double)host->end_us / plot->unit_us, i + 1);
            put_name(file, is_named, &pool, host->instance);
        }
    }
    enum batch_rc finished = harness_gnuplot_finish(file, rc == BATCH_OK ? error : NULL);
    return rc != BATCH_OK ? rc : finished;
}

static enum batch_rc put_bars(const struct harness_plot *plot, const struct chart *chart, struct batch_error *error)
{
    FILE *file = harness_gnuplot_create(plot->gnuplot, "gantt.tsv", error);
    if (file == NULL) {
        return BATCH_E_IO;
    }
    uint32_t host = 0;
    for (uint32_t i = 0; i < chart->bar_count; i++) {
        const struct bar *bar = &chart->bars[i];
        while (chart->hosts[host].instance != bar->instance) {
            host++;
        }
        double height = row_height / chart->hosts[host].lanes;
        double bottom = (double)host + 1.0 - row_height / 2.0 + height * bar->lane;
        (void)fprintf(file, "%.9g\t%.9g\t%.9g\t%.9g\t%d\n", (double)bar->start_us / plot->unit_us,
                      (double)bar->end_us / plot->unit_us, bottom, bottom + height, bar->outcome);
    }
    return harness_gnuplot_finish(file, error);
}

static enum batch_rc gather(const struct harness_plot *plot, struct chart *chart, struct batch_error *error)
{
    enum batch_rc rc = harness_plot_visit(plot->reader, HARNESS_TABLE_ATTEMPTS, take_attempt, chart, error);
    if (rc == BATCH_OK) {
        lay_hosts(chart);
        rc = harness_plot_visit(plot->reader, HARNESS_TABLE_INSTANCES, take_instance, chart, error);
    }
    if (rc == BATCH_OK && chart->host_count > 0) {
        (void)fprintf(plot->setup, "rows = %u\n", chart->host_count);
        rc = put_hosts(plot, chart, error);
    }
    return rc == BATCH_OK && chart->host_count > 0 ? put_bars(plot, chart, error) : rc;
}

enum batch_rc harness_plot_gantt(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error)
{
    uint64_t attempts = harness_reader_count(plot->reader, HARNESS_TABLE_ATTEMPTS);
    *is_drawn = attempts > 0 && attempts <= HARNESS_GANTT_ATTEMPTS_MAX;
    if (!*is_drawn) {
        return BATCH_OK;
    }
    struct chart *chart = calloc(1, sizeof *chart);
    if (chart == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the chart");
    }
    chart->run_us = plot->end_us;
    enum batch_rc rc = gather(plot, chart, error);
    *is_drawn = chart->host_count > 0;
    free(chart);
    return rc;
}
