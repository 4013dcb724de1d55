/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A small made-up run for tests of the recorder: a scenario, a fleet, and a driver that says what happened.
 */
#ifndef BATCH_TESTS_SUPPORT_T_RUN_H
#define BATCH_TESTS_SUPPORT_T_RUN_H

#include "harness/recorder.h"

/** Two queues, two environments (0 Spot, 1 on-demand), a pool in each, one definition (1 vCPU, 1024 MiB). */
struct t_run {
    struct workload_scenario scenario;
    struct cloud_catalog *catalog;
    struct harness_assembly assembly;
    struct harness_recorder *recorder;
    struct batch_observer observer;
    struct workload_account account;
    struct sim_status status; /**< Counts kept by the calls below. */
    uint64_t attempts;
};

enum { T_RUN_VCPU_MILLI = 4000, T_RUN_MIB = 7000 };

/** @p path as in harness_recorder_options. */
void t_run_begin(struct t_run *run, const char *path, bool compresses);
void t_run_submit(struct t_run *run, uint64_t tag, uint64_t job, uint32_t queue, int64_t time_us);
void t_run_launch(struct t_run *run, uint64_t instance, uint32_t environment, int64_t time_us);
void t_run_instance(struct t_run *run, enum batch_event_kind kind, uint64_t instance, enum batch_gone gone,
                    int64_t time_us);
/** START_ATTEMPT and RUNNABLE to STARTING. */
void t_run_place(struct t_run *run, uint64_t tag, uint64_t job, uint32_t attempt, uint64_t instance,
                 uint32_t environment, int64_t time_us);
/** JOB_CHANGED; @p occurred_us of the container. */
void t_run_change(struct t_run *run, uint64_t tag, uint64_t job, enum batch_job_state from, enum batch_job_state to,
                  enum batch_reason reason, int64_t occurred_us, int64_t time_us);
enum batch_rc t_run_finish(struct t_run *run, struct harness_summary *summary, struct batch_error *error);
void t_run_end(struct t_run *run);

/** Four jobs, three instances, one interruption, one retry, one job that never ends; ends at 4000 s. */
void t_run_play_story(struct t_run *run);

#endif
