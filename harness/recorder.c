/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The life of a recorder and the way of each event and command to who records it.
 *
 * Invariant: the counts held are those of now_us; areas and points up to now_us have been taken.
 */
#include "harness/recorder_internal.h"

#include "harness/host.h"
#include "scheduler/host.h"

#include <stdio.h>
#include <stdlib.h>

/** What a pool is is in the setup; what it is called is in the catalogue and the scenario. */
static void read_pool(struct harness_recorder *recorder, const struct batch_pool_changed *pool)
{
    const struct harness_assembly *assembly = recorder->assembly;
    BATCH_ASSERT(NULL, pool->pool < assembly->pool_count);
    const struct harness_pool *named = &assembly->pools[pool->pool];
    struct harness_pool_row *row = &recorder->pools[pool->pool];
    *row = (struct harness_pool_row){
        .market = (uint8_t)named->market,
        .vcpu_milli = pool->capacity.vcpu_milli,
        .mib = pool->capacity.mib,
        .gpu = pool->capacity.gpu,
        .price_usd_nano_per_h = named->price_usd_nano_per_h,
        .on_demand_usd_nano_per_h = named->on_demand_usd_nano_per_h,
    };
    (void)snprintf(row->type, sizeof row->type, "%s", cloud_catalog_type(assembly->catalog, named->type)->name);
    (void)snprintf(row->zone, sizeof row->zone, "%s", assembly->scenario->world.zones[named->zone]);
}

static void read_setup(struct harness_recorder *recorder)
{
    for (size_t i = 0; i < recorder->assembly->setup_count; i++) {
        const struct batch_event *event = &recorder->assembly->setup[i];
        if (event->kind == BATCH_EVENT_POOL_CHANGED) {
            read_pool(recorder, &event->as.pool);
        } else if (event->kind == BATCH_EVENT_DEFINITION_REGISTERED) {
            BATCH_ASSERT(NULL, event->as.definition.definition < recorder->definition_count);
            recorder->definitions[event->as.definition.definition] = event->as.definition.resources;
        }
    }
}

static struct recorder_group *make_groups(uint32_t count)
{
    struct recorder_group *groups = calloc((size_t)count + 1, sizeof *groups);
    for (uint32_t i = 0; groups != NULL && i < count; i++) {
        groups[i].submit_first_us = -1;
    }
    return groups;
}

static bool allocate(struct harness_recorder *recorder)
{
    const struct workload_scenario *scenario = recorder->assembly->scenario;
    recorder->queue_count = scenario->queue_count;
    recorder->environment_count = scenario->environment_count;
    recorder->definition_count = scenario->definition_count;
    recorder->queues = make_groups(scenario->queue_count);
    recorder->environments = make_groups(scenario->environment_count);
    recorder->definitions = calloc((size_t)scenario->definition_count + 1, sizeof *recorder->definitions);
    recorder->pools = calloc((size_t)recorder->assembly->pool_count + 1, sizeof *recorder->pools);
    recorder->quantiles =
        harness_quantiles_create(scenario->queue_count, scenario->environment_count, HARNESS_QUANTILE_EXACT_MAX);
    return recorder->queues != NULL && recorder->environments != NULL && recorder->definitions != NULL &&
           recorder->pools != NULL && recorder->quantiles != NULL;
}

enum batch_rc harness_recorder_create(const struct harness_recorder_options *options, struct harness_recorder **ret,
                                      struct batch_error *error)
{
    const struct workload_scenario *scenario = options->assembly->scenario;
    /* Rows and samples keep these numbers in 16 bits. */
    if (scenario->queue_count + scenario->environment_count >= RECORDER_SLOT_NONE ||
        scenario->definition_count > UINT16_MAX) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s: results hold at most 65,534 queues and environments together and 65,535 job "
                               "definitions; leave some out",
                               scenario->name);
    }
    struct harness_recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory to record the run");
    }
    batch_index_init(&recorder->map, "recorded instances");
    recorder->assembly = options->assembly;
    recorder->seed = options->seed;
    harness_series_init(&recorder->series);
    enum batch_rc rc = BATCH_OK;
    if (!allocate(recorder)) {
        rc = batch_error_set(error, BATCH_E_MEMORY, "no memory to record the run");
    } else if (options->path != NULL) {
        rc = harness_results_create(options->path, options->compresses, &recorder->results, error);
    }
    if (rc != BATCH_OK) {
        harness_recorder_destroy(recorder);
        return rc;
    }
    read_setup(recorder);
    *ret = recorder;
    return BATCH_OK;
}

static void advance(struct harness_recorder *recorder, int64_t time_us)
{
    if (time_us == recorder->now_us) {
        return;
    }
    BATCH_ASSERT(NULL, time_us > recorder->now_us);
    uint64_t passed_us = (uint64_t)(time_us - recorder->now_us);
    recorder->under_curve.waiting_us += (recorder_wide)recorder->waiting * passed_us;
    recorder->under_curve.in_system_us += (recorder_wide)recorder->in_system * passed_us;
    recorder->under_curve.instance_vcpu_milli_us += (recorder_wide)recorder->instance_vcpu_milli * passed_us;
    if (recorder->series.next_us < time_us) {
        harness_series_take(&recorder->series, &recorder->state, time_us);
    }
    recorder->now_us = time_us;
}

static enum batch_rc on_submitted(void *context, uint64_t job, const struct batch_submission *submission,
                                  struct batch_error *error)
{
    struct harness_recorder *recorder = context;
    advance(recorder, submission->submit_us);
    return harness_recorder_submit(recorder, job, submission, error);
}

static enum batch_rc on_event(void *context, const struct batch_event *event, struct batch_error *error)
{
    struct harness_recorder *recorder = context;
    advance(recorder, event->time_us);
    switch (event->kind) {
    case BATCH_EVENT_INSTANCE_RUNNING:
    case BATCH_EVENT_INSTANCE_REGISTERED:
    case BATCH_EVENT_INSTANCE_LAUNCH_FAILED:
    case BATCH_EVENT_INSTANCE_NOTICE:
    case BATCH_EVENT_INSTANCE_GONE:
        return harness_recorder_instance_event(recorder, event, error);
    default: /* What the others change shows in the commands they cause. */
        return BATCH_OK;
    }
}

static enum batch_rc on_command(void *context, const struct batch_command *command, struct batch_error *error)
{
    struct harness_recorder *recorder = context;
    BATCH_ASSERT(NULL, command->time_us == recorder->now_us);
    switch (command->kind) {
    case BATCH_COMMAND_JOB_CHANGED:
        return harness_recorder_change_job(recorder, command, error);
    case BATCH_COMMAND_START_ATTEMPT:
        return harness_recorder_start_attempt(recorder, command, error);
    case BATCH_COMMAND_LAUNCH_INSTANCE:
        return harness_recorder_launch(recorder, command, error);
    default: /* Requests whose answers are recorded, not they. */
        return BATCH_OK;
    }
}

struct batch_observer harness_recorder_observer(struct harness_recorder *recorder)
{
    return (struct batch_observer){recorder, on_submitted, on_event, on_command};
}

static enum batch_rc write_rest(struct harness_recorder *recorder, const struct harness_summary *summary,
                                struct batch_error *error)
{
    enum batch_rc rc = harness_recorder_write_tables(recorder, error);
    rc = rc == BATCH_OK ? harness_recorder_write_summary(recorder, summary, error) : rc;
    return rc == BATCH_OK ? harness_results_close(recorder->results, error) : rc;
}

enum batch_rc harness_recorder_finish(struct harness_recorder *recorder, const struct workload_account *account,
                                      const struct sim_status *status, struct harness_summary *summary,
                                      struct batch_error *error)
{
    advance(recorder, status->now_us);
    harness_series_finish(&recorder->series, &recorder->state, recorder->now_us);
    enum batch_rc rc = harness_recorder_close_jobs(recorder, error);
    rc = rc == BATCH_OK ? harness_recorder_close_instances(recorder, error) : rc;
    if (rc != BATCH_OK) {
        return rc;
    }
    struct harness_summary made;
    rc = harness_recorder_summarise(recorder, account, status, &made, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    rc = recorder->results == NULL ? BATCH_OK : write_rest(recorder, &made, error);
    if (rc != BATCH_OK) {
        harness_summary_release(&made);
        return rc;
    }
    *summary = made;
    return BATCH_OK;
}

void harness_recorder_destroy(struct harness_recorder *recorder)
{
    if (recorder == NULL) {
        return;
    }
    harness_results_destroy(recorder->results);
    harness_quantiles_destroy(recorder->quantiles);
    const struct batch_host host = harness_host();
    batch_arena_release(&host, &recorder->map.table);
    free(recorder->jobs);
    free(recorder->instances);
    free(recorder->free_slots);
    free(recorder->pools);
    free(recorder->definitions);
    free(recorder->queues);
    free(recorder->environments);
    free(recorder);
}
