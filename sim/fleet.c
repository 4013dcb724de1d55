/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Instances: launching, booting, registered, interrupted, terminating.
 */
#include "cloud/stream.h"
#include "sim/state.h"

uint32_t sim_fleet_find(const struct sim_world *world, uint64_t instance)
{
    return batch_index_get(&world->instance_index, instance);
}

enum batch_rc sim_fleet_launch(struct sim_world *world, const struct batch_command_launch *launch,
                               struct batch_error *error)
{
    enum batch_rc rc = batch_arena_reserve(&world->host, &world->instances, 1, error);
    rc = rc == BATCH_OK ? batch_index_reserve(&world->host, &world->instance_index, error) : rc;
    rc = rc == BATCH_OK ? sim_calendar_reserve(&world->calendar, 2, error) : rc;
    if (rc != BATCH_OK) {
        return rc;
    }
    const struct sim_delays *delays = &world->options.delays;
    struct sim_pool *pool = sim_pool_at(world, launch->pool);
    uint32_t slot = batch_arena_take(&world->host, &world->instances);
    struct sim_instance *instance = sim_instance_at(world, slot);
    instance->pool = launch->pool;
    instance->instance = launch->instance;
    instance->ordinal = pool->launched++;
    instance->job_first = BATCH_NO_SLOT;
    instance->is_alive = true;
    batch_index_put(&world->instance_index, launch->instance, slot);
    struct cloud_stream stream;
    cloud_stream_open(&stream, world->key_launch, launch->pool, instance->ordinal);
    struct cloud_distribution launching = delays->launch;
    if (pool->setup.market == BATCH_MARKET_SPOT) {
        launching.factor *= delays->spot_launch_factor;
    }
    int64_t delay_us = cloud_distribution_draw_us(&delays->scale_decision, &stream.rng) +
                       cloud_distribution_draw_us(&launching, &stream.rng);
    instance->entry =
        sim_calendar_add(&world->calendar, sim_later_us(world->now_us, delay_us), SIM_ENTRY_INSTANCE_RUNNING, slot);
    world->instances_moving++;
    return BATCH_OK;
}

enum batch_rc sim_fleet_terminate(struct sim_world *world, const struct batch_command_terminate *terminate,
                                  struct batch_error *error)
{
    enum batch_rc rc = sim_calendar_reserve(&world->calendar, 1, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    uint32_t slot = sim_fleet_find(world, terminate->instance);
    struct sim_instance *instance = sim_instance_at(world, slot);
    if (instance->interruption != SIM_HANDLE_NONE) {
        sim_calendar_cancel(&world->calendar, instance->interruption);
        instance->interruption = SIM_HANDLE_NONE;
    }
    struct cloud_stream stream;
    cloud_stream_open(&stream, world->key_terminate, instance->pool, instance->ordinal);
    int64_t delay_us = cloud_distribution_draw_us(&world->options.delays.terminate, &stream.rng);
    instance->entry =
        sim_calendar_add(&world->calendar, sim_later_us(world->now_us, delay_us), SIM_ENTRY_INSTANCE_TERMINATED, slot);
    world->instances_moving++;
    return BATCH_OK;
}

/** A Spot instance learns when it will be taken; the notice comes before, as early as the model allows. */
static void interruption_schedule(struct sim_world *world, uint32_t slot)
{
    struct sim_instance *instance = sim_instance_at(world, slot);
    const struct sim_pool *pool = sim_pool_at(world, instance->pool);
    if (pool->setup.market != BATCH_MARKET_SPOT) {
        return;
    }
    struct cloud_stream stream;
    cloud_stream_open(&stream, world->key_life, instance->pool, instance->ordinal);
    int64_t life_us = cloud_spot_life_us(&world->options.spot,
                                         cloud_catalog_type(world->options.catalog, pool->setup.type), &stream.rng);
    if (life_us == INT64_MAX) {
        return;
    }
    int64_t notice_us = life_us > world->options.spot.notice_us ? life_us - world->options.spot.notice_us : 0;
    instance->interrupted_us = sim_later_us(world->now_us, life_us);
    instance->interruption =
        sim_calendar_add(&world->calendar, sim_later_us(world->now_us, notice_us), SIM_ENTRY_INSTANCE_NOTICE, slot);
}

static enum batch_rc instance_run(struct sim_world *world, uint32_t slot, struct batch_error *error)
{
    enum batch_rc rc = sim_calendar_reserve(&world->calendar, 2, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    struct sim_instance *instance = sim_instance_at(world, slot);
    struct cloud_stream stream;
    cloud_stream_open(&stream, world->key_launch, instance->pool, ~instance->ordinal);
    int64_t boot_us = cloud_distribution_draw_us(&world->options.delays.boot, &stream.rng);
    instance->entry =
        sim_calendar_add(&world->calendar, sim_later_us(world->now_us, boot_us), SIM_ENTRY_INSTANCE_REGISTERED, slot);
    interruption_schedule(world, slot);
    struct batch_event event = {.kind = BATCH_EVENT_INSTANCE_RUNNING,
                                .time_us = world->now_us,
                                .as.instance = {.instance = instance->instance}};
    return sim_world_apply(world, &event, error);
}

static enum batch_rc instance_register(struct sim_world *world, uint32_t slot, struct batch_error *error)
{
    struct sim_instance *instance = sim_instance_at(world, slot);
    instance->entry = SIM_HANDLE_NONE;
    world->instances_moving--;
    struct batch_event event = {
        .kind = BATCH_EVENT_INSTANCE_REGISTERED,
        .time_us = world->now_us,
        .as.instance = {.instance = instance->instance,
                        .registered = sim_pool_at(world, instance->pool)->setup.capacity},
    };
    return sim_world_apply(world, &event, error);
}

static enum batch_rc instance_notice(struct sim_world *world, uint32_t slot, struct batch_error *error)
{
    enum batch_rc rc = sim_calendar_reserve(&world->calendar, 1, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    struct sim_instance *instance = sim_instance_at(world, slot);
    instance->is_noticed = true;
    world->instances_moving++;
    instance->interruption =
        sim_calendar_add(&world->calendar, instance->interrupted_us, SIM_ENTRY_INSTANCE_INTERRUPTED, slot);
    struct batch_event event = {
        .kind = BATCH_EVENT_INSTANCE_NOTICE,
        .time_us = world->now_us,
        .as.instance = {.instance = instance->instance, .deadline_us = instance->interrupted_us},
    };
    return sim_world_apply(world, &event, error);
}

/**
 * A fleet that comes and goes for ever without ending a job (Spot instances that live less than they boot) would
 * fill any disk; far beyond what a run that gets on can need, it is taken for what it is.
 */
static enum batch_rc fruit_check(struct sim_world *world, struct batch_error *error)
{
    const uint64_t fruitless_max = 1000000;
    if (++world->fruitless <= fruitless_max) {
        return BATCH_OK;
    }
    return batch_error_set(
        error, BATCH_E_STATE,
        "no job has ended while %llu instances came and went: they live too short a time for the jobs; "
        "compare world.spot.interruptions and world.delays with how long the jobs run",
        (unsigned long long)fruitless_max);
}

static enum batch_rc instance_end(struct sim_world *world, uint32_t slot, enum batch_gone gone,
                                  struct batch_error *error)
{
    enum batch_rc rc = fruit_check(world, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    struct sim_instance *instance = sim_instance_at(world, slot);
    struct batch_event event = {.kind = BATCH_EVENT_INSTANCE_GONE,
                                .time_us = world->now_us,
                                .as.instance = {.instance = instance->instance, .gone = gone}};
    if (instance->entry != SIM_HANDLE_NONE) {
        sim_calendar_cancel(&world->calendar, instance->entry);
        world->instances_moving--;
    }
    if (instance->interruption != SIM_HANDLE_NONE) {
        sim_calendar_cancel(&world->calendar, instance->interruption);
    }
    if (instance->is_noticed) {
        world->instances_moving--;
    }
    sim_containers_lose(world, slot);
    batch_index_erase(&world->instance_index, instance->instance);
    batch_arena_give(&world->instances, slot);
    return sim_world_apply(world, &event, error);
}

enum batch_rc sim_fleet_happen(struct sim_world *world, const struct sim_entry *entry, struct batch_error *error)
{
    struct sim_instance *instance = sim_instance_at(world, entry->subject);
    switch (sim_entry_kind(entry)) {
    case SIM_ENTRY_INSTANCE_RUNNING:
        return instance_run(world, entry->subject, error);
    case SIM_ENTRY_INSTANCE_REGISTERED:
        return instance_register(world, entry->subject, error);
    case SIM_ENTRY_INSTANCE_NOTICE:
        return instance_notice(world, entry->subject, error);
    case SIM_ENTRY_INSTANCE_INTERRUPTED:
        instance->interruption = SIM_HANDLE_NONE;
        return instance_end(world, entry->subject, BATCH_GONE_INTERRUPTED, error);
    case SIM_ENTRY_INSTANCE_TERMINATED:
        instance->entry = SIM_HANDLE_NONE;
        world->instances_moving--;
        return instance_end(world, entry->subject, BATCH_GONE_TERMINATED, error);
    case SIM_ENTRY_ATTEMPT_STARTED:
    case SIM_ENTRY_ATTEMPT_ENDED:
        break;
    }
    BATCH_ASSERT(&world->host, false);
    return BATCH_OK;
}

enum batch_rc sim_fleet_end(struct sim_world *world, struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    for (uint32_t slot = 0; rc == BATCH_OK && slot < world->instances.count; slot++) {
        if (sim_instance_at(world, slot)->is_alive) {
            rc = instance_end(world, slot, BATCH_GONE_TERMINATED, error);
        }
    }
    return rc;
}
