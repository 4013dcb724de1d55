/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What the core asks its driver to do or to know.
 */
#ifndef BATCH_SCHEDULER_COMMAND_H
#define BATCH_SCHEDULER_COMMAND_H

#include "scheduler/types.h"

/** Values are the first byte of the canonical encoding: never renumber. */
enum batch_command_kind {
    BATCH_COMMAND_NONE = 0,
    BATCH_COMMAND_WAKE = 1,
    BATCH_COMMAND_LAUNCH_INSTANCE = 2,
    BATCH_COMMAND_TERMINATE_INSTANCE = 3,
    BATCH_COMMAND_START_ATTEMPT = 4,
    BATCH_COMMAND_STOP_ATTEMPT = 5,
    BATCH_COMMAND_JOB_CHANGED = 6,
    BATCH_COMMAND_NOTICE = 7,
};

struct batch_command_launch {
    uint64_t instance; /**< Its sequence number from now on. */
    uint32_t pool;
    uint32_t environment;
};

/** Answered by `instance gone` (or `launch failed`) some time later. */
struct batch_command_terminate {
    uint64_t instance;
};

struct batch_command_start {
    uint64_t tag;
    struct batch_task task;
    uint64_t attempt; /**< Sequence number by which events about it name it. */
    uint64_t instance;
    struct batch_resources resources;
    uint32_t queue;
    uint32_t environment;
    uint32_t definition;
};

/** Answered by `attempt ended`. */
struct batch_command_stop {
    uint64_t tag;
    uint64_t attempt;
    int64_t grace_us; /**< Between SIGTERM and SIGKILL (reference 1.7). */
};

struct batch_command_job_changed {
    uint64_t tag;
    struct batch_task task;
    uint32_t queue;
    enum batch_job_state from;
    enum batch_job_state to;
    enum batch_reason reason;
    int32_t exit_code;   /**< Of the attempt that ended, else BATCH_EXIT_CODE_NONE. */
    uint64_t attempt;    /**< Sequence number of the attempt it is about; 0: none. */
    uint64_t instance;   /**< Where that attempt is or was; 0: none. */
    int64_t occurred_us; /**< When the container stopped, for a change that ends an attempt; else the command's time. */
};

/** A job at the head of a queue can never be placed as things stand (reference 4.5). */
struct batch_command_notice {
    uint32_t queue;
    uint64_t job;
    enum batch_reason reason;
};

struct batch_command {
    enum batch_command_kind kind;
    int64_t time_us; /**< Of the event that caused it. */
    union {
        int64_t wake_us; /**< When the driver must send `time is` and `decide`; replaces the previous one. INT64_MAX:
                            never. */
        struct batch_command_launch launch;
        struct batch_command_terminate terminate;
        struct batch_command_start start;
        struct batch_command_stop stop;
        struct batch_command_job_changed job_changed;
        struct batch_command_notice notice;
    } as;
};

#endif
