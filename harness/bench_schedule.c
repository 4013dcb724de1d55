/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Keeps the events of a run in memory and times a fresh core on them. */
#include "harness/bench.h"
#include "harness/host.h"
#include "harness/session.h"

#include <stdlib.h>
#include <string.h>

enum { REASONS_MAX = 16, SLICE_EVENTS = 1 << 16, FIRST_ROOM = 1 << 16 };

/** A batch_event without the kinds that come only at setup, which make it five times as large. */
struct kept {
    int64_t time_us;
    enum batch_event_kind kind;
    union {
        struct batch_job_submitted submission;
        struct batch_instance_event instance;
        struct batch_attempt_event attempt;
    } as;
};

struct tape {
    struct kept *events;
    size_t count, room;
    uint64_t jobs;
    bool is_cut; /**< Full: what follows was not kept. */
    char *reasons[REASONS_MAX];
    uint32_t reason_count;
};

/** One copy of each distinct text: the world's own may be gone by the time of the replay. */
static enum batch_rc keep_text(struct tape *tape, struct batch_text *text, struct batch_error *error)
{
    for (uint32_t i = 0; i < tape->reason_count; i++) {
        if (strlen(tape->reasons[i]) == text->length && memcmp(tape->reasons[i], text->bytes, text->length) == 0) {
            text->bytes = tape->reasons[i];
            return BATCH_OK;
        }
    }
    char *copy = tape->reason_count < REASONS_MAX ? malloc((size_t)text->length + 1) : NULL;
    if (copy == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no room for another reason of an ended attempt");
    }
    memcpy(copy, text->bytes, text->length);
    copy[text->length] = '\0';
    tape->reasons[tape->reason_count++] = copy;
    text->bytes = copy;
    return BATCH_OK;
}

static enum batch_rc keep(struct tape *tape, const struct kept *event, struct batch_error *error)
{
    if (tape->count == HARNESS_BENCH_EVENTS_MAX) {
        tape->is_cut = true;
        return BATCH_OK;
    }
    if (tape->count == tape->room) {
        size_t room = tape->room == 0 ? FIRST_ROOM : tape->room * 2;
        struct kept *events = realloc(tape->events, room * sizeof *events);
        if (events == NULL) {
            return batch_error_set(error, BATCH_E_MEMORY, "no memory to keep %zu events", room);
        }
        tape->events = events;
        tape->room = room;
    }
    tape->events[tape->count++] = *event;
    tape->jobs += event->kind == BATCH_EVENT_JOB_SUBMITTED;
    return BATCH_OK;
}

static enum batch_rc on_submitted(void *context, uint64_t job, const struct batch_submission *submission,
                                  struct batch_error *error)
{
    (void)job;
    const struct kept event = {
        .time_us = submission->submit_us, .kind = BATCH_EVENT_JOB_SUBMITTED, .as.submission = submission->job};
    return keep(context, &event, error);
}

static enum batch_rc on_event(void *context, const struct batch_event *event, struct batch_error *error)
{
    struct tape *tape = context;
    struct kept kept = {.time_us = event->time_us, .kind = event->kind};
    switch (event->kind) {
    case BATCH_EVENT_TIME:
    case BATCH_EVENT_DECIDE:
        return keep(tape, &kept, error);
    case BATCH_EVENT_INSTANCE_RUNNING:
    case BATCH_EVENT_INSTANCE_REGISTERED:
    case BATCH_EVENT_INSTANCE_LAUNCH_FAILED:
    case BATCH_EVENT_INSTANCE_NOTICE:
    case BATCH_EVENT_INSTANCE_GONE:
        kept.as.instance = event->as.instance;
        return keep(tape, &kept, error);
    case BATCH_EVENT_ATTEMPT_STARTED:
    case BATCH_EVENT_ATTEMPT_START_FAILED:
    case BATCH_EVENT_ATTEMPT_ENDED: {
        kept.as.attempt = event->as.attempt;
        enum batch_rc rc =
            kept.as.attempt.reason.length > 0 ? keep_text(tape, &kept.as.attempt.reason, error) : BATCH_OK;
        return rc == BATCH_OK ? keep(tape, &kept, error) : rc;
    }
    case BATCH_EVENT_POOL_CHANGED:
    case BATCH_EVENT_ENVIRONMENT_CREATED:
    case BATCH_EVENT_QUEUE_CREATED:
    case BATCH_EVENT_DEFINITION_REGISTERED:
        return BATCH_OK; /* The setup, which the replay takes from the assembly. */
    case BATCH_EVENT_NONE:
    case BATCH_EVENT_JOB_SUBMITTED:
    case BATCH_EVENT_JOB_CANCELLED:
    case BATCH_EVENT_JOB_TERMINATED:
        break;
    }
    return batch_error_set(error, BATCH_E_STATE, "an event of kind %d cannot be kept", (int)event->kind);
}

static enum batch_rc on_command(void *context, const struct batch_command *command, struct batch_error *error)
{
    (void)context;
    (void)command;
    (void)error;
    return BATCH_OK;
}

static enum batch_rc record(const struct harness_plan *plan, struct tape *tape, uint64_t *digest,
                            struct batch_error *error)
{
    const struct batch_observer observer = {
        .context = tape, .on_submitted = on_submitted, .on_event = on_event, .on_command = on_command};
    struct harness_session_options options = {.plan = plan, .observer = &observer};
    struct harness_session session;
    enum batch_rc rc = harness_session_open(&session, &options, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    while (rc == BATCH_OK && !session.status.is_done && !tape->is_cut) {
        rc = harness_session_run(&session, SLICE_EVENTS, error);
    }
    *digest = session.status.digest;
    harness_session_close(&session);
    return rc;
}

static enum batch_rc step(struct batch_core *core, const struct batch_event *event, struct batch_error *error)
{
    struct batch_command command;
    enum batch_rc rc = batch_core_step(core, event, error);
    while (rc == BATCH_OK && batch_core_next_command(core, &command)) {
    }
    return rc;
}

static enum batch_rc replay(struct batch_core *core, const struct harness_assembly *assembly, const struct tape *tape,
                            struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    for (size_t i = 0; rc == BATCH_OK && i < assembly->setup_count; i++) {
        rc = step(core, &assembly->setup[i], error);
    }
    struct batch_event event = {0};
    for (size_t i = 0; rc == BATCH_OK && i < tape->count; i++) {
        const struct kept *kept = &tape->events[i];
        event.kind = kept->kind;
        event.time_us = kept->time_us;
        if (kept->kind == BATCH_EVENT_JOB_SUBMITTED) {
            event.as.submission = kept->as.submission;
        } else if (kept->kind >= BATCH_EVENT_ATTEMPT_STARTED) {
            event.as.attempt = kept->as.attempt;
        } else if (kept->kind >= BATCH_EVENT_INSTANCE_RUNNING) {
            event.as.instance = kept->as.instance;
        }
        rc = step(core, &event, error);
    }
    return rc;
}

static enum batch_rc time_core(const struct harness_plan *plan, const struct tape *tape, uint64_t digest,
                               struct harness_bench_result *result, struct batch_error *error)
{
    struct batch_host host = harness_host();
    struct batch_core *core = NULL;
    double start_s = harness_bench_clock_s();
    enum batch_rc rc = batch_core_create(&host, NULL, &plan->assembly->configuration, &core, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    rc = replay(core, plan->assembly, tape, error);
    uint64_t replayed = batch_core_digest(core);
    batch_core_destroy(core);
    *result = (struct harness_bench_result){
        .seconds = harness_bench_clock_s() - start_s, .jobs = tape->jobs, .events = tape->count};
    if (rc == BATCH_OK && !tape->is_cut && replayed != digest) {
        rc = batch_error_set(error, BATCH_E_STATE,
                             "the replayed events gave digest %016llx, the run %016llx: the core is not deterministic",
                             (unsigned long long)replayed, (unsigned long long)digest);
    }
    return rc;
}

enum batch_rc harness_bench_schedule(const struct harness_plan *plan, struct harness_bench_result *result,
                                     struct batch_error *error)
{
    struct tape tape = {0};
    uint64_t digest = 0;
    enum batch_rc rc = record(plan, &tape, &digest, error);
    if (rc == BATCH_OK) {
        rc = time_core(plan, &tape, digest, result, error);
    }
    for (uint32_t i = 0; i < tape.reason_count; i++) {
        free(tape.reasons[i]);
    }
    free(tape.events);
    return rc;
}
