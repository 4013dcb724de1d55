/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The store behind the quantiles: columns of samples while few, histograms per group afterwards.
 *
 * Every job has a queue, so the figures of all jobs are those of the queues put together.
 */
#include "harness/quantile.h"

#include "harness/quantile_spread.h"
#include "scheduler/host.h"

#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

enum { WAIT = 0, RESPONSE = 1, SLOWDOWN = 2, METRIC_COUNT = 3, CAPACITY_FIRST = 1024 };

/** One queue or environment. */
struct group {
    uint64_t count;
    wide wait_us;
    wide response_us;
    double slowdown;
    double max[METRIC_COUNT];
    uint64_t (*buckets)[HARNESS_BUCKET_COUNT]; /**< METRIC_COUNT of them; NULL: none yet. Owned. */
};

struct harness_quantiles {
    uint32_t queue_count;
    uint32_t environment_count;
    struct group *groups; /**< Queues, then environments. */
    size_t exact_max;
    bool is_exact;
    /* The samples, by column, while exact. */
    size_t count;
    size_t capacity;
    double *values[METRIC_COUNT];
    uint16_t *keys[2]; /**< Index into groups: of the queue, of the environment. */
};

struct harness_quantiles *harness_quantiles_create(uint32_t queue_count, uint32_t environment_count, size_t exact_max)
{
    struct harness_quantiles *quantiles = calloc(1, sizeof *quantiles);
    if (quantiles == NULL) {
        return NULL;
    }
    quantiles->queue_count = queue_count;
    quantiles->environment_count = environment_count;
    quantiles->exact_max = exact_max;
    quantiles->is_exact = true;
    quantiles->groups = calloc((size_t)queue_count + environment_count + 1, sizeof *quantiles->groups);
    if (quantiles->groups == NULL) {
        free(quantiles);
        return NULL;
    }
    return quantiles;
}

static void release_samples(struct harness_quantiles *quantiles)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        free(quantiles->values[i]);
        quantiles->values[i] = NULL;
    }
    for (size_t i = 0; i < 2; i++) {
        free(quantiles->keys[i]);
        quantiles->keys[i] = NULL;
    }
}

void harness_quantiles_destroy(struct harness_quantiles *quantiles)
{
    if (quantiles == NULL) {
        return;
    }
    release_samples(quantiles);
    for (size_t i = 0; i < (size_t)quantiles->queue_count + quantiles->environment_count; i++) {
        free(quantiles->groups[i].buckets);
    }
    free(quantiles->groups);
    free(quantiles);
}

static bool grow(struct harness_quantiles *quantiles)
{
    size_t capacity = quantiles->capacity == 0 ? CAPACITY_FIRST : 2 * quantiles->capacity;
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        double *values = realloc(quantiles->values[i], capacity * sizeof *values);
        if (values == NULL) {
            return false;
        }
        quantiles->values[i] = values;
    }
    for (size_t i = 0; i < 2; i++) {
        uint16_t *keys = realloc(quantiles->keys[i], capacity * sizeof *keys);
        if (keys == NULL) {
            return false;
        }
        quantiles->keys[i] = keys;
    }
    quantiles->capacity = capacity;
    return true;
}

static bool prepare_buckets(struct group *group)
{
    if (group->buckets == NULL) {
        group->buckets = calloc(METRIC_COUNT, sizeof *group->buckets);
    }
    return group->buckets != NULL;
}

static bool pour(struct harness_quantiles *quantiles)
{
    for (size_t i = 0; i < quantiles->count; i++) {
        for (size_t k = 0; k < 2; k++) {
            struct group *group = &quantiles->groups[quantiles->keys[k][i]];
            if (!prepare_buckets(group)) {
                return false;
            }
            for (size_t metric = 0; metric < METRIC_COUNT; metric++) {
                group->buckets[metric][harness_bucket_of(quantiles->values[metric][i])]++;
            }
        }
    }
    release_samples(quantiles);
    quantiles->is_exact = false;
    return true;
}

static void count_sample(struct group *group, const struct harness_sample *sample, const double *values)
{
    group->count++;
    group->wait_us += (uint64_t)sample->wait_us;
    group->response_us += (uint64_t)sample->response_us;
    group->slowdown += sample->slowdown;
    for (size_t metric = 0; metric < METRIC_COUNT; metric++) {
        group->max[metric] = values[metric] > group->max[metric] ? values[metric] : group->max[metric];
        if (group->buckets != NULL) {
            group->buckets[metric][harness_bucket_of(values[metric])]++;
        }
    }
}

bool harness_quantiles_add(struct harness_quantiles *quantiles, const struct harness_sample *sample)
{
    BATCH_ASSERT(NULL, sample->wait_us >= 0 && sample->response_us >= 0 && sample->slowdown >= 1);
    BATCH_ASSERT(NULL, sample->queue < quantiles->queue_count && sample->environment < quantiles->environment_count);
    const double values[METRIC_COUNT] = {(double)sample->wait_us, (double)sample->response_us, sample->slowdown};
    uint16_t keys[2] = {sample->queue, (uint16_t)(quantiles->queue_count + sample->environment)};
    if (quantiles->is_exact && quantiles->count == quantiles->exact_max && !pour(quantiles)) {
        return false;
    }
    if (quantiles->is_exact && quantiles->count == quantiles->capacity && !grow(quantiles)) {
        return false;
    }
    for (size_t k = 0; k < 2; k++) {
        struct group *group = &quantiles->groups[keys[k]];
        if (!quantiles->is_exact && !prepare_buckets(group)) {
            return false;
        }
        count_sample(group, sample, values);
        if (quantiles->is_exact) {
            quantiles->keys[k][quantiles->count] = keys[k];
        }
    }
    for (size_t metric = 0; quantiles->is_exact && metric < METRIC_COUNT; metric++) {
        quantiles->values[metric][quantiles->count] = values[metric];
    }
    quantiles->count++;
    return true;
}

bool harness_quantiles_are_exact(const struct harness_quantiles *quantiles)
{
    return quantiles->is_exact;
}

static void set_mean_and_max(const struct group *group, struct harness_figures *figures)
{
    double count = group->count > 0 ? (double)group->count : 1;
    figures->wait_s.mean = (double)group->wait_us / count;
    figures->response_s.mean = (double)group->response_us / count;
    figures->bounded_slowdown.mean = group->slowdown / count;
    figures->wait_s.max = group->max[WAIT];
    figures->response_s.max = group->max[RESPONSE];
    figures->bounded_slowdown.max = group->max[SLOWDOWN];
}

static struct harness_spread *spread_of(struct harness_figures *figures, size_t metric)
{
    if (metric == WAIT) {
        return &figures->wait_s;
    }
    return metric == RESPONSE ? &figures->response_s : &figures->bounded_slowdown;
}

/** Samples come in microseconds, figures go in seconds. */
static void scale_to_seconds(struct harness_spread *spread)
{
    double *members[] = {&spread->mean, &spread->p50, &spread->p90, &spread->p95, &spread->p99, &spread->max};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        *members[i] /= BATCH_US_PER_S;
    }
}

/** Work space of the exact way: which samples belong to each group, group after group. */
struct partition {
    size_t *starts;   /**< Of each group, and the end of the last. */
    uint32_t *order;  /**< Sample numbers. */
    double *gathered; /**< One metric of one group. */
};

static void release_partition(struct partition *partition)
{
    free(partition->starts);
    free(partition->order);
    free(partition->gathered);
}

/** A counting sort of the samples by group, of queues (@p k 0) or of environments (1). */
static bool make_partition(const struct harness_quantiles *quantiles, size_t k, struct partition *partition)
{
    size_t group_count = (size_t)quantiles->queue_count + quantiles->environment_count;
    size_t *starts = calloc(group_count + 2, sizeof *starts);
    uint32_t *order = calloc(quantiles->count + 1, sizeof *order);
    *partition = (struct partition){starts, order, calloc(quantiles->count + 1, sizeof *partition->gathered)};
    if (starts == NULL || order == NULL || partition->gathered == NULL) {
        release_partition(partition);
        return false;
    }
    for (size_t i = 0; i < quantiles->count; i++) {
        starts[quantiles->keys[k][i] + 2]++;
    }
    for (size_t i = 2; i < group_count + 2; i++) {
        starts[i] += starts[i - 1];
    }
    for (size_t i = 0; i < quantiles->count; i++) {
        order[starts[quantiles->keys[k][i] + 1]++] = (uint32_t)i;
    }
    return true;
}

static bool spread_group(const struct harness_quantiles *quantiles, size_t index, const struct partition *partition,
                         struct harness_figures *figures)
{
    const struct group *group = &quantiles->groups[index];
    set_mean_and_max(group, figures);
    for (size_t metric = 0; metric < METRIC_COUNT; metric++) {
        struct harness_spread *spread = spread_of(figures, metric);
        if (partition == NULL) {
            harness_spread_roughly(group->buckets != NULL ? group->buckets[metric] : NULL, group->count, spread);
            continue;
        }
        size_t start = partition->starts[index];
        for (size_t i = 0; i < group->count; i++) {
            partition->gathered[i] = quantiles->values[metric][partition->order[start + i]];
        }
        if (!harness_spread_exactly(partition->gathered, group->count, spread)) {
            return false;
        }
    }
    scale_to_seconds(&figures->wait_s);
    scale_to_seconds(&figures->response_s);
    return true;
}

static bool spread_groups(const struct harness_quantiles *quantiles, size_t k, struct harness_named_figures *named)
{
    size_t first = k == 0 ? 0 : quantiles->queue_count;
    size_t count = k == 0 ? quantiles->queue_count : quantiles->environment_count;
    struct partition partition = {0};
    if (quantiles->is_exact && !make_partition(quantiles, k, &partition)) {
        return false;
    }
    bool is_done = true;
    for (size_t i = 0; is_done && i < count; i++) {
        is_done = spread_group(quantiles, first + i, quantiles->is_exact ? &partition : NULL, &named[i].figures);
    }
    release_partition(&partition);
    return is_done;
}

/** All queues as one group; its buckets are the caller's to free. */
static bool sum_queues(const struct harness_quantiles *quantiles, struct group *sum)
{
    *sum = (struct group){0};
    if (!quantiles->is_exact && !prepare_buckets(sum)) {
        return false;
    }
    for (size_t i = 0; i < quantiles->queue_count; i++) {
        const struct group *group = &quantiles->groups[i];
        bool has_buckets = sum->buckets != NULL && group->buckets != NULL;
        sum->count += group->count;
        sum->wait_us += group->wait_us;
        sum->response_us += group->response_us;
        sum->slowdown += group->slowdown;
        for (size_t metric = 0; metric < METRIC_COUNT; metric++) {
            sum->max[metric] = group->max[metric] > sum->max[metric] ? group->max[metric] : sum->max[metric];
            for (size_t j = 0; has_buckets && j < HARNESS_BUCKET_COUNT; j++) {
                sum->buckets[metric][j] += group->buckets[metric][j];
            }
        }
    }
    return true;
}

static bool spread_all(const struct harness_quantiles *quantiles, struct harness_figures *all)
{
    struct group sum;
    if (!sum_queues(quantiles, &sum)) {
        return false;
    }
    set_mean_and_max(&sum, all);
    bool is_done = true;
    for (size_t metric = 0; is_done && metric < METRIC_COUNT; metric++) {
        if (quantiles->is_exact) {
            is_done = harness_spread_exactly(quantiles->values[metric], quantiles->count, spread_of(all, metric));
        } else {
            harness_spread_roughly(sum.buckets[metric], sum.count, spread_of(all, metric));
        }
    }
    free(sum.buckets);
    scale_to_seconds(&all->wait_s);
    scale_to_seconds(&all->response_s);
    return is_done;
}

bool harness_quantiles_finish(struct harness_quantiles *quantiles, struct harness_figures *all,
                              struct harness_named_figures *queues, struct harness_named_figures *environments)
{
    if (!spread_all(quantiles, all) || !spread_groups(quantiles, 1, environments)) {
        return false;
    }
    if (quantiles->queue_count > 1) {
        return spread_groups(quantiles, 0, queues);
    }
    if (quantiles->queue_count == 1) {
        queues[0].figures.wait_s = all->wait_s;
        queues[0].figures.response_s = all->response_s;
        queues[0].figures.bounded_slowdown = all->bounded_slowdown;
    }
    return true;
}
