/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Words that events, commands, worlds and results share. Names are AWS Batch's wherever it has one.
 *
 * Time is int64_t microseconds since the run began. Money is int64_t nano-dollars. Outside the core, jobs,
 * attempts and instances are known by 64-bit sequence numbers from 1 in order of creation; queues,
 * environments, pools and job definitions by dense numbers from 0 in order of creation.
 */
#ifndef BATCH_SCHEDULER_TYPES_H
#define BATCH_SCHEDULER_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Raised by every change of behaviour; part of every journal, snapshot and result. */
enum { BATCH_MODEL_VERSION = 1 };

enum {
    BATCH_US_PER_S = 1000000,
    BATCH_VCPU_MILLI = 1000,          /**< One vCPU. */
    BATCH_EXIT_CODE_NONE = INT32_MIN, /**< The container gave no exit code (its host died). */
    BATCH_INDEX_NONE = -1,            /**< Not an array child, not a node of a multi-node job. */
    BATCH_QUEUE_ENVIRONMENTS_MAX = 3, /**< Reference section 9: environments per queue. */
    BATCH_RETRY_RULES_MAX = 5,        /**< Reference section 9: evaluateOnExit rules. */
    BATCH_RETRY_ATTEMPTS_MAX = 10,    /**< Reference section 9: retry attempts. */
    BATCH_REASON_BYTES_MAX = 1024,    /**< Longest reason of a fact (reference 1.6); longer ones are refused. */
    BATCH_TEXT_MAX = 512,             /**< Longest retry pattern (reference 2.4). */
};

/** What a job asks for or an instance has. */
struct batch_resources {
    uint32_t vcpu_milli; /**< Thousandths of a vCPU. */
    uint32_t mib;
    uint32_t gpu;
};

/** The address of one container: a job's element, node and try. */
struct batch_task {
    uint64_t job;
    int32_t array_index; /**< BATCH_INDEX_NONE when the job is not an array. */
    int32_t node_index;  /**< BATCH_INDEX_NONE when the job is not multi-node. */
    uint32_t attempt;    /**< From 1. 0: no attempt yet. */
};

/** Text that its owner keeps alive during the call it is passed to; not terminated. */
struct batch_text {
    const char *bytes;
    uint32_t length;
};

/** AWS's JobStatus (reference 1.1). */
enum batch_job_state {
    BATCH_JOB_NONE = 0, /**< Before submission. */
    BATCH_JOB_SUBMITTED = 1,
    BATCH_JOB_PENDING = 2,
    BATCH_JOB_RUNNABLE = 3,
    BATCH_JOB_STARTING = 4,
    BATCH_JOB_RUNNING = 5,
    BATCH_JOB_SUCCEEDED = 6,
    BATCH_JOB_FAILED = 7,
};

/** Why a job or attempt is in its state; batch_reason_text gives AWS's words (reference 1.3). */
enum batch_reason {
    BATCH_REASON_NONE = 0,
    BATCH_REASON_ESSENTIAL_EXITED = 1,     /**< The container exited by itself. */
    BATCH_REASON_HOST_TERMINATED = 2,      /**< The instance vanished. */
    BATCH_REASON_TIMEOUT = 3,              /**< The attempt ran longer than its definition allows. */
    BATCH_REASON_START_FAILED = 4,         /**< The container never started. */
    BATCH_REASON_USER = 5,                 /**< The caller's text of a cancel or terminate. */
    BATCH_REASON_RESOURCE_REQUIREMENT = 6, /**< No allowed instance type is big enough. */
    BATCH_REASON_MAX_RESOURCE = 7,         /**< The environments' maxvCpus are below the job's need. */
};

enum batch_market {
    BATCH_MARKET_ON_DEMAND = 0,
    BATCH_MARKET_SPOT = 1,
};

/** Why an instance is no more. */
enum batch_gone {
    BATCH_GONE_TERMINATED = 0,  /**< The core asked for it. */
    BATCH_GONE_INTERRUPTED = 1, /**< EC2 took a Spot instance back. */
    BATCH_GONE_FAILED = 2,      /**< It vanished for another reason. */
};

/**
 * AWS's literal for @p reason into @p buffer (always terminated, cut to @p size).
 *
 * @param instance  Sequence number; printed as an EC2 id in HOST_TERMINATED, else unused.
 * @return the length written, as text rules must match exactly these words.
 */
size_t batch_reason_text(enum batch_reason reason, uint64_t instance, char *buffer, size_t size);

/** "RUNNABLE" and so on; never NULL. */
const char *batch_job_state_name(enum batch_job_state state);

#endif
