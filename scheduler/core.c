/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The state machine's frame: create, step, commands, wake-ups.
 */
#include "scheduler/codec.h"
#include "scheduler/deadline.h"
#include "scheduler/internal.h"
#include "scheduler/words.h"

#include <string.h>

enum {
    LIMIT_JOBS = 1 << 24,
    LIMIT_INSTANCES = 1 << 20,
    LIMIT_TABLES = 1 << 16,
    LIMIT_COMMANDS = 1 << 20,
    LIMIT_COMMANDS_LEAST = 16,
    PASS_COMMANDS = 4, /**< The most that one decision of a pass issues, and one to spare. */
    EVENT_WORDS = 32,  /**< Encodings up to this length need no scratch. */
};

struct batch_configuration batch_configuration_preset(void)
{
    return (struct batch_configuration){
        .place_period_us = INT64_C(5) * BATCH_US_PER_S,
        .scale_period_us = INT64_C(60) * BATCH_US_PER_S,
        .stop_grace_us = INT64_C(30) * BATCH_US_PER_S,
        .launch_retry_us = INT64_C(60) * BATCH_US_PER_S,
        .misfit = BATCH_MISFIT_BLOCK,
    };
}

/** Field by field into zeroed memory: padding goes into snapshots, which are equal for equal states. */
static void limits_complete(struct batch_limits *limits, const struct batch_limits *given)
{
    const struct batch_limits none = {0};
    const struct batch_limits *from = given != NULL ? given : &none;
    limits->jobs = from->jobs != 0 ? from->jobs : LIMIT_JOBS;
    limits->attempts = from->attempts != 0 ? from->attempts : LIMIT_JOBS;
    limits->instances = from->instances != 0 ? from->instances : LIMIT_INSTANCES;
    limits->pools = from->pools != 0 ? from->pools : LIMIT_TABLES;
    limits->environments = from->environments != 0 ? from->environments : LIMIT_TABLES;
    limits->queues = from->queues != 0 ? from->queues : LIMIT_TABLES;
    limits->definitions = from->definitions != 0 ? from->definitions : LIMIT_TABLES;
    limits->classes = from->classes != 0 ? from->classes : LIMIT_TABLES;
    limits->commands = from->commands != 0 ? from->commands : LIMIT_COMMANDS;
    limits->submissions = from->submissions != 0 ? from->submissions : UINT64_C(1) << 33;
}

static void configuration_copy(struct batch_configuration *to, const struct batch_configuration *from)
{
    to->place_period_us = from->place_period_us;
    to->scale_period_us = from->scale_period_us;
    to->stop_grace_us = from->stop_grace_us;
    to->launch_retry_us = from->launch_retry_us;
    to->misfit = from->misfit;
}

static enum batch_rc configuration_check(const struct batch_configuration *configuration,
                                         const struct batch_limits *limits, struct batch_error *error)
{
    const int64_t period_max_us = INT64_C(86400) * BATCH_US_PER_S;
    if (configuration->place_period_us < 0 || configuration->place_period_us > period_max_us ||
        configuration->scale_period_us < 0 || configuration->scale_period_us > period_max_us) {
        return batch_error_set(error, BATCH_E_INPUT, "the placing and scaling periods must be 0 to 86400 s");
    }
    if (configuration->stop_grace_us < 0 || configuration->launch_retry_us < 0 ||
        configuration->launch_retry_us > period_max_us) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "the stop grace must not be negative and the launch retry must be 0 to 86400 s");
    }
    if (configuration->misfit > BATCH_MISFIT_FAIL) {
        return batch_error_set(error, BATCH_E_INPUT, "unknown way to treat jobs that fit nowhere: %d",
                               (int)configuration->misfit);
    }
    if (limits != NULL && limits->commands != 0 && limits->commands < LIMIT_COMMANDS_LEAST) {
        return batch_error_set(error, BATCH_E_INPUT, "the limit on commands must be at least %d", LIMIT_COMMANDS_LEAST);
    }
    return BATCH_OK;
}

static void arenas_init(struct batch_core *core)
{
    const struct batch_limits *limits = &core->limits;
    struct batch_arena *arenas = core->arenas;
    uint64_t outcome_words = limits->submissions / 32 + 2; /* numbers begin at 1; one is always to spare */
    uint32_t outcomes = outcome_words > UINT32_MAX - 1 ? UINT32_MAX - 1 : (uint32_t)outcome_words;
    const uint32_t any = UINT32_C(1) << 31;
    batch_arena_init(&arenas[BATCH_ARENA_POOLS], "pools", sizeof(struct batch_pool), limits->pools);
    batch_arena_init(&arenas[BATCH_ARENA_ENVIRONMENTS], "environments", sizeof(struct batch_environment),
                     limits->environments);
    batch_arena_init(&arenas[BATCH_ARENA_FLEETS], "fleets", sizeof(struct batch_fleet), any);
    batch_arena_init(&arenas[BATCH_ARENA_QUEUES], "queues", sizeof(struct batch_queue), limits->queues);
    batch_arena_init(&arenas[BATCH_ARENA_QUEUE_ORDER], "queues", sizeof(uint32_t), limits->queues);
    batch_arena_init(&arenas[BATCH_ARENA_DEFINITIONS], "definitions", sizeof(struct batch_definition),
                     limits->definitions);
    batch_arena_init(&arenas[BATCH_ARENA_TEXTS], "bytes of retry patterns", 1, any);
    batch_arena_init(&arenas[BATCH_ARENA_CLASSES], "classes", sizeof(struct batch_class), limits->classes);
    batch_arena_init(&arenas[BATCH_ARENA_JOBS], "jobs", sizeof(struct batch_job), limits->jobs);
    batch_arena_init(&arenas[BATCH_ARENA_ATTEMPTS], "attempts", sizeof(struct batch_attempt), limits->attempts);
    batch_arena_init(&arenas[BATCH_ARENA_INSTANCES], "instances", sizeof(struct batch_instance), limits->instances);
    batch_arena_init(&arenas[BATCH_ARENA_OUTCOMES], "submissions", sizeof(uint64_t), outcomes);
    batch_arena_init(&arenas[BATCH_ARENA_COMMANDS], "commands", sizeof(struct batch_command), limits->commands);
    batch_arena_init(&arenas[BATCH_ARENA_DEADLINES], "deadlines", sizeof(struct batch_deadline), any);
    batch_arena_init(&arenas[BATCH_ARENA_NODES], "index nodes", sizeof(struct batch_order_node), any);
    batch_index_init(&core->indices[BATCH_INDEX_JOBS], "job numbers");
    batch_index_init(&core->indices[BATCH_INDEX_ATTEMPTS], "attempt numbers");
    batch_index_init(&core->indices[BATCH_INDEX_INSTANCES], "instance numbers");
    batch_index_init(&core->indices[BATCH_INDEX_CLASSES], "class hashes");
}

enum batch_rc batch_core_create(const struct batch_host *host, const struct batch_limits *limits,
                                const struct batch_configuration *configuration, struct batch_core **ret,
                                struct batch_error *error)
{
    enum batch_rc rc = configuration_check(configuration, limits, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    struct batch_core *core = host->resize(host->context, NULL, 0, sizeof *core);
    if (core == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the scheduler core");
    }
    memset(core, 0, sizeof *core);
    core->host = *host;
    limits_complete(&core->limits, limits);
    configuration_copy(&core->configuration, configuration);
    core->scalars.wake_us = INT64_MAX;
    core->scalars.submitted_first = BATCH_NO_SLOT;
    core->scalars.submitted_last = BATCH_NO_SLOT;
    core->scalars.cycles[BATCH_DEADLINE_PLACE] = BATCH_NO_SLOT;
    core->scalars.cycles[BATCH_DEADLINE_SCALE] = BATCH_NO_SLOT;
    arenas_init(core);
    rc = batch_arena_reserve(host, &core->arenas[BATCH_ARENA_DEADLINES], BATCH_DEADLINE_CYCLES, error);
    if (rc != BATCH_OK) {
        batch_core_destroy(core);
        return rc;
    }
    *ret = core;
    return BATCH_OK;
}

void batch_core_destroy(struct batch_core *core)
{
    if (core == NULL) {
        return;
    }
    struct batch_host host = core->host;
    for (int i = 0; i < BATCH_ARENA_COUNT; i++) {
        batch_arena_release(&host, &core->arenas[i]);
    }
    for (int i = 0; i < BATCH_INDEX_COUNT; i++) {
        batch_arena_release(&host, &core->indices[i].table);
    }
    if (core->scratch != NULL) {
        (void)host.resize(host.context, core->scratch, core->scratch_bytes, 0);
    }
    (void)host.resize(host.context, core, sizeof *core, 0);
}

enum batch_rc batch_core_reserve_commands(struct batch_core *core, uint32_t extra, struct batch_error *error)
{
    struct batch_arena *commands = &core->arenas[BATCH_ARENA_COMMANDS];
    uint32_t head = core->scalars.commands_head;
    if (head > 0 && commands->capacity - commands->count < extra + 1) {
        memmove(commands->items, batch_command_at(core, head), (size_t)(commands->count - head) * commands->item_bytes);
        commands->count -= head;
        core->scalars.commands_head = 0;
    }
    return batch_arena_reserve(&core->host, commands, extra + 1, error);
}

void batch_core_emit(struct batch_core *core, struct batch_command *command)
{
    struct batch_arena *commands = &core->arenas[BATCH_ARENA_COMMANDS];
    BATCH_ASSERT(&core->host, commands->count < commands->capacity);
    command->time_us = core->scalars.now_us;
    uint64_t words[BATCH_COMMAND_WORDS_MAX];
    size_t count = batch_command_encode(command, words, BATCH_COMMAND_WORDS_MAX);
    core->scalars.digest = batch_digest_mix(core->scalars.digest, words, count);
    memcpy(batch_arena_push(commands), command, sizeof *command);
}

bool batch_core_next_command(struct batch_core *core, struct batch_command *command)
{
    struct batch_arena *commands = &core->arenas[BATCH_ARENA_COMMANDS];
    if (core->scalars.commands_head == commands->count) {
        return false;
    }
    memcpy(command, batch_command_at(core, core->scalars.commands_head), sizeof *command);
    core->scalars.commands_head++;
    if (core->scalars.commands_head == commands->count) {
        core->scalars.commands_head = 0;
        commands->count = 0;
    }
    return true;
}

/** Tell the driver when it must come back, if that has changed. */
static void wake_update(struct batch_core *core)
{
    struct batch_scalars *scalars = &core->scalars;
    int64_t wake_us = batch_deadline_next_us(core);
    if (scalars->is_place_due || scalars->is_scale_due || wake_us < scalars->now_us) {
        wake_us = scalars->now_us;
    }
    if (wake_us == scalars->wake_us) {
        return;
    }
    scalars->wake_us = wake_us;
    struct batch_command wake = {.kind = BATCH_COMMAND_WAKE, .as.wake_us = wake_us};
    batch_core_emit(core, &wake);
}

/** Room for the first timeout; the others reserve as they come due. */
static enum batch_rc time_prepare(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                  struct batch_error *error)
{
    (void)event;
    *slot = BATCH_NO_SLOT;
    return batch_core_reserve_commands(core, 1, error);
}

/** Deadlines for whose commands there is no room stay due: the driver drains and is woken again. */
static void time_apply(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    (void)slot;
    struct batch_deadline deadline;
    while (batch_core_reserve_commands(core, 1, NULL) == BATCH_OK &&
           batch_deadline_pop(core, event->time_us, &deadline)) {
        switch (deadline.kind) {
        case BATCH_DEADLINE_PLACE:
            core->scalars.is_place_due = true;
            break;
        case BATCH_DEADLINE_SCALE:
            core->scalars.is_scale_due = true;
            break;
        case BATCH_DEADLINE_TIMEOUT:
            batch_attempt_time_out(core, deadline.slot);
            break;
        }
    }
}

static enum batch_rc scratch_reserve(struct batch_core *core, struct batch_error *error)
{
    size_t needed = batch_scale_scratch_bytes(core);
    if (needed <= core->scratch_bytes) {
        return BATCH_OK;
    }
    needed *= 2;
    void *scratch = core->host.resize(core->host.context, core->scratch, core->scratch_bytes, needed);
    if (scratch == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the scaling pass");
    }
    core->scratch = scratch;
    core->scratch_bytes = needed;
    return BATCH_OK;
}

/**
 * A pass reserves as it goes and stops when it cannot. Here it is made sure that it can begin, and go on: what the
 * last one stopped for must be had now, or the driver would be woken for ever.
 */
static enum batch_rc decide_prepare(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                    struct batch_error *error)
{
    *slot = BATCH_NO_SLOT;
    bool is_due = batch_deadline_next_us(core) <= event->time_us;
    if (!is_due && !core->scalars.is_place_due && !core->scalars.is_scale_due) {
        return batch_core_reserve_commands(core, 0, error);
    }
    enum batch_rc rc = scratch_reserve(core, error);
    rc = rc == BATCH_OK ? batch_order_reserve(&core->host, batch_core_nodes(core), 2, error) : rc;
    if (rc == BATCH_OK && core->scalars.is_attempt_short) {
        rc = batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_ATTEMPTS], 1, error);
        rc = rc == BATCH_OK ? batch_index_reserve(&core->host, &core->indices[BATCH_INDEX_ATTEMPTS], error) : rc;
    }
    if (rc == BATCH_OK && core->scalars.is_instance_short) {
        rc = batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_INSTANCES], 1, error);
        rc = rc == BATCH_OK ? batch_index_reserve(&core->host, &core->indices[BATCH_INDEX_INSTANCES], error) : rc;
    }
    return rc == BATCH_OK ? batch_core_reserve_commands(core, PASS_COMMANDS, error) : rc;
}

static void decide_apply(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    time_apply(core, event, slot);
    core->scalars.is_attempt_short = false;
    core->scalars.is_instance_short = false;
    if (core->scalars.is_place_due) {
        core->scalars.is_place_due = !batch_place_pass(core);
    }
    if (core->scalars.is_scale_due && !core->scalars.is_place_due) {
        core->scalars.is_scale_due = !batch_scale_pass(core);
    }
}

struct event_handler {
    batch_prepare_fn *prepare;
    batch_apply_fn *apply;
};

static const struct event_handler event_handlers[] = {
    [BATCH_EVENT_TIME] = {time_prepare, time_apply},
    [BATCH_EVENT_DECIDE] = {decide_prepare, decide_apply},
    [BATCH_EVENT_POOL_CHANGED] = {batch_setup_prepare_pool, batch_setup_apply_pool},
    [BATCH_EVENT_ENVIRONMENT_CREATED] = {batch_setup_prepare_environment, batch_setup_apply_environment},
    [BATCH_EVENT_QUEUE_CREATED] = {batch_setup_prepare_queue, batch_setup_apply_queue},
    [BATCH_EVENT_DEFINITION_REGISTERED] = {batch_setup_prepare_definition, batch_setup_apply_definition},
    [BATCH_EVENT_JOB_SUBMITTED] = {batch_job_prepare_submit, batch_job_apply_submit},
    [BATCH_EVENT_JOB_CANCELLED] = {batch_job_prepare_stop, batch_job_apply_cancel},
    [BATCH_EVENT_JOB_TERMINATED] = {batch_job_prepare_stop, batch_job_apply_terminate},
    [BATCH_EVENT_INSTANCE_RUNNING] = {batch_instance_prepare_running, batch_instance_apply_running},
    [BATCH_EVENT_INSTANCE_REGISTERED] = {batch_instance_prepare_registered, batch_instance_apply_registered},
    [BATCH_EVENT_INSTANCE_LAUNCH_FAILED] = {batch_instance_prepare_launch_failed, batch_instance_apply_launch_failed},
    [BATCH_EVENT_INSTANCE_NOTICE] = {batch_instance_prepare_notice, batch_instance_apply_notice},
    [BATCH_EVENT_INSTANCE_GONE] = {batch_instance_prepare_gone, batch_instance_apply_gone},
    [BATCH_EVENT_ATTEMPT_STARTED] = {batch_attempt_prepare_started, batch_attempt_apply_started},
    [BATCH_EVENT_ATTEMPT_START_FAILED] = {batch_attempt_prepare_start_failed, batch_attempt_apply_start_failed},
    [BATCH_EVENT_ATTEMPT_ENDED] = {batch_attempt_prepare_ended, batch_attempt_apply_ended},
};

/** Events of any length: the long ones are setup, so their encoding may take two passes of EVENT_WORDS. */
static enum batch_rc event_digest(struct batch_core *core, const struct batch_event *event, uint64_t *digest,
                                  struct batch_error *error)
{
    uint64_t words[EVENT_WORDS];
    size_t count = batch_event_encode(event, words, EVENT_WORDS);
    if (count <= EVENT_WORDS) {
        *digest = batch_digest_mix(core->scalars.digest, words, count);
        return BATCH_OK;
    }
    size_t bytes = count * sizeof words[0];
    uint64_t *all = core->host.resize(core->host.context, NULL, 0, bytes);
    if (all == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for an event of %zu words", count);
    }
    *digest = batch_digest_mix(core->scalars.digest, all, batch_event_encode(event, all, count));
    (void)core->host.resize(core->host.context, all, bytes, 0);
    return BATCH_OK;
}

enum batch_rc batch_core_step(struct batch_core *core, const struct batch_event *event, struct batch_error *error)
{
    if (event->kind <= BATCH_EVENT_NONE || event->kind > BATCH_EVENT_ATTEMPT_ENDED) {
        return batch_error_set(error, BATCH_E_INPUT, "unknown event kind %d", (int)event->kind);
    }
    if (event->time_us < core->scalars.now_us) {
        return batch_error_set(error, BATCH_E_STATE, "time runs back: event at %lld us, now is %lld us",
                               (long long)event->time_us, (long long)core->scalars.now_us);
    }
    const struct event_handler *handler = &event_handlers[event->kind];
    uint32_t slot = BATCH_NO_SLOT;
    enum batch_rc rc = handler->prepare(core, event, &slot, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    uint64_t digest = 0;
    rc = event_digest(core, event, &digest, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    core->scalars.digest = digest;
    core->scalars.now_us = event->time_us;
    handler->apply(core, event, slot);
    wake_update(core);
    return BATCH_OK;
}

uint64_t batch_core_digest(const struct batch_core *core)
{
    return core->scalars.digest;
}

struct batch_core_counts batch_core_count(const struct batch_core *core)
{
    const struct batch_scalars *scalars = &core->scalars;
    struct batch_core_counts counts = {
        .submitted = scalars->jobs_submitted,
        .succeeded = scalars->jobs_succeeded,
        .failed = scalars->jobs_failed,
        .retried = scalars->attempts_retried,
        .runnable = scalars->jobs_runnable,
        .starting = scalars->jobs_starting,
        .running = scalars->jobs_running,
        .instances = scalars->instances_live,
        .decisions_refused = scalars->decisions_refused,
    };
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_ENVIRONMENTS].count; i++) {
        counts.instance_vcpus += batch_environment_at(core, i)->vcpus;
    }
    return counts;
}
