/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Opens the pieces of a run in order and closes them in reverse. */
#include "harness/session.h"
#include "harness/host.h"
#include "harness/output.h"

enum batch_rc harness_session_open_workload(struct harness_session *session, const struct harness_plan *plan,
                                            struct batch_error *error)
{
    const struct workload_scenario *scenario = plan->scenario;
    *session = (struct harness_session){.plan = plan};
    harness_streams_open(&session->streams, plan->seed);
    struct workload_options options = {
        .spec = &scenario->workload,
        .queues = plan->assembly->queue_shapes,
        .queue_count = scenario->queue_count,
        .streams = &session->streams.named,
        .definition = scenario->definitions[scenario->workload.definition].resources,
    };
    return workload_open(&options, &session->workload, error);
}

static enum batch_rc open_recorder(struct harness_session *session, const struct harness_session_options *options,
                                   struct batch_error *error)
{
    struct harness_recorder_options recorder = {
        .assembly = options->plan->assembly,
        .path = options->output,
        .compresses = options->compresses,
        .seed = options->plan->seed,
    };
    enum batch_rc rc = options->output != NULL ? harness_output_check(options->output, error) : BATCH_OK;
    if (rc != BATCH_OK) {
        return rc;
    }
    return harness_recorder_create(&recorder, &session->recorder, error);
}

static enum batch_rc open_world(struct harness_session *session, const struct harness_session_options *options,
                                struct batch_error *error)
{
    const struct harness_assembly *assembly = options->plan->assembly;
    struct batch_host host = harness_host();
    struct sim_options sim = {
        .host = &host,
        .configuration = assembly->configuration,
        .delays = assembly->delays,
        .spot = assembly->spot,
        .seed = options->plan->seed,
        .catalog = assembly->catalog,
        .setup = assembly->setup,
        .setup_count = assembly->setup_count,
        .source = workload_source(session->workload),
        .observer = options->observer != NULL ? *options->observer : harness_recorder_observer(session->recorder),
        .verifies = options->verifies,
    };
    return sim_world_create(&sim, &session->world, error);
}

enum batch_rc harness_session_open(struct harness_session *session, const struct harness_session_options *options,
                                   struct batch_error *error)
{
    enum batch_rc rc = harness_session_open_workload(session, options->plan, error);
    if (rc == BATCH_OK && options->observer == NULL) {
        rc = open_recorder(session, options, error);
    }
    if (rc == BATCH_OK) {
        rc = open_world(session, options, error);
    }
    if (rc != BATCH_OK) {
        harness_session_close(session);
    }
    return rc;
}

enum batch_rc harness_session_run(struct harness_session *session, uint64_t events_max, struct batch_error *error)
{
    return sim_world_run(session->world, events_max, &session->status, error);
}

enum batch_rc harness_session_finish(struct harness_session *session, struct harness_summary *summary,
                                     struct batch_error *error)
{
    return harness_recorder_finish(session->recorder, workload_accounting(session->workload), &session->status, summary,
                                   error);
}

double harness_session_share(const struct harness_session *session)
{
    uint64_t jobs_max = session->plan->scenario->workload.jobs_max;
    if (jobs_max > 0) {
        const struct batch_core_counts *counts = &session->status.counts;
        return (double)(counts->succeeded + counts->failed) / (double)jobs_max;
    }
    uint64_t read_bytes = 0;
    uint64_t total_bytes = 0;
    workload_progress(session->workload, &read_bytes, &total_bytes);
    return total_bytes > 0 ? (double)read_bytes / (double)total_bytes : -1.0;
}

void harness_session_close(struct harness_session *session)
{
    if (session->world != NULL) {
        sim_world_destroy(session->world);
    }
    harness_recorder_destroy(session->recorder);
    if (session->workload != NULL) {
        workload_close(session->workload);
    }
    *session = (struct harness_session){0};
}
