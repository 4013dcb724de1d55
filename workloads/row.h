/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A job as a trace or a generator tells it, before the scenario's rules say what it asks of AWS Batch.
 */
#ifndef BATCH_WORKLOADS_ROW_H
#define BATCH_WORKLOADS_ROW_H

#include <stdint.h>

/**
 * No time in a workload is longer (some 31,700 years): eight of them still add up within int64_t microseconds,
 * so a world may add waits and run times without care.
 */
#define WORKLOAD_TIME_S_MAX INT64_C(1000000000000)

struct workload_row {
    int64_t submit_us;         /**< On the workload's own clock; 0..WORKLOAD_TIME_S_MAX seconds. */
    int64_t run_us;            /**< 0..WORKLOAD_TIME_S_MAX seconds. */
    int64_t estimate_us;       /**< The user's estimate of the run time; -1: none. */
    int64_t processors;        /**< At least 1. */
    int64_t kib_per_processor; /**< Requested memory; 0 or less: none given. */
    int64_t queue_number;      /**< Of the log's own queue, SWF field 15; -1: none. */
};

#endif
