/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What the core's files call of each other. Private to scheduler/.
 *
 * Every event has a `prepare`, which checks it and reserves all that applying it can need, and an `apply`,
 * which cannot fail: together they make a step all or nothing.
 */
#ifndef BATCH_SCHEDULER_INTERNAL_H
#define BATCH_SCHEDULER_INTERNAL_H

#include "scheduler/state.h"

typedef enum batch_rc batch_prepare_fn(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                       struct batch_error *error);
/** @p slot is what prepare found: the job, instance or attempt that the event names. */
typedef void batch_apply_fn(struct batch_core *core, const struct batch_event *event, uint32_t slot);

batch_prepare_fn batch_setup_prepare_pool, batch_setup_prepare_environment, batch_setup_prepare_queue,
    batch_setup_prepare_definition;
batch_apply_fn batch_setup_apply_pool, batch_setup_apply_environment, batch_setup_apply_queue,
    batch_setup_apply_definition;
batch_prepare_fn batch_job_prepare_submit, batch_job_prepare_stop;
batch_apply_fn batch_job_apply_submit, batch_job_apply_cancel, batch_job_apply_terminate;
batch_prepare_fn batch_instance_prepare_running, batch_instance_prepare_registered,
    batch_instance_prepare_launch_failed, batch_instance_prepare_notice, batch_instance_prepare_gone;
batch_apply_fn batch_instance_apply_running, batch_instance_apply_registered, batch_instance_apply_launch_failed,
    batch_instance_apply_notice, batch_instance_apply_gone;
batch_prepare_fn batch_attempt_prepare_started, batch_attempt_prepare_start_failed, batch_attempt_prepare_ended;
batch_apply_fn batch_attempt_apply_started, batch_attempt_apply_start_failed, batch_attempt_apply_ended;

/* core.c */
/** Room for @p extra commands and the wake-up that may follow. */
enum batch_rc batch_core_reserve_commands(struct batch_core *core, uint32_t extra, struct batch_error *error);
/** Queue a command (its time is set here) and mix it into the digest; room must have been reserved. */
void batch_core_emit(struct batch_core *core, struct batch_command *command);

/* job.c */
/** Change a job's state, count it and tell the driver. An ended job's slot is freed: the caller forgets it. */
struct batch_job_change {
    enum batch_job_state to;
    enum batch_reason reason;
    int32_t exit_code;
    uint64_t attempt, instance;
    int64_t occurred_us;
};
void batch_job_change(struct batch_core *core, uint32_t job_slot, const struct batch_job_change *change);
/** Put a job into its queue's order, or take it out; keeps the demand count. */
void batch_job_enqueue(struct batch_core *core, uint32_t job_slot);
void batch_job_dequeue(struct batch_core *core, uint32_t job_slot);
/** Where the queue's dispatch policy puts the job. */
struct batch_order_key batch_job_key(const struct batch_core *core, const struct batch_job *job);
/** The job leaves the list of SUBMITTED ones. */
void batch_job_unlist(struct batch_core *core, uint32_t job_slot);
/** 0: live or unknown, 1: succeeded, 2: failed. */
uint32_t batch_job_outcome(const struct batch_core *core, uint64_t job);

/* attempt.c */
/** Place a job on an instance: everything must have been reserved. */
void batch_attempt_place(struct batch_core *core, uint32_t job_slot, uint32_t instance_slot);
struct batch_attempt_end {
    enum batch_reason reason;
    int32_t exit_code;
    int64_t occurred_us;
    struct batch_text text;
};
/** Free what the attempt held and decide what becomes of its job. */
void batch_attempt_finish(struct batch_core *core, uint32_t attempt_slot, const struct batch_attempt_end *end);
/** An attempt's time is up: ask for its stop. */
void batch_attempt_time_out(struct batch_core *core, uint32_t attempt_slot);

/* retry.c */
/** A reason that comes with a fact must be of bounded length, and there if it has one. */
enum batch_rc batch_reason_check(struct batch_text reason, struct batch_error *error);
bool batch_retry_is_granted(const struct batch_core *core, const struct batch_job *job,
                            const struct batch_attempt_end *end, uint64_t instance);

/* instance.c */
/** Launch one from @p fleet_index of @p environment; everything must have been reserved. */
void batch_instance_launch(struct batch_core *core, uint32_t environment, uint32_t fleet_index);
void batch_instance_terminate(struct batch_core *core, uint32_t instance_slot);
/** Take from or give back to an instance that takes work. */
void batch_instance_hold(struct batch_core *core, uint32_t instance_slot, const struct batch_resources *need);
void batch_instance_release(struct batch_core *core, uint32_t instance_slot, const struct batch_resources *need);

/* environment.c */
/** Whether a pool may be launched from now: not refusing, not failed lately, not above the bid. */
bool batch_pool_is_open(const struct batch_core *core, const struct batch_environment *environment,
                        const struct batch_pool *pool);
/** Whether maxvCpus allows one more instance of @p vcpus (reference 5.2). */
bool batch_environment_has_headroom(const struct batch_environment *environment, uint32_t vcpus);
/** Whether it could launch something for the class now (reference 4.4, model b). */
bool batch_environment_can_scale(const struct batch_core *core, uint32_t environment,
                                 const struct batch_resources *need, uint64_t demand);
/** Whether one has fewer vCPUs than minvCpus. */
bool batch_environments_lack_minimum(const struct batch_core *core);
/** What can be launched has changed: heads that waited for one environment may now spill over to the next. */
void batch_environments_touch(struct batch_core *core);
/** Whether the class could ever run there; *has_type: at least an allowed type holds it. */
bool batch_environment_is_eligible(const struct batch_core *core, uint32_t environment,
                                   const struct batch_resources *need, bool *has_type);
/** The instance on which the placement policy puts the request, or BATCH_NO_SLOT. */
uint32_t batch_environment_find(const struct batch_core *core, uint32_t environment,
                                const struct batch_resources *need);

/* place.c, scale.c: one pass each; false: it stopped for want of room and must go on at the next decide. */
bool batch_place_pass(struct batch_core *core);
bool batch_scale_pass(struct batch_core *core);
/** The strategy's choice among the environment's pools; false: nothing can be launched now. */
bool batch_pool_choose(const struct batch_core *core, const struct batch_environment *environment,
                       const struct batch_resources *need, uint64_t demand, struct batch_pool_view *chosen);
size_t batch_scale_scratch_bytes(const struct batch_core *core);

/* setup.c */
enum { BATCH_SETUP_VCPUS_MAX = 1000000 }; /**< Of an instance type, and maxvCpus. */
/** Whether every value of a pool is in its range. */
bool batch_setup_pool_is_legal(const struct batch_pool_changed *pool);

/* verify_tables.c, in the order in which they may be called on damaged state */
/** Every bool is 0 or 1; nothing of a loaded core may be looked at before. */
enum batch_rc batch_verify_flags(const struct batch_core *core, struct batch_error *error);
/** Every number that a table holds of another is in range. */
enum batch_rc batch_verify_tables(const struct batch_core *core, struct batch_error *error);
/** Items are live or in a free list, never both; @p nodes are in some order. */
enum batch_rc batch_verify_arenas(const struct batch_core *core, uint64_t nodes, struct batch_error *error);

/* verify.c */
/** Weights without small relations between them: weighted sums are equal only when each count is. */
uint64_t batch_verify_weight(uint32_t slot);

/* verify_lists.c */
/** Adds the nodes of every order to *@p nodes and the SUBMITTED jobs listed to *@p submitted. */
enum batch_rc batch_verify_lists(const struct batch_core *core, uint64_t *nodes, uint64_t *submitted,
                                 struct batch_error *error);

#endif
