/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The rows of a results file, byte for byte as they are stored: packed, little-endian, no padding.
 *
 * Each struct has its columns described in results_tables.c, and each column is defined in docs/results.md.
 */
#ifndef BATCH_HARNESS_ROWS_H
#define BATCH_HARNESS_ROWS_H

#include <stdint.h>

enum {
    HARNESS_ROW_NAME_MAX = 129, /**< Bytes of a queue's or environment's name, zero-filled. */
    HARNESS_ROW_WORD_MAX = 32,  /**< Bytes of a type's or zone's name. */
    HARNESS_ROW_NONE = -1,      /**< A time, exit code or number that there is not. */
};

#define HARNESS_PACKED __attribute__((packed))

/** How an attempt stands or ended. Part of the results format: never renumber. */
enum harness_attempt_outcome {
    HARNESS_ATTEMPT_SUCCEEDED = 0, /**< Its job succeeded with it. */
    HARNESS_ATTEMPT_FAILED = 1,    /**< Its job failed with it. */
    HARNESS_ATTEMPT_RETRIED = 2,   /**< Its job went back to RUNNABLE. */
    HARNESS_ATTEMPT_OPEN = 3,      /**< It had not ended when the run did. */
};

/** How an instance ended. The first three are enum batch_gone. Never renumber. */
enum harness_instance_outcome {
    HARNESS_INSTANCE_TERMINATED = 0,
    HARNESS_INSTANCE_INTERRUPTED = 1,
    HARNESS_INSTANCE_FAILED = 2,
    HARNESS_INSTANCE_LAUNCH_FAILED = 3,
    HARNESS_INSTANCE_OPEN = 4, /**< It still was when the run ended; billed until then. */
};

/** What an instance was paid for. Never renumber. */
enum harness_bill_category {
    HARNESS_BILL_USEFUL = 0,
    HARNESS_BILL_LOST = 1,
    HARNESS_BILL_BOOT = 2,
    HARNESS_BILL_IDLE = 3,
    HARNESS_BILL_CATEGORY_COUNT = 4,
};

/** /jobs, in order of end; then those that had not ended. */
struct harness_job_row {
    uint64_t job;
    uint16_t queue;
    uint16_t definition;
    int16_t environment; /**< Of the first attempt. */
    uint8_t state;
    uint8_t reason;
    int16_t exit_code;
    uint16_t attempts;
    uint16_t gpu;
    uint32_t vcpu_milli;
    uint32_t mib;
    int64_t submit_us;
    int64_t runnable_us;
    int64_t started_us; /**< First RUNNING. */
    int64_t ended_us;   /**< As AWS Batch shows it. */
    int64_t run_us;     /**< Of the last attempt: container stopped - RUNNING. */
    int64_t lost_us;    /**< Of all attempts that did not succeed. */
} HARNESS_PACKED;

/** /attempts, in order of end. */
struct harness_attempt_row {
    uint64_t job;
    int32_t array_index;
    int32_t node_index;
    uint16_t attempt;
    uint16_t environment;
    uint8_t outcome;
    uint8_t reason;
    int16_t exit_code;
    uint64_t instance;
    int64_t placed_us;
    int64_t started_us;
    int64_t stopped_us; /**< When the container stopped. */
    int64_t ended_us;   /**< When the scheduler knew, and the resources were free again. */
} HARNESS_PACKED;

/** /instances, in order of end. */
struct harness_instance_row {
    uint64_t instance;
    uint32_t pool;
    uint16_t environment;
    uint8_t outcome;
    uint32_t attempts;
    uint32_t vcpu_milli;
    uint32_t mib;
    int64_t launched_us;
    int64_t running_us;
    int64_t registered_us;
    int64_t noticed_us;
    int64_t ended_us;
    int64_t billed_us;
    uint64_t useful_vcpu_milli_us;
    uint64_t lost_vcpu_milli_us;
    int64_t total_usd_nano;
    int64_t useful_usd_nano;
    int64_t lost_usd_nano;
    int64_t boot_usd_nano;
    int64_t idle_usd_nano;
    int64_t at_on_demand_usd_nano;
} HARNESS_PACKED;

/** /timeseries */
struct harness_series_row {
    int64_t time_us;
    uint32_t runnable;
    uint32_t runnable_max;
    uint32_t starting;
    uint32_t running;
    uint32_t registered;
    uint64_t running_vcpu_milli;
    uint64_t on_demand_vcpu_milli;
    uint64_t spot_vcpu_milli;
    int64_t cost_usd_nano;
} HARNESS_PACKED;

/** /bill: environments x categories. */
struct harness_bill_row {
    uint16_t environment;
    uint8_t market;
    uint8_t category;
    int64_t usd_nano;
} HARNESS_PACKED;

/** /pools; the row's number is the pool. */
struct harness_pool_row {
    char type[HARNESS_ROW_WORD_MAX];
    char zone[HARNESS_ROW_WORD_MAX];
    uint8_t market;
    uint32_t vcpu_milli;
    uint32_t mib;
    uint32_t gpu;
    int64_t price_usd_nano_per_h;
    int64_t on_demand_usd_nano_per_h;
} HARNESS_PACKED;

/** /queues, /environments and /definitions; the row's number is the number in the other tables. */
struct harness_name_row {
    char name[HARNESS_ROW_NAME_MAX];
} HARNESS_PACKED;

#endif
