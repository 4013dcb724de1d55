/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Containers: start delay, run, stop delay; stopped by a timeout or lost with their instance.
 */
#include "cloud/stream.h"
#include "sim/state.h"

enum { EXIT_CODE_KILLED = 137 }; /* reference 1.3: what a timed-out container was seen to exit with */

static void instance_link(struct sim_world *world, uint32_t job_slot, uint32_t instance_slot)
{
    struct sim_job *job = sim_job_at(world, job_slot);
    struct sim_instance *instance = sim_instance_at(world, instance_slot);
    job->instance_slot = instance_slot;
    job->previous = BATCH_NO_SLOT;
    job->next = instance->job_first;
    if (job->next != BATCH_NO_SLOT) {
        sim_job_at(world, job->next)->previous = job_slot;
    }
    instance->job_first = job_slot;
    world->attempts_live++;
}

static void instance_unlink(struct sim_world *world, uint32_t job_slot)
{
    struct sim_job *job = sim_job_at(world, job_slot);
    if (job->previous != BATCH_NO_SLOT) {
        sim_job_at(world, job->previous)->next = job->next;
    } else {
        sim_instance_at(world, job->instance_slot)->job_first = job->next;
    }
    if (job->next != BATCH_NO_SLOT) {
        sim_job_at(world, job->next)->previous = job->previous;
    }
    job->attempt = 0;
    job->is_running = false;
    world->attempts_live--;
}

enum batch_rc sim_containers_start(struct sim_world *world, const struct batch_command_start *start,
                                   struct batch_error *error)
{
    enum batch_rc rc = sim_calendar_reserve(&world->calendar, 1, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    uint32_t slot = (uint32_t)start->tag;
    struct sim_job *job = sim_job_at(world, slot);
    struct cloud_stream stream;
    cloud_stream_open(&stream, world->key_container, start->task.job, start->task.attempt);
    int64_t start_us = cloud_distribution_draw_us(&world->options.delays.container_start, &stream.rng);
    job->stop_delay_us = cloud_distribution_draw_us(&world->options.delays.container_stop, &stream.rng);
    job->attempt = start->attempt;
    instance_link(world, slot, sim_fleet_find(world, start->instance));
    job->entry =
        sim_calendar_add(&world->calendar, sim_later_us(world->now_us, start_us), SIM_ENTRY_ATTEMPT_STARTED, slot);
    return BATCH_OK;
}

enum batch_rc sim_containers_started(struct sim_world *world, uint32_t job_slot, struct batch_error *error)
{
    enum batch_rc rc = sim_calendar_reserve(&world->calendar, 1, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    struct sim_job *job = sim_job_at(world, job_slot);
    job->is_running = true;
    job->stopped_us = sim_later_us(world->now_us, job->run_us);
    job->stopped_code = job->exit_code;
    job->entry = sim_calendar_add(&world->calendar, sim_later_us(job->stopped_us, job->stop_delay_us),
                                  SIM_ENTRY_ATTEMPT_ENDED, job_slot);
    struct batch_event event = {
        .kind = BATCH_EVENT_ATTEMPT_STARTED, .time_us = world->now_us, .as.attempt = {.attempt = job->attempt}};
    return sim_world_apply(world, &event, error);
}

/** SIGTERM is ignored, as by a container whose first process installs no handler; SIGKILL ends it after the grace. */
void sim_containers_stop(struct sim_world *world, const struct batch_command_stop *stop)
{
    uint32_t slot = (uint32_t)stop->tag;
    struct sim_job *job = sim_job_at(world, slot);
    if (job->attempt != stop->attempt) {
        return;
    }
    int64_t killed_us = sim_later_us(world->now_us, stop->grace_us);
    if (job->is_running && job->stopped_us <= killed_us) {
        return;
    }
    job->stopped_us = job->is_running ? killed_us : world->now_us;
    job->stopped_code = job->is_running ? EXIT_CODE_KILLED : BATCH_EXIT_CODE_NONE;
    sim_calendar_cancel(&world->calendar, job->entry);
    job->entry = sim_calendar_add(&world->calendar, sim_later_us(job->stopped_us, job->stop_delay_us),
                                  SIM_ENTRY_ATTEMPT_ENDED, slot);
}

enum batch_rc sim_containers_ended(struct sim_world *world, uint32_t job_slot, struct batch_error *error)
{
    struct sim_job *job = sim_job_at(world, job_slot);
    struct batch_event event = {
        .kind = BATCH_EVENT_ATTEMPT_ENDED,
        .time_us = world->now_us,
        .as.attempt = {.attempt = job->attempt, .occurred_us = job->stopped_us, .exit_code = job->stopped_code},
    };
    job->entry = SIM_HANDLE_NONE;
    instance_unlink(world, job_slot);
    return sim_world_apply(world, &event, error);
}

void sim_containers_lose(struct sim_world *world, uint32_t instance_slot)
{
    while (sim_instance_at(world, instance_slot)->job_first != BATCH_NO_SLOT) {
        uint32_t job_slot = sim_instance_at(world, instance_slot)->job_first;
        struct sim_job *job = sim_job_at(world, job_slot);
        sim_calendar_cancel(&world->calendar, job->entry);
        job->entry = SIM_HANDLE_NONE;
        instance_unlink(world, job_slot);
    }
}
