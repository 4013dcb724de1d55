/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What the files of the recorder share. Only live jobs and instances take memory.
 */
#ifndef BATCH_HARNESS_RECORDER_INTERNAL_H
#define BATCH_HARNESS_RECORDER_INTERNAL_H

#include "harness/quantile.h"
#include "harness/recorder.h"
#include "harness/results.h"
#include "harness/series.h"
#include "scheduler/index.h"

__extension__ typedef unsigned __int128 recorder_wide;

enum { RECORDER_SLOT_NONE = UINT16_MAX };

/** A job that has not ended; its index is the world's tag. */
struct recorder_job {
    uint64_t job; /**< 0: the tag is free. */
    int64_t submit_us;
    int64_t runnable_us;
    int64_t started_us;
    int64_t lost_us;
    int64_t run_us;             /**< Of the last attempt that ended. */
    int64_t placed_us;          /**< Of the live attempt. */
    int64_t attempt_started_us; /**< Of the live attempt. */
    uint64_t instance;          /**< Of the live attempt. */
    uint32_t instance_slot;
    uint32_t vcpu_milli;
    uint32_t mib;
    uint16_t gpu;
    uint16_t queue;
    uint16_t definition;
    uint16_t environment;       /**< Of the live attempt; RECORDER_SLOT_NONE: there is no live attempt. */
    uint16_t first_environment; /**< RECORDER_SLOT_NONE: never placed. */
    uint16_t attempts;
    uint8_t state;
};

/** An instance from its launch until it is gone and the last attempt on it has ended. */
struct recorder_instance {
    uint64_t instance; /**< 0: the slot is free. */
    struct harness_instance_row row;
    recorder_wide useful_vcpu_milli_us;
    recorder_wide lost_vcpu_milli_us;
    uint32_t attempts_live;
    bool is_gone;
};

/** The figures of a queue or environment while they grow. */
struct recorder_group {
    uint64_t jobs, succeeded, failed, started, retries;
    int64_t submit_first_us; /**< -1: none yet. */
    int64_t end_last_us;
    recorder_wide useful_vcpu_milli_us;
    recorder_wide lost_vcpu_milli_us;
    /* Environments only. */
    struct harness_costs costs;
    recorder_wide instance_vcpu_milli_us;
    int64_t category_usd_nano[HARNESS_BILL_CATEGORY_COUNT][2]; /**< By market. */
};

/** Areas under curves, and the same from the jobs' and instances' own times: Little's law, in integers. */
struct recorder_areas {
    recorder_wide waiting_us, in_system_us, instance_vcpu_milli_us;
};

struct harness_recorder {
    const struct harness_assembly *assembly;
    struct harness_results *results; /**< Owned; NULL: no file. */
    uint64_t seed;
    int64_t now_us;

    struct recorder_job *jobs; /**< Owned. */
    size_t job_capacity;
    struct recorder_instance *instances; /**< Owned. */
    uint32_t *free_slots;                /**< Owned; a stack as big as instances. */
    uint32_t instance_capacity;
    uint32_t free_count;
    struct batch_index map; /**< From an instance's sequence number to its slot. */

    struct harness_pool_row *pools;      /**< Owned; what the setup says of each pool. */
    struct batch_resources *definitions; /**< Owned. */
    uint32_t definition_count;
    struct recorder_group *queues; /**< Owned. */
    uint32_t queue_count;
    struct recorder_group *environments; /**< Owned. */
    uint32_t environment_count;
    struct harness_quantiles *quantiles; /**< Owned. */

    /* Of this instant. */
    struct harness_series_state state;
    uint64_t waiting;   /**< Jobs that became RUNNABLE and never ran yet. */
    uint64_t in_system; /**< Jobs submitted and not ended. */
    uint64_t instance_vcpu_milli;
    struct recorder_areas under_curve;
    struct recorder_areas of_each;

    struct harness_series series;
};

/* recorder_jobs.c */
enum batch_rc harness_recorder_submit(struct harness_recorder *recorder, uint64_t job,
                                      const struct batch_submission *submission, struct batch_error *error);
enum batch_rc harness_recorder_start_attempt(struct harness_recorder *recorder, const struct batch_command *command,
                                             struct batch_error *error);
enum batch_rc harness_recorder_change_job(struct harness_recorder *recorder, const struct batch_command *command,
                                          struct batch_error *error);
/** Rows of the jobs and attempts that never ended. */
enum batch_rc harness_recorder_close_jobs(struct harness_recorder *recorder, struct batch_error *error);

/* recorder_instances.c */
enum batch_rc harness_recorder_launch(struct harness_recorder *recorder, const struct batch_command *command,
                                      struct batch_error *error);
enum batch_rc harness_recorder_instance_event(struct harness_recorder *recorder, const struct batch_event *event,
                                              struct batch_error *error);
struct recorder_instance *harness_recorder_find_instance(struct harness_recorder *recorder, uint64_t instance);
/** An attempt on it ended: writes the instance's row if that was what it waited for. */
enum batch_rc harness_recorder_release_instance(struct harness_recorder *recorder, struct recorder_instance *instance,
                                                struct batch_error *error);
/** Bills and writes the instances that still are. */
enum batch_rc harness_recorder_close_instances(struct harness_recorder *recorder, struct batch_error *error);

/* recorder_summary.c */
enum batch_rc harness_recorder_summarise(struct harness_recorder *recorder, const struct workload_account *account,
                                         const struct sim_status *status, struct harness_summary *summary,
                                         struct batch_error *error);

/* recorder_tables.c: everything that is written once, at the end. */
enum batch_rc harness_recorder_write_tables(struct harness_recorder *recorder, struct batch_error *error);
enum batch_rc harness_recorder_write_summary(struct harness_recorder *recorder, const struct harness_summary *summary,
                                             struct batch_error *error);

static inline enum batch_rc harness_recorder_append(struct harness_recorder *recorder, enum harness_table table,
                                                    const void *row, struct batch_error *error)
{
    return recorder->results == NULL ? BATCH_OK : harness_results_append(recorder->results, table, row, error);
}

#endif
