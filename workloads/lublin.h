/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The workload model of U. Lublin and D. G. Feitelson, "The workload on parallel supercomputers: modeling the
 * characteristics of rigid jobs", JPDC 63(11), 2003, with the constants of the authors' program.
 */
#ifndef BATCH_WORKLOADS_LUBLIN_H
#define BATCH_WORKLOADS_LUBLIN_H

#include "workloads/row.h"
#include "workloads/scenario.h"
#include "workloads/streams.h"

enum {
    WORKLOAD_LUBLIN_BUCKETS = 48, /**< Half hours of a day, from midnight. */
    WORKLOAD_LUBLIN_BUCKET_S = 1800,
};

/** The published constants of one type of job. */
struct workload_lublin_constants {
    double serial, power_of_two;           /**< Probabilities. */
    double size_low, size_stage;           /**< log2 of the least parallel size; probability of the first stage. */
    double run_a1, run_b1, run_a2, run_b2; /**< ln(run time): two gammas, shape and scale. */
    double run_pa, run_pb;                 /**< Probability of the first: pa x size + pb. */
    double rush_shape, rush_scale;         /**< ln(gap) in rush hours. */
    double bucket_shape, bucket_scale;     /**< Arrivals over the day, in buckets. */
    double rush_ratio;                     /**< Multiplies rush_shape. */
};

/** BATCH, INTERACTIVE or TYPELESS. */
const struct workload_lublin_constants *workload_lublin_published(enum workload_lublin_column column);

/** One type of job and its arrivals. */
struct workload_lublin_process {
    const struct workload_lublin_constants *constants;
    int64_t queue_number;                    /**< Of its jobs: batch 1, interactive 0, without type -1. */
    double weights[WORKLOAD_LUBLIN_BUCKETS]; /**< Mean 1. */
    double day_points;                       /**< Their sum. */
    double buckets;                          /**< Gone since midnight of the first day; a whole number. */
    double points;                           /**< Earned and not yet paid. */
    double arrival_s;                        /**< Of the next job. */
};

struct workload_lublin {
    const struct workload_streams *streams; /**< Borrowed. */
    struct workload_lublin_process processes[2];
    uint32_t process_count;
    uint32_t processors;
    double size_med, size_high; /**< log2. */
    double load_factor;
};

/**
 * Begin at midnight.
 *
 * The constants are the published ones but for two of the sizes, which depend on the machine: the largest is log2 of
 * @p processors, the end of the first stage 2.5 below it (not under the least).
 *
 * @param processors   Of the machine, at least 1: rounding to a power of two never goes beyond it.
 * @param load_factor  Above 0. Each gap earns 1/@p load_factor of its points, which makes arrivals so many times more
 *                     frequent at every hour and leaves the shape of the day as it is.
 */
void workload_lublin_init(struct workload_lublin *lublin, enum workload_lublin_column column, uint32_t processors,
                          double load_factor, const struct workload_streams *streams);

/** As workload_generator_next. Submit and run times are whole seconds, as in the original. */
bool workload_lublin_next(struct workload_lublin *lublin, struct workload_row *row);

#endif
