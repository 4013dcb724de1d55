/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Sizes, run times and arrivals of the Lublin-Feitelson model, each from its own random stream.
 */
#include "workloads/lublin.h"

#include "scheduler/host.h"
#include "scheduler/types.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

/** Beyond these, ln(seconds) is drawn again: about 1.9 days and 5.1 days. */
static const double run_ln_max = 12;
static const double gap_ln_max = 13;

/** More than WORKLOAD_TIME_S_MAX, and few enough for exact arithmetic. */
static const double days_max = 1e8;

/** The cycle is fitted to a day that begins with the bucket of this number, counted from 1. */
enum { DAY_START = 11 };

static const struct workload_lublin_constants published[] = {
    [WORKLOAD_LUBLIN_BATCH] = {.serial = 0.2927,
                               .power_of_two = 0.6686,
                               .size_low = 1.2,
                               .size_stage = 0.875,
                               .run_a1 = 6.57,
                               .run_b1 = 0.823,
                               .run_a2 = 639.1,
                               .run_b2 = 0.0156,
                               .run_pa = -0.003,
                               .run_pb = 0.6986,
                               .rush_shape = 6.0415,
                               .rush_scale = 0.8531,
                               .bucket_shape = 6.1271,
                               .bucket_scale = 5.2740,
                               .rush_ratio = 1.0519},
    [WORKLOAD_LUBLIN_INTERACTIVE] = {.serial = 0.1541,
                                     .power_of_two = 0.625,
                                     .size_low = 1,
                                     .size_stage = 0.705,
                                     .run_a1 = 3.8351,
                                     .run_b1 = 0.6605,
                                     .run_a2 = 7.073,
                                     .run_b2 = 0.6856,
                                     .run_pa = -0.0118,
                                     .run_pb = 0.9156,
                                     .rush_shape = 6.5510,
                                     .rush_scale = 0.6621,
                                     .bucket_shape = 8.9186,
                                     .bucket_scale = 3.6680,
                                     .rush_ratio = 0.9797},
    [WORKLOAD_LUBLIN_TYPELESS] = {.serial = 0.244,
                                  .power_of_two = 0.576,
                                  .size_low = 0.8,
                                  .size_stage = 0.86,
                                  .run_a1 = 4.2,
                                  .run_b1 = 0.94,
                                  .run_a2 = 312,
                                  .run_b2 = 0.03,
                                  .run_pa = -0.0054,
                                  .run_pb = 0.78,
                                  .rush_shape = 10.2303,
                                  .rush_scale = 0.4871,
                                  .bucket_shape = 8.1737,
                                  .bucket_scale = 3.9631,
                                  .rush_ratio = 1.0225},
};

/** As the authors' program numbers the types. */
static const int64_t queue_numbers[] = {
    [WORKLOAD_LUBLIN_BATCH] = 1,
    [WORKLOAD_LUBLIN_INTERACTIVE] = 0,
    [WORKLOAD_LUBLIN_TYPELESS] = -1,
};

const struct workload_lublin_constants *workload_lublin_published(enum workload_lublin_column column)
{
    BATCH_ASSERT(NULL, column < WORKLOAD_LUBLIN_BOTH);
    return &published[column];
}

static void weigh_buckets(struct workload_lublin_process *process)
{
    const struct workload_lublin_constants *c = process->constants;
    double sum = 0;
    for (int i = DAY_START; i < DAY_START + WORKLOAD_LUBLIN_BUCKETS; i++) {
        double weight = gsl_cdf_gamma_P(i + 0.5, c->bucket_shape, c->bucket_scale) -
                        gsl_cdf_gamma_P(i - 0.5, c->bucket_shape, c->bucket_scale);
        process->weights[(i - 1) % WORKLOAD_LUBLIN_BUCKETS] = weight;
        sum += weight;
    }
    for (int i = 0; i < WORKLOAD_LUBLIN_BUCKETS; i++) {
        process->weights[i] *= WORKLOAD_LUBLIN_BUCKETS / sum;
        process->day_points += process->weights[i];
    }
}

static double draw_gamma_below(const gsl_rng *rng, double shape, double scale, double max)
{
    double x = gsl_ran_gamma(rng, shape, scale);
    while (x > max) {
        x = gsl_ran_gamma(rng, shape, scale);
    }
    return x;
}

/** Move the process to its next arrival. */
static void advance(struct workload_lublin_process *process, double load_factor, const gsl_rng *rng)
{
    const struct workload_lublin_constants *c = process->constants;
    double x = draw_gamma_below(rng, c->rush_shape * c->rush_ratio, c->rush_scale, gap_ln_max);
    process->points += exp(x) / WORKLOAD_LUBLIN_BUCKET_S / load_factor;

    /* Whole days at once: a small load factor earns years. */
    double days = floor(process->points / process->day_points);
    if (!(days < days_max)) {
        process->arrival_s = HUGE_VAL;
        return;
    }
    process->points -= days * process->day_points;
    process->buckets += days * WORKLOAD_LUBLIN_BUCKETS;

    int bucket = (int)fmod(process->buckets, WORKLOAD_LUBLIN_BUCKETS);
    while (process->points > process->weights[bucket]) {
        process->points -= process->weights[bucket];
        process->buckets += 1;
        bucket = (bucket + 1) % WORKLOAD_LUBLIN_BUCKETS;
    }
    process->arrival_s = WORKLOAD_LUBLIN_BUCKET_S * (process->buckets + process->points / process->weights[bucket]);
}

void workload_lublin_init(struct workload_lublin *lublin, enum workload_lublin_column column, uint32_t processors,
                          double load_factor, const struct workload_streams *streams)
{
    BATCH_ASSERT(NULL, processors > 0 && load_factor > 0);
    const uint32_t process_count = column == WORKLOAD_LUBLIN_BOTH ? 2 : 1;
    *lublin = (struct workload_lublin){
        .streams = streams,
        .process_count = process_count,
        .processors = processors,
        .size_high = log2(processors),
        .size_med = log2(processors) - 2.5,
        .load_factor = load_factor,
    };
    for (uint32_t i = 0; i < process_count; i++) {
        struct workload_lublin_process *process = &lublin->processes[i];
        /* BATCH and INTERACTIVE are the first two columns. */
        uint32_t type = column == WORKLOAD_LUBLIN_BOTH ? i : (uint32_t)column;
        process->constants = &published[type];
        process->queue_number = queue_numbers[type];
        weigh_buckets(process);
        advance(process, load_factor, streams->arrivals);
    }
}

static int64_t draw_size(const struct workload_lublin *lublin, const struct workload_lublin_constants *c)
{
    const gsl_rng *rng = lublin->streams->sizes;
    double u = gsl_rng_uniform(rng);
    if (u <= c->serial) {
        return 1;
    }
    double high = lublin->size_high;
    double low = fmin(c->size_low, high);
    double med = fmax(lublin->size_med, low);
    bool is_first_stage = gsl_rng_uniform(rng) <= c->size_stage;
    double from = is_first_stage ? low : med;
    double to = is_first_stage ? med : high;
    double x = from + (to - from) * gsl_rng_uniform(rng);
    if (u <= c->serial + c->power_of_two) {
        x = floor(x + 0.5);
    }
    return (int64_t)fmin(floor(exp2(x) + 0.5), lublin->processors);
}

static int64_t draw_run_s(const struct workload_lublin *lublin, const struct workload_lublin_constants *c, int64_t size)
{
    const gsl_rng *rng = lublin->streams->runtimes;
    double p = fmin(1, fmax(0, c->run_pa * (double)size + c->run_pb));
    double x = 0;
    do {
        x = gsl_rng_uniform(rng) <= p ? gsl_ran_gamma(rng, c->run_a1, c->run_b1)
                                      : gsl_ran_gamma(rng, c->run_a2, c->run_b2);
    } while (x > run_ln_max);
    return (int64_t)exp(x);
}

bool workload_lublin_next(struct workload_lublin *lublin, struct workload_row *row)
{
    struct workload_lublin_process *process = &lublin->processes[0];
    if (lublin->process_count == 2 && lublin->processes[1].arrival_s < process->arrival_s) {
        process = &lublin->processes[1];
    }
    if (!(process->arrival_s <= (double)WORKLOAD_TIME_S_MAX)) {
        return false;
    }
    int64_t size = draw_size(lublin, process->constants);
    *row = (struct workload_row){
        .submit_us = (int64_t)process->arrival_s * BATCH_US_PER_S,
        .run_us = draw_run_s(lublin, process->constants, size) * BATCH_US_PER_S,
        .estimate_us = -1,
        .processors = size,
        .kib_per_processor = -1,
        .queue_number = process->queue_number,
    };
    advance(process, lublin->load_factor, lublin->streams->arrivals);
    return true;
}
