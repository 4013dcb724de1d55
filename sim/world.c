/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The loop: the least of calendar, submissions and the core's wake-up, in that order at equal times.
 */
#include "cloud/stream.h"
#include "sim/state.h"

#include <string.h>

static enum batch_rc options_check(const struct sim_options *options, struct batch_error *error)
{
    const struct cloud_distribution *delays[] = {
        &options->delays.scale_decision, &options->delays.launch,          &options->delays.boot,
        &options->delays.terminate,      &options->delays.container_start, &options->delays.container_stop,
    };
    for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        enum batch_rc rc = cloud_distribution_check(delays[i], error);
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    if (!(options->delays.spot_launch_factor > 0 && options->delays.spot_launch_factor <= 1e6)) {
        return batch_error_set(error, BATCH_E_INPUT, "the Spot launch factor must be more than 0 and at most 1e6");
    }
    return BATCH_OK;
}

/** Everything that the setup names must exist in the catalogue; then it goes to the core as events. */
static enum batch_rc setup_apply(struct sim_world *world, struct batch_error *error)
{
    for (size_t i = 0; i < world->options.setup_count; i++) {
        const struct batch_event *event = &world->options.setup[i];
        enum batch_rc rc = BATCH_OK;
        if (event->kind == BATCH_EVENT_POOL_CHANGED) {
            if (event->as.pool.type >= cloud_catalog_count(world->options.catalog)) {
                return batch_error_set(error, BATCH_E_INPUT, "pool %u is of a type that the catalogue does not have",
                                       event->as.pool.pool);
            }
            rc = batch_arena_reserve(&world->host, &world->pools, 1, error);
            if (rc == BATCH_OK && event->as.pool.pool == world->pools.count) {
                struct sim_pool *pool = batch_arena_push(&world->pools);
                *pool = (struct sim_pool){.setup = event->as.pool};
            }
        }
        rc = rc == BATCH_OK ? sim_world_apply(world, event, error) : rc;
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    return BATCH_OK;
}

static void world_init(struct sim_world *world, const struct sim_options *options)
{
    memset(world, 0, sizeof *world);
    world->options = *options;
    world->host = *options->host;
    world->wake_us = INT64_MAX;
    sim_calendar_init(&world->calendar, &world->host);
    batch_arena_init(&world->jobs, "simulated jobs", sizeof(struct sim_job), UINT32_C(1) << 31);
    batch_arena_init(&world->instances, "simulated instances", sizeof(struct sim_instance), UINT32_C(1) << 31);
    batch_arena_init(&world->pools, "simulated pools", sizeof(struct sim_pool), UINT32_C(1) << 31);
    batch_index_init(&world->instance_index, "simulated instances");
    world->key_container = cloud_stream_key(options->seed, "container");
    world->key_launch = cloud_stream_key(options->seed, "launch");
    world->key_life = cloud_stream_key(options->seed, "life");
    world->key_terminate = cloud_stream_key(options->seed, "terminate");
}

enum batch_rc sim_world_create(const struct sim_options *options, struct sim_world **ret, struct batch_error *error)
{
    enum batch_rc rc = options_check(options, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    struct sim_world *world = options->host->resize(options->host->context, NULL, 0, sizeof *world);
    if (world == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the simulated world");
    }
    world_init(world, options);
    rc = batch_core_create(&world->host, options->limits, &options->configuration, &world->core, error);
    rc = rc == BATCH_OK ? setup_apply(world, error) : rc;
    if (rc != BATCH_OK) {
        sim_world_destroy(world);
        return rc;
    }
    *ret = world;
    return BATCH_OK;
}

void sim_world_destroy(struct sim_world *world)
{
    if (world == NULL) {
        return;
    }
    struct batch_host host = world->host;
    batch_core_destroy(world->core);
    sim_calendar_release(&world->calendar);
    batch_arena_release(&host, &world->jobs);
    batch_arena_release(&host, &world->instances);
    batch_arena_release(&host, &world->pools);
    batch_arena_release(&host, &world->instance_index.table);
    (void)host.resize(host.context, world, sizeof *world, 0);
}

static enum batch_rc command_carry_out(struct sim_world *world, const struct batch_command *command,
                                       struct batch_error *error)
{
    switch (command->kind) {
    case BATCH_COMMAND_WAKE:
        world->wake_us = command->as.wake_us;
        return BATCH_OK;
    case BATCH_COMMAND_LAUNCH_INSTANCE:
        return sim_fleet_launch(world, &command->as.launch, error);
    case BATCH_COMMAND_TERMINATE_INSTANCE:
        return sim_fleet_terminate(world, &command->as.terminate, error);
    case BATCH_COMMAND_START_ATTEMPT:
        return sim_containers_start(world, &command->as.start, error);
    case BATCH_COMMAND_STOP_ATTEMPT:
        sim_containers_stop(world, &command->as.stop);
        return BATCH_OK;
    case BATCH_COMMAND_JOB_CHANGED:
        if (command->as.job_changed.to == BATCH_JOB_SUCCEEDED || command->as.job_changed.to == BATCH_JOB_FAILED) {
            world->fruitless = 0;
            batch_arena_give(&world->jobs, (uint32_t)command->as.job_changed.tag);
        }
        return BATCH_OK;
    case BATCH_COMMAND_NOTICE:
    case BATCH_COMMAND_NONE:
        return BATCH_OK;
    }
    return BATCH_OK;
}

static enum batch_rc commands_drain(struct sim_world *world, struct batch_error *error)
{
    const struct batch_observer *observer = &world->options.observer;
    struct batch_command command;
    while (batch_core_next_command(world->core, &command)) {
        enum batch_rc rc = observer->on_command(observer->context, &command, error);
        rc = rc == BATCH_OK ? command_carry_out(world, &command, error) : rc;
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    return BATCH_OK;
}

static enum batch_rc core_step(struct sim_world *world, const struct batch_event *event, struct batch_error *error)
{
    world->events++;
    enum batch_rc rc = batch_core_step(world->core, event, error);
    if (rc == BATCH_OK && world->options.verifies) {
        rc = batch_core_verify(world->core, error);
    }
    return rc;
}

enum batch_rc sim_world_apply(struct sim_world *world, const struct batch_event *event, struct batch_error *error)
{
    const struct batch_observer *observer = &world->options.observer;
    enum batch_rc rc = core_step(world, event, error);
    rc = rc == BATCH_OK ? observer->on_event(observer->context, event, error) : rc;
    return rc == BATCH_OK ? commands_drain(world, error) : rc;
}

static enum batch_rc submission_read(struct sim_world *world, struct batch_error *error)
{
    if (world->has_pending || world->is_source_ended) {
        return BATCH_OK;
    }
    const struct batch_job_source *source = &world->options.source;
    switch (source->next(source->context, &world->pending, error)) {
    case BATCH_SOURCE_JOB:
        world->has_pending = true;
        return BATCH_OK;
    case BATCH_SOURCE_END:
        world->is_source_ended = true;
        return BATCH_OK;
    case BATCH_SOURCE_FAILED:
        break;
    }
    return error != NULL && error->rc != BATCH_OK ? error->rc : BATCH_E_INPUT;
}

static enum batch_rc submission_apply(struct sim_world *world, struct batch_error *error)
{
    const struct batch_observer *observer = &world->options.observer;
    enum batch_rc rc = batch_arena_reserve(&world->host, &world->jobs, 1, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    uint32_t slot = batch_arena_take(&world->host, &world->jobs);
    struct sim_job *job = sim_job_at(world, slot);
    job->run_us = world->pending.truth.run_us;
    job->exit_code = world->pending.truth.exit_code;
    world->pending.job.tag = slot;
    world->has_pending = false;
    world->fruitless = 0;
    struct batch_event event = {
        .kind = BATCH_EVENT_JOB_SUBMITTED, .time_us = world->now_us, .as.submission = world->pending.job};
    rc = core_step(world, &event, error);
    if (rc == BATCH_OK) {
        rc = observer->on_submitted(observer->context, ++world->jobs_submitted, &world->pending, error);
    }
    return rc == BATCH_OK ? commands_drain(world, error) : rc;
}

static enum batch_rc entry_happen(struct sim_world *world, struct batch_error *error)
{
    struct sim_entry entry = sim_calendar_take(&world->calendar);
    switch (sim_entry_kind(&entry)) {
    case SIM_ENTRY_ATTEMPT_STARTED:
        return sim_containers_started(world, entry.subject, error);
    case SIM_ENTRY_ATTEMPT_ENDED:
        return sim_containers_ended(world, entry.subject, error);
    case SIM_ENTRY_INSTANCE_RUNNING:
    case SIM_ENTRY_INSTANCE_REGISTERED:
    case SIM_ENTRY_INSTANCE_NOTICE:
    case SIM_ENTRY_INSTANCE_INTERRUPTED:
    case SIM_ENTRY_INSTANCE_TERMINATED:
        return sim_fleet_happen(world, &entry, error);
    }
    return BATCH_OK;
}

/**
 * Nothing more can happen to any job: no submissions, no attempts, no instance on its way in or out, and the core waits
 * for nothing. What is left is instances kept for minvCpus, which Spot would take and the core replace for ever.
 */
static bool world_is_over(const struct sim_world *world)
{
    return world->is_source_ended && world->attempts_live == 0 && world->instances_moving == 0 &&
           world->wake_us == INT64_MAX;
}

/** One turn: the least of the three, calendar before submissions before the scheduling passes. */
static enum batch_rc world_turn(struct sim_world *world, struct batch_error *error)
{
    enum batch_rc rc = submission_read(world, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    if (world_is_over(world)) {
        world->is_done = true;
        return sim_fleet_end(world, error);
    }
    int64_t entry_us = sim_calendar_next_us(&world->calendar);
    int64_t submit_us = world->has_pending ? world->pending.submit_us : INT64_MAX;
    int64_t next_us = entry_us < submit_us ? entry_us : submit_us;
    next_us = world->wake_us < next_us ? world->wake_us : next_us;
    BATCH_ASSERT(&world->host, next_us >= world->now_us);
    if (next_us == INT64_MAX) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "the run goes on beyond the end of time (292,000 years); shorten its jobs");
    }
    world->now_us = next_us;
    if (entry_us == next_us) {
        return entry_happen(world, error);
    }
    if (submit_us == next_us) {
        return submission_apply(world, error);
    }
    struct batch_event event = {.kind = BATCH_EVENT_DECIDE, .time_us = next_us};
    return sim_world_apply(world, &event, error);
}

enum batch_rc sim_world_run(struct sim_world *world, uint64_t events_max, struct sim_status *status,
                            struct batch_error *error)
{
    uint64_t until = events_max > UINT64_MAX - world->events ? UINT64_MAX : world->events + events_max;
    enum batch_rc rc = BATCH_OK;
    while (rc == BATCH_OK && !world->is_done && world->events < until) {
        rc = world_turn(world, error);
    }
    *status = (struct sim_status){
        .now_us = world->now_us,
        .events = world->events,
        .is_done = world->is_done,
        .counts = batch_core_count(world->core),
        .digest = batch_core_digest(world->core),
    };
    return rc;
}
