/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Running instances by type over time: the types that ran longest, the others as one. */
#include "harness/plot.h"
#include "harness/plot_ramp.h"

#include <stdlib.h>
#include <string.h>

enum { BANDS_MAX = 8, NAME_MAX_BYTES = HARNESS_ROW_WORD_MAX + 1 };

struct kind {
    char name[NAME_MAX_BYTES];
    double life_us; /**< Of all its instances together. */
    uint32_t band;
};

struct fleet {
    struct harness_pool_row *pools;
    uint32_t *kinds_of_pools;
    struct kind *kinds;
    uint32_t pool_count, kind_count, band_count;
    struct harness_ramp bands[BANDS_MAX];
    char band_names[BANDS_MAX][NAME_MAX_BYTES];
    int64_t run_us;
};

/** What of an instance's life falls into the run; 0: it never ran. */
static int64_t end_of(const struct harness_instance_row *row, const struct fleet *fleet)
{
    int64_t end_us = row->ended_us >= 0 ? row->ended_us : fleet->run_us;
    return row->running_us < 0 || end_us < row->running_us ? row->running_us : end_us;
}

static enum batch_rc add_life(void *context, const void *element, struct batch_error *error)
{
    struct fleet *fleet = context;
    const struct harness_instance_row *row = element;
    if (row->pool >= fleet->pool_count) {
        return batch_error_set(error, BATCH_E_INPUT, "instance %llu names pool %u, which is not in the file",
                               (unsigned long long)row->instance, row->pool);
    }
    fleet->kinds[fleet->kinds_of_pools[row->pool]].life_us += (double)(end_of(row, fleet) - row->running_us);
    return BATCH_OK;
}

static enum batch_rc add_ramp(void *context, const void *element, struct batch_error *error)
{
    (void)error;
    struct fleet *fleet = context;
    const struct harness_instance_row *row = element;
    uint32_t band = fleet->kinds[fleet->kinds_of_pools[row->pool]].band;
    if (row->running_us >= 0) {
        harness_ramp_add(&fleet->bands[band], row->running_us, end_of(row, fleet), 1.0, fleet->run_us);
    }
    return BATCH_OK;
}

/** Pools of one type in several zones or markets are one kind. */
static void find_kinds(struct fleet *fleet)
{
    for (uint32_t pool = 0; pool < fleet->pool_count; pool++) {
        char name[NAME_MAX_BYTES] = "";
        memcpy(name, fleet->pools[pool].type, HARNESS_ROW_WORD_MAX);
        uint32_t kind = 0;
        while (kind < fleet->kind_count && strcmp(fleet->kinds[kind].name, name) != 0) {
            kind++;
        }
        if (kind == fleet->kind_count) {
            memcpy(fleet->kinds[fleet->kind_count++].name, name, sizeof name);
        }
        fleet->kinds_of_pools[pool] = kind;
    }
}

static int longest_first(const void *a, const void *b)
{
    const struct kind *left = *(const struct kind *const *)a;
    const struct kind *right = *(const struct kind *const *)b;
    int order = (left->life_us < right->life_us) - (left->life_us > right->life_us);
    return order != 0 ? order : strcmp(left->name, right->name);
}

static enum batch_rc choose_bands(struct fleet *fleet, struct batch_error *error)
{
    struct kind **order = calloc((size_t)fleet->kind_count + 1, sizeof *order);
    if (order == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the instance types");
    }
    uint32_t used = 0;
    for (uint32_t kind = 0; kind < fleet->kind_count; kind++) {
        order[kind] = &fleet->kinds[kind];
        used += fleet->kinds[kind].life_us > 0.0;
    }
    qsort(order, fleet->kind_count, sizeof(struct kind *), longest_first);
    fleet->band_count = used < BANDS_MAX ? used : BANDS_MAX;
    for (uint32_t rank = 0; rank < fleet->kind_count; rank++) {
        uint32_t band = rank < BANDS_MAX ? rank : BANDS_MAX - 1;
        order[rank]->band = band;
        (void)snprintf(fleet->band_names[band], NAME_MAX_BYTES, "%s",
                       band == BANDS_MAX - 1 && used > BANDS_MAX ? "other types" : order[rank]->name);
    }
    free(order);
    return BATCH_OK;
}

/** One point at @p edge with the mean of @p step, the bands summed one upon the other. */
static void put_step(const struct harness_plot *plot, const struct fleet *fleet, int step, int edge, FILE *file)
{
    double step_us = (double)fleet->run_us / HARNESS_RAMP_STEPS;
    double sum = 0.0;
    (void)fprintf(file, "\n%.9g", (double)edge * step_us / plot->unit_us);
    for (uint32_t band = 0; band < fleet->band_count; band++) {
        sum += (fleet->bands[band].rates[step + 1] - fleet->bands[band].rates[step]) / step_us;
        (void)fprintf(file, "\t%.6g", sum);
    }
}

static enum batch_rc put_bands(const struct harness_plot *plot, struct fleet *fleet, struct batch_error *error)
{
    FILE *file = harness_gnuplot_create(plot->gnuplot, "instances.tsv", error);
    if (file == NULL) {
        return BATCH_E_IO;
    }
    (void)fprintf(plot->setup, "types = %u\n", fleet->band_count);
    (void)fprintf(file, "time");
    for (uint32_t band = 0; band < fleet->band_count; band++) {
        (void)fprintf(file, "\t%s", fleet->band_names[band]);
        harness_ramp_integrate(&fleet->bands[band], fleet->run_us);
    }
    for (int step = 0; step < HARNESS_RAMP_STEPS; step++) {
        put_step(plot, fleet, step, step, file);
        put_step(plot, fleet, step, step + 1, file);
    }
    (void)fprintf(file, "\n");
    return harness_gnuplot_finish(file, error);
}

static enum batch_rc gather(const struct harness_plot *plot, struct fleet *fleet, struct batch_error *error)
{
    size_t room = (size_t)fleet->pool_count + 1;
    fleet->pools = calloc(room, sizeof *fleet->pools);
    fleet->kinds = calloc(room, sizeof *fleet->kinds);
    fleet->kinds_of_pools = calloc(room, sizeof *fleet->kinds_of_pools);
    if (fleet->pools == NULL || fleet->kinds == NULL || fleet->kinds_of_pools == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the pools");
    }
    enum batch_rc rc =
        harness_reader_read(plot->reader, HARNESS_TABLE_POOLS, 0, fleet->pool_count, fleet->pools, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    find_kinds(fleet);
    rc = harness_plot_visit(plot->reader, HARNESS_TABLE_INSTANCES, add_life, fleet, error);
    if (rc == BATCH_OK) {
        rc = choose_bands(fleet, error);
    }
    if (rc == BATCH_OK) {
        rc = harness_plot_visit(plot->reader, HARNESS_TABLE_INSTANCES, add_ramp, fleet, error);
    }
    return rc == BATCH_OK ? put_bands(plot, fleet, error) : rc;
}

enum batch_rc harness_plot_instances(const struct harness_plot *plot, bool *is_drawn, struct batch_error *error)
{
    *is_drawn = harness_reader_count(plot->reader, HARNESS_TABLE_INSTANCES) > 0;
    if (!*is_drawn) {
        return BATCH_OK;
    }
    struct fleet *fleet = calloc(1, sizeof *fleet);
    if (fleet == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the instances over time");
    }
    fleet->run_us = plot->end_us;
    fleet->pool_count = (uint32_t)harness_reader_count(plot->reader, HARNESS_TABLE_POOLS);
    enum batch_rc rc = gather(plot, fleet, error);
    *is_drawn = fleet->band_count > 0;
    free(fleet->pools);
    free(fleet->kinds);
    free(fleet->kinds_of_pools);
    free(fleet);
    return rc;
}
