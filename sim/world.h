/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * World 1: a simulated region of EC2 in virtual time.
 *
 * The loop pops the least calendar entry, sets now, steps the core, drains its commands; each command becomes
 * future entries with delays from named streams. It never reads a clock.
 */
#ifndef BATCH_SIM_WORLD_H
#define BATCH_SIM_WORLD_H

#include "cloud/catalog.h"
#include "cloud/distribution.h"
#include "cloud/spot.h"
#include "scheduler/core.h"
#include "scheduler/observer.h"
#include "scheduler/source.h"

struct sim_delays {
    struct cloud_distribution scale_decision;  /**< Launch command to RunInstances. */
    struct cloud_distribution launch;          /**< RunInstances to running. */
    struct cloud_distribution boot;            /**< Running to registered. */
    struct cloud_distribution terminate;       /**< Terminate command to terminated. */
    struct cloud_distribution container_start; /**< Per attempt. */
    struct cloud_distribution container_stop;  /**< Per attempt: container's end to the core knowing. */
    double spot_launch_factor;                 /**< Multiplies launch on Spot. */
};

struct sim_options {
    const struct batch_host *host;     /**< Copied. */
    const struct batch_limits *limits; /**< NULL: presets. */
    struct batch_configuration configuration;
    struct sim_delays delays;
    struct cloud_spot spot;
    uint64_t seed;
    const struct cloud_catalog *catalog; /**< Borrowed; a pool's `type` is an index into it. */
    const struct batch_event *setup; /**< Borrowed during create: pools, environments, queues, definitions at time 0. */
    size_t setup_count;
    struct batch_job_source source; /**< Borrowed; the caller destroys it afterwards. */
    struct batch_observer observer; /**< Borrowed until destroy. */
    bool verifies;                  /**< batch_core_verify after every event: slow, for tests. */
};

struct sim_world;

enum batch_rc sim_world_create(const struct sim_options *options, struct sim_world **ret, struct batch_error *error);
void sim_world_destroy(struct sim_world *world);

/** Where a run is, for progress and for the summary. */
struct sim_status {
    int64_t now_us;
    uint64_t events; /**< Facts given to the core so far. */
    bool is_done;    /**< The calendar and the source are empty. */
    struct batch_core_counts counts;
    uint64_t digest;
};

/**
 * Run until done or until @p events_max more events have been applied.
 *
 * The run goes on after the last job until idle instances have been scaled in, as their cost belongs to it.
 * Then instances that minvCpus keeps are terminated at that instant. A run that cannot end (jobs that no
 * instance will ever take) is done when nothing more can happen; the counts then show live jobs.
 */
enum batch_rc sim_world_run(struct sim_world *world, uint64_t events_max, struct sim_status *status,
                            struct batch_error *error);

#endif
