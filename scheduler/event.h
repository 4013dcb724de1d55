/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Facts that a driver tells the core. An event is applied whole or not at all.
 */
#ifndef BATCH_SCHEDULER_EVENT_H
#define BATCH_SCHEDULER_EVENT_H

#include "scheduler/types.h"

/** Values are the first byte of the canonical encoding: never renumber. */
enum batch_event_kind {
    BATCH_EVENT_NONE = 0,
    BATCH_EVENT_TIME = 1,
    BATCH_EVENT_DECIDE = 2,
    BATCH_EVENT_POOL_CHANGED = 3,
    BATCH_EVENT_ENVIRONMENT_CREATED = 4,
    BATCH_EVENT_QUEUE_CREATED = 5,
    BATCH_EVENT_DEFINITION_REGISTERED = 6,
    BATCH_EVENT_JOB_SUBMITTED = 7,
    BATCH_EVENT_JOB_CANCELLED = 8,
    BATCH_EVENT_JOB_TERMINATED = 9,
    BATCH_EVENT_INSTANCE_RUNNING = 10,
    BATCH_EVENT_INSTANCE_REGISTERED = 11,
    BATCH_EVENT_INSTANCE_LAUNCH_FAILED = 12,
    BATCH_EVENT_INSTANCE_NOTICE = 13,
    BATCH_EVENT_INSTANCE_GONE = 14,
    BATCH_EVENT_ATTEMPT_STARTED = 15,
    BATCH_EVENT_ATTEMPT_START_FAILED = 16,
    BATCH_EVENT_ATTEMPT_ENDED = 17,
};

/** A pool (instance type x zone x market) as the market stands now. The first one with a number creates it. */
struct batch_pool_changed {
    uint32_t pool;                    /**< Known, or the next free number. */
    uint32_t type;                    /**< The driver's number of the instance type; fixed at creation. */
    uint32_t zone;                    /**< The driver's number of the zone; fixed at creation. */
    enum batch_market market;         /**< Fixed at creation. */
    struct batch_resources capacity;  /**< What such an instance will register (reference 5.8); fixed. */
    int64_t price_usd_nano_per_h;     /**< >= 0. */
    int64_t on_demand_usd_nano_per_h; /**< >= 0; what a bid percentage refers to. */
    uint32_t capacity_score;          /**< 0..1000, 1000 = least likely to be interrupted or refused. */
    bool is_refusing;                 /**< Launches are known to fail. */
};

/** A managed EC2 or SPOT compute environment, ENABLED and VALID (reference 5). Its number is the next free one. */
struct batch_environment_created {
    uint32_t environment;
    enum batch_market market;
    uint32_t vcpu_min;            /**< minvCpus: instances kept for ever. */
    uint32_t vcpu_desired;        /**< desiredvCpus at creation, min..max. */
    uint32_t vcpu_max;            /**< maxvCpus, at least 1. */
    uint32_t bid_percentage;      /**< 1..100 of the on-demand price; SPOT only. */
    uint32_t allocation_strategy; /**< Index into batch_allocation_strategies. */
    uint32_t placement_policy;    /**< Index into batch_placement_policies. */
    int64_t scale_in_delay_us;    /**< >= 0: how long an instance idles before it is terminated. */
    const uint32_t *pools;        /**< Borrowed: distinct pools of this market, in the order of the scenario. */
    uint32_t pool_count;          /**< At least 1. */
};

/** An ENABLED, VALID job queue (reference 4). Its number is the next free one. */
struct batch_queue_created {
    uint32_t queue;
    uint32_t priority;                                   /**< 0..1000, higher first. */
    uint32_t dispatch_policy;                            /**< Index into batch_dispatch_policies. */
    uint32_t environment_count;                          /**< 1..3. */
    uint32_t environments[BATCH_QUEUE_ENVIRONMENTS_MAX]; /**< In computeEnvironmentOrder; distinct. */
};

enum batch_retry_action {
    BATCH_RETRY_RETRY = 0,
    BATCH_RETRY_EXIT = 1,
};

/** One evaluateOnExit rule; an absent pattern has length 0 and bytes NULL (reference 2.4). */
struct batch_retry_rule {
    struct batch_text on_status_reason;
    struct batch_text on_reason;
    struct batch_text on_exit_code;
    enum batch_retry_action action;
};

/** What jobs of a definition share. Its number is the next free one. */
struct batch_definition_registered {
    uint32_t definition;
    struct batch_resources resources; /**< Preset for submissions that ask for nothing. */
    uint32_t attempts;                /**< 1..10. */
    int64_t timeout_us;               /**< >= 60 s, or 0: none. Counts from RUNNING, per attempt. */
    uint32_t rule_count;              /**< 0..5. */
    struct batch_retry_rule rules[BATCH_RETRY_RULES_MAX];
};

/** SubmitJob. The core gives it the next job sequence number. */
struct batch_job_submitted {
    uint64_t tag; /**< The driver's; echoed in every command about the job. */
    uint32_t queue;
    uint32_t definition;
    struct batch_resources resources; /**< vcpu_milli 0: the definition's. */
    int64_t estimate_us;              /**< The user's estimate of the run time; -1: none. */
};

/** CancelJob and TerminateJob (reference 1.6). */
struct batch_job_stopped {
    uint64_t job;
    struct batch_text reason;
};

struct batch_instance_event {
    uint64_t instance;
    struct batch_resources registered; /**< REGISTERED only: what the agent reported. */
    enum batch_gone gone;              /**< GONE only. */
    int64_t deadline_us;               /**< NOTICE only: when it will be taken. */
};

struct batch_attempt_event {
    uint64_t attempt;
    int64_t occurred_us;      /**< ENDED: when the container stopped, not later than the event's time. */
    int32_t exit_code;        /**< ENDED: 0..255 or BATCH_EXIT_CODE_NONE. */
    struct batch_text reason; /**< ENDED, START_FAILED: container.reason; may be empty. */
};

struct batch_event {
    enum batch_event_kind kind;
    int64_t time_us; /**< Never less than that of the event before. */
    union {
        struct batch_pool_changed pool;
        struct batch_environment_created environment;
        struct batch_queue_created queue;
        struct batch_definition_registered definition;
        struct batch_job_submitted submission;
        struct batch_job_stopped stop;
        struct batch_instance_event instance;
        struct batch_attempt_event attempt;
    } as;
};

#endif
