/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The core's state: arenas of slots, and scalars. Private to scheduler/.
 *
 * Everything is integers and indices, so that a snapshot is a copy of the arenas. Lists run through the slots.
 * A slot's first word belongs to the arena's free list while the slot is free.
 */
#ifndef BATCH_SCHEDULER_STATE_H
#define BATCH_SCHEDULER_STATE_H

#include "scheduler/core.h"
#include "scheduler/index.h"
#include "scheduler/order.h"

enum batch_arena_id {
    BATCH_ARENA_POOLS = 0,
    BATCH_ARENA_ENVIRONMENTS = 1,
    BATCH_ARENA_FLEETS = 2, /**< One per (environment, pool), in the environment's order. */
    BATCH_ARENA_QUEUES = 3,
    BATCH_ARENA_QUEUE_ORDER = 4, /**< Queue numbers, highest priority first. */
    BATCH_ARENA_DEFINITIONS = 5,
    BATCH_ARENA_TEXTS = 6, /**< Patterns of retry rules, end to end. */
    BATCH_ARENA_CLASSES = 7,
    BATCH_ARENA_JOBS = 8,
    BATCH_ARENA_ATTEMPTS = 9,
    BATCH_ARENA_INSTANCES = 10,
    BATCH_ARENA_OUTCOMES = 11, /**< 2 bits per job ever submitted, 32 to a word. */
    BATCH_ARENA_COMMANDS = 12,
    BATCH_ARENA_DEADLINES = 13,
    BATCH_ARENA_NODES = 14, /**< Of every ordered index. */
    BATCH_ARENA_COUNT = 15,
};

enum batch_index_id {
    BATCH_INDEX_JOBS = 0,
    BATCH_INDEX_ATTEMPTS = 1,
    BATCH_INDEX_INSTANCES = 2,
    BATCH_INDEX_CLASSES = 3, /**< By a hash of (queue, request); chained through batch_class.next. */
    BATCH_INDEX_COUNT = 4,
};

struct batch_pool {
    struct batch_pool_changed seen; /**< The latest news of it. */
    int64_t retry_us;               /**< Launches failed: passed over until then. */
};

/** A pool as one environment uses it. */
struct batch_fleet {
    uint32_t pool;
    uint32_t incoming; /**< Launched, not yet registered, not leaving. */
    uint32_t live;     /**< Launched and not told to terminate nor gone. */
};

struct batch_environment {
    struct batch_order instances; /**< Registered and taking work, by placement rank. */
    uint32_t fleet_first;         /**< Index of the first of its fleets. */
    uint32_t fleet_count;
    enum batch_market market;
    uint32_t vcpu_min, vcpu_desired, vcpu_max, bid_percentage;
    uint32_t strategy, placement;
    int64_t scale_in_delay_us;
    uint64_t vcpus; /**< Of instances launched and not told to terminate nor gone. */
    struct {
        uint64_t vcpu_milli, mib, gpu;
    } free;                         /**< Over `instances`. */
    uint32_t idle_first, idle_last; /**< Instances without attempts, longest idle first. */
    bool is_dirty;                  /**< Room appeared since the last placing pass. */
    bool is_new;                    /**< desiredvCpus has not been launched yet. */
};

struct batch_queue {
    struct batch_order runnable; /**< By dispatch rank. */
    uint32_t priority, dispatch;
    uint32_t environment_count;
    uint32_t environments[BATCH_QUEUE_ENVIRONMENTS_MAX];
    uint32_t class_first; /**< Classes with RUNNABLE jobs. */
    uint64_t blocked_job; /**< Head that the last placing pass could not place; 0: none. */
    bool is_dirty;        /**< Its head is new since the last placing pass. */
};

struct batch_rule {
    uint32_t patterns[3]; /**< Offsets into texts: status reason, reason, exit code. */
    uint32_t lengths[3];  /**< BATCH_NO_SLOT: the pattern is absent. */
    enum batch_retry_action action;
};

struct batch_definition {
    struct batch_resources resources;
    uint32_t attempts;
    int64_t timeout_us;
    uint32_t rule_count;
    struct batch_rule rules[BATCH_RETRY_RULES_MAX];
};

/** The jobs of one queue with equal requests: what scaling counts. */
struct batch_class {
    struct batch_resources need;
    uint32_t queue;
    uint32_t runnable;        /**< Jobs of it that are RUNNABLE. */
    uint32_t next, previous;  /**< In the queue's list of classes with RUNNABLE jobs. */
    uint32_t hash_next;       /**< Same hash. */
    uint32_t eligible;        /**< Bit k: the queue's k-th environment could ever hold it. */
    enum batch_reason misfit; /**< Why no environment could; NONE when one can. */
};

struct batch_job {
    uint32_t next, previous; /**< In the list of SUBMITTED jobs. */
    uint64_t job;
    uint64_t tag;
    uint32_t class_slot;
    uint32_t definition;
    uint32_t attempt_slot; /**< While STARTING or RUNNING. */
    uint32_t attempt_count;
    int64_t created_us;
    int64_t estimate_us;
    enum batch_job_state state;
    uint32_t queue;
};

struct batch_attempt {
    uint32_t next, previous; /**< On the same instance. */
    uint64_t attempt;
    uint32_t job_slot;
    uint32_t instance_slot;
    uint32_t deadline; /**< Position in the heap, or BATCH_NO_SLOT. */
    int64_t stop_us;   /**< When its stop was asked for: a container that ended before was not stopped. */
    bool is_timed_out, is_terminated;
};

enum batch_instance_state {
    BATCH_INSTANCE_LAUNCHING = 1,
    BATCH_INSTANCE_BOOTING = 2, /**< Running, not registered. */
    BATCH_INSTANCE_READY = 3,
};

struct batch_instance {
    uint32_t next, previous; /**< In the environment's idle list. */
    uint64_t instance;
    uint32_t environment;
    uint32_t fleet;
    uint32_t vcpus; /**< Nominal, as its pool says. */
    uint32_t attempt_first, attempt_count;
    struct batch_resources registered, free;
    struct batch_order_key key; /**< While it takes work. */
    int64_t idle_us;            /**< Since when it has been idle. */
    enum batch_instance_state state;
    bool is_leaving;     /**< Noticed or told to terminate: takes no work. */
    bool is_terminating; /**< Told to terminate. */
    bool is_idle;
};

enum batch_deadline_kind {
    BATCH_DEADLINE_PLACE = 0,
    BATCH_DEADLINE_SCALE = 1,
    BATCH_DEADLINE_TIMEOUT = 2,
    BATCH_DEADLINE_CYCLES = 2, /**< How many kinds there is one of. */
};

struct batch_deadline {
    int64_t at_us;
    uint64_t key; /**< Ties: kind, then the attempt's sequence number. */
    enum batch_deadline_kind kind;
    uint32_t slot; /**< TIMEOUT: the attempt's. */
};

/** Scalars: saved as they are. */
struct batch_scalars {
    int64_t now_us;
    int64_t wake_us;  /**< Last one told to the driver. */
    int64_t retry_us; /**< When the pool that failed a launch last may be tried again. */
    uint64_t digest;
    uint64_t jobs_submitted, jobs_succeeded, jobs_failed, attempts_retried;
    uint64_t attempts_started, instances_launched, decisions_refused;
    uint32_t jobs_runnable, jobs_starting, jobs_running, instances_live;
    uint32_t submitted_first, submitted_last; /**< SUBMITTED jobs in order. */
    uint32_t commands_head;
    uint32_t cycles[BATCH_DEADLINE_CYCLES];   /**< Heap positions of the place and scale deadlines. */
    bool is_place_due, is_scale_due;          /**< Their time has come; the next decide runs them. */
    bool is_demand_new;                       /**< Scaling has something to look at that it has not seen. */
    bool is_attempt_short, is_instance_short; /**< A pass stopped for want of one: the next decide needs it. */
};

struct batch_core {
    struct batch_host host;
    struct batch_limits limits;
    struct batch_configuration configuration;
    struct batch_scalars scalars;
    struct batch_arena arenas[BATCH_ARENA_COUNT];
    struct batch_index indices[BATCH_INDEX_COUNT];
    void *scratch; /**< For the scaling pass: grown with the classes, never saved. */
    size_t scratch_bytes;
};

#define BATCH_SLOT_ACCESS(noun, arena_id)                                                                              \
    static inline struct batch_##noun *batch_##noun##_at(const struct batch_core *core, uint32_t slot)                 \
    {                                                                                                                  \
        return (struct batch_##noun *)core->arenas[arena_id].items + slot;                                             \
    }
BATCH_SLOT_ACCESS(pool, BATCH_ARENA_POOLS)
BATCH_SLOT_ACCESS(environment, BATCH_ARENA_ENVIRONMENTS)
BATCH_SLOT_ACCESS(fleet, BATCH_ARENA_FLEETS)
BATCH_SLOT_ACCESS(queue, BATCH_ARENA_QUEUES)
BATCH_SLOT_ACCESS(definition, BATCH_ARENA_DEFINITIONS)
BATCH_SLOT_ACCESS(class, BATCH_ARENA_CLASSES)
BATCH_SLOT_ACCESS(job, BATCH_ARENA_JOBS)
BATCH_SLOT_ACCESS(attempt, BATCH_ARENA_ATTEMPTS)
BATCH_SLOT_ACCESS(instance, BATCH_ARENA_INSTANCES)
BATCH_SLOT_ACCESS(command, BATCH_ARENA_COMMANDS)
BATCH_SLOT_ACCESS(deadline, BATCH_ARENA_DEADLINES)
#undef BATCH_SLOT_ACCESS

static inline struct batch_arena *batch_core_nodes(struct batch_core *core)
{
    return &core->arenas[BATCH_ARENA_NODES];
}

#endif
