/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The simulated world's state. Private to sim/.
 */
#ifndef BATCH_SIM_STATE_H
#define BATCH_SIM_STATE_H

#include "scheduler/index.h"
#include "sim/calendar.h"
#include "sim/world.h"

/** A live job; its slot is the tag by which the core echoes it. */
struct sim_job {
    uint32_t next, previous; /**< Among the attempts on the same instance. */
    int64_t run_us;
    int32_t exit_code;
    uint32_t entry;         /**< Its attempt's next calendar entry, or SIM_HANDLE_NONE. */
    uint64_t attempt;       /**< Sequence number of the live attempt; 0: none. */
    uint32_t instance_slot; /**< Where that attempt is. */
    uint32_t pad;
    int64_t stop_delay_us; /**< Drawn when the attempt was placed. */
    int64_t stopped_us;    /**< When its container ends or ended. */
    int32_t stopped_code;  /**< What it then exits with. */
    bool is_running;
};

struct sim_instance {
    uint32_t next_free;
    uint32_t pool;
    uint64_t instance;
    uint64_t ordinal;      /**< Of the instances launched from its pool: the entity of its random streams. */
    uint32_t entry;        /**< Running, registered or terminated. */
    uint32_t interruption; /**< Notice, then end. */
    int64_t interrupted_us;
    uint32_t job_first; /**< Attempts on it. */
    bool is_alive;      /**< The slot is in use. */
    bool is_noticed;    /**< Its interruption has been announced. */
};

/** Per pool: how many instances were launched from it. */
struct sim_pool {
    struct batch_pool_changed setup;
    uint64_t launched;
};

struct sim_world {
    struct sim_options options;
    struct batch_host host;
    struct batch_core *core;
    struct sim_calendar calendar;
    struct batch_arena jobs;      /**< struct sim_job */
    struct batch_arena instances; /**< struct sim_instance */
    struct batch_arena pools;     /**< struct sim_pool */
    struct batch_index instance_index;
    struct batch_submission pending; /**< The next submission, read ahead. */
    bool has_pending;
    bool is_source_ended;
    bool is_done;
    int64_t now_us;
    int64_t wake_us;
    uint64_t events;
    uint64_t jobs_submitted;
    uint64_t key_container, key_launch, key_life, key_terminate;
    uint64_t fruitless; /**< Instances that ended since a job was submitted or ended. */
    uint32_t attempts_live;
    uint32_t instances_moving; /**< Launching, booting, terminating or under notice, each cause once. */
};

static inline struct sim_job *sim_job_at(const struct sim_world *world, uint64_t slot)
{
    return (struct sim_job *)world->jobs.items + slot;
}

static inline struct sim_instance *sim_instance_at(const struct sim_world *world, uint32_t slot)
{
    return (struct sim_instance *)world->instances.items + slot;
}

static inline struct sim_pool *sim_pool_at(const struct sim_world *world, uint32_t slot)
{
    return (struct sim_pool *)world->pools.items + slot;
}

/** The future does not run off the end of time. */
static inline int64_t sim_later_us(int64_t from_us, int64_t delay_us)
{
    return delay_us > INT64_MAX - from_us ? INT64_MAX : from_us + delay_us;
}

/** Give the core a fact, show it to the observer, carry out what it asks (world.c). */
enum batch_rc sim_world_apply(struct sim_world *world, const struct batch_event *event, struct batch_error *error);

/* containers.c */
enum batch_rc sim_containers_start(struct sim_world *world, const struct batch_command_start *start,
                                   struct batch_error *error);
void sim_containers_stop(struct sim_world *world, const struct batch_command_stop *stop);
enum batch_rc sim_containers_started(struct sim_world *world, uint32_t job_slot, struct batch_error *error);
enum batch_rc sim_containers_ended(struct sim_world *world, uint32_t job_slot, struct batch_error *error);
/** The instance is gone with all that ran on it: forget their futures. */
void sim_containers_lose(struct sim_world *world, uint32_t instance_slot);

/* fleet.c */
enum batch_rc sim_fleet_launch(struct sim_world *world, const struct batch_command_launch *launch,
                               struct batch_error *error);
enum batch_rc sim_fleet_terminate(struct sim_world *world, const struct batch_command_terminate *terminate,
                                  struct batch_error *error);
enum batch_rc sim_fleet_happen(struct sim_world *world, const struct sim_entry *entry, struct batch_error *error);
/** End every instance that is left, now. */
enum batch_rc sim_fleet_end(struct sim_world *world, struct batch_error *error);
uint32_t sim_fleet_find(const struct sim_world *world, uint64_t instance);

#endif
