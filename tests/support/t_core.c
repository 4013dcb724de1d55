/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The scheduler core under test.
 */
#include "tests/support/t_core.h"

#include <stdlib.h>

struct batch_configuration t_core_configuration(void)
{
    struct batch_configuration configuration = batch_configuration_preset();
    configuration.place_period_us = 0;
    configuration.scale_period_us = 0;
    return configuration;
}

void t_core_begin(struct t_core *t, const struct batch_limits *limits, const struct batch_configuration *configuration)
{
    const struct batch_configuration preset = t_core_configuration();
    *t = (struct t_core){.wake_us = INT64_MAX, .drains = true};
    t_host_init(&t->host);
    t->log = malloc(T_CORE_LOG_MAX * sizeof t->log[0]);
    assert_non_null(t->log);
    t_assert_u64(
        batch_core_create(&t->host.host, limits, configuration != NULL ? configuration : &preset, &t->core, &t->error),
        BATCH_OK);
}

void t_core_end(struct t_core *t)
{
    batch_core_destroy(t->core);
    free(t->log);
    t_host_assert_clean(&t->host);
}

void t_core_drain(struct t_core *t)
{
    struct batch_command command;
    while (batch_core_next_command(t->core, &command)) {
        assert_true(t->log_count < T_CORE_LOG_MAX);
        t->log[t->log_count++] = command;
        if (command.kind == BATCH_COMMAND_WAKE) {
            assert_true(command.as.wake_us >= command.time_us);
            t->wake_us = command.as.wake_us;
        }
    }
}

enum batch_rc t_core_try(struct t_core *t, struct batch_event event)
{
    event.time_us = t->now_us;
    uint64_t digest = batch_core_digest(t->core);
    struct batch_core_counts counts = batch_core_count(t->core);
    enum batch_rc rc = batch_core_step(t->core, &event, &t->error);
    if (rc != BATCH_OK) {
        struct batch_core_counts after = batch_core_count(t->core);
        t_assert_u64(t->error.rc, rc);
        t_assert_u64(batch_core_digest(t->core), digest);
        assert_memory_equal(&after, &counts, sizeof counts);
    }
    struct batch_error error = {.text = ""};
    if (batch_core_verify(t->core, &error) != BATCH_OK) {
        fail_msg("after an event of kind %d: %s", (int)event.kind, error.text);
    }
    if (t->drains) {
        uint32_t before = t->log_count;
        t_core_drain(t);
        assert_true(rc == BATCH_OK || t->log_count == before);
    }
    return rc;
}

void t_core_tell(struct t_core *t, struct batch_event event)
{
    if (t_core_try(t, event) != BATCH_OK) {
        fail_msg("event of kind %d: %s", (int)event.kind, t->error.text);
    }
}

uint32_t t_core_pool(struct t_core *t, enum batch_market market, uint32_t vcpus, int64_t price)
{
    t_core_tell(t, (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED,
                                        .as.pool = {.pool = t->pools,
                                                    .type = t->pools,
                                                    .market = market,
                                                    .capacity = {vcpus * 1000, vcpus * 2048, 0},
                                                    .price_usd_nano_per_h = price,
                                                    .on_demand_usd_nano_per_h = price,
                                                    .capacity_score = 500}});
    t->markets[t->pools] = market;
    return t->pools++;
}

struct batch_environment_created t_core_environment_preset(const char *strategy, uint32_t vcpu_max)
{
    return (struct batch_environment_created){.vcpu_max = vcpu_max,
                                              .bid_percentage = 100,
                                              .allocation_strategy = (uint32_t)batch_allocation_strategy_find(strategy),
                                              .scale_in_delay_us = INT64_C(300) * BATCH_US_PER_S};
}

uint32_t t_core_environment(struct t_core *t, struct batch_environment_created environment, const uint32_t *pools,
                            uint32_t pool_count)
{
    environment.environment = t->environments;
    environment.market = t->markets[pools[0]];
    environment.pools = pools;
    environment.pool_count = pool_count;
    t_core_tell(t, (struct batch_event){.kind = BATCH_EVENT_ENVIRONMENT_CREATED, .as.environment = environment});
    return t->environments++;
}

uint32_t t_core_queue(struct t_core *t, uint32_t priority, const uint32_t *environments, uint32_t count)
{
    struct batch_queue_created queue = {.queue = t->queues, .priority = priority, .environment_count = count};
    for (uint32_t i = 0; i < count; i++) {
        queue.environments[i] = environments[i];
    }
    t_core_tell(t, (struct batch_event){.kind = BATCH_EVENT_QUEUE_CREATED, .as.queue = queue});
    return t->queues++;
}

uint32_t t_core_definition(struct t_core *t, uint32_t attempts, int64_t timeout_us)
{
    t_core_tell(t, (struct batch_event){.kind = BATCH_EVENT_DEFINITION_REGISTERED,
                                        .as.definition = {.definition = t->definitions,
                                                          .resources = {1000, 1024, 0},
                                                          .attempts = attempts,
                                                          .timeout_us = timeout_us}});
    return t->definitions++;
}

uint64_t t_core_submit(struct t_core *t, uint32_t queue, uint32_t vcpus)
{
    t_core_tell(
        t, (struct batch_event){
               .kind = BATCH_EVENT_JOB_SUBMITTED,
               .as.submission = {.queue = queue, .resources = {vcpus * 1000, vcpus * 1024, 0}, .estimate_us = -1}});
    return batch_core_count(t->core).submitted;
}

void t_core_settle(struct t_core *t)
{
    uint32_t decisions = 0;
    while (t->wake_us <= t->now_us) {
        assert_true(decisions++ < 1000); /* or it would be woken for ever */
        t_core_tell(t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    }
}

void t_core_pass_time(struct t_core *t, int64_t until_us)
{
    t_core_settle(t);
    while (t->wake_us <= until_us) {
        t->now_us = t->wake_us;
        t_core_settle(t);
    }
    t->now_us = until_us;
}

enum batch_rc t_core_try_instance(struct t_core *t, enum batch_event_kind kind, uint64_t instance)
{
    return t_core_try(
        t, (struct batch_event){.kind = kind, .as.instance = {.instance = instance, .registered = {1000, 2048, 0}}});
}

void t_core_register(struct t_core *t, uint64_t instance, uint32_t vcpus)
{
    t_core_tell(t, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_RUNNING, .as.instance = {.instance = instance}});
    t_core_tell(
        t, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_REGISTERED,
                                .as.instance = {.instance = instance, .registered = {vcpus * 1000, vcpus * 2048, 0}}});
}

enum batch_rc t_core_try_attempt(struct t_core *t, enum batch_event_kind kind, uint64_t attempt, int32_t exit_code)
{
    return t_core_try(
        t, (struct batch_event){.kind = kind,
                                .as.attempt = {.attempt = attempt, .occurred_us = t->now_us, .exit_code = exit_code}});
}

void t_core_attempt(struct t_core *t, enum batch_event_kind kind, uint64_t attempt, int32_t exit_code)
{
    if (t_core_try_attempt(t, kind, attempt, exit_code) != BATCH_OK) {
        fail_msg("%s", t->error.text);
    }
}

enum batch_rc t_core_stop(struct t_core *t, enum batch_event_kind kind, uint64_t job)
{
    return t_core_try(t, (struct batch_event){.kind = kind, .as.stop = {.job = job, .reason = {"enough", 6}}});
}

uint32_t t_core_number(const struct t_core *t, enum batch_command_kind kind)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < t->log_count; i++) {
        number += t->log[i].kind == kind;
    }
    return number;
}

const struct batch_command *t_core_command(const struct t_core *t, enum batch_command_kind kind, uint32_t nth)
{
    for (uint32_t i = 0; i < t->log_count; i++) {
        if (t->log[i].kind == kind && nth-- == 0) {
            return &t->log[i];
        }
    }
    fail_msg("the core has not given so many commands of kind %d", (int)kind);
    return NULL;
}

const struct batch_command_job_changed *t_core_last_change(const struct t_core *t, uint64_t job)
{
    for (uint32_t i = t->log_count; i > 0; i--) {
        if (t->log[i - 1].kind == BATCH_COMMAND_JOB_CHANGED && t->log[i - 1].as.job_changed.task.job == job) {
            return &t->log[i - 1].as.job_changed;
        }
    }
    return NULL;
}

enum batch_job_state t_core_state(const struct t_core *t, uint64_t job)
{
    const struct batch_command_job_changed *change = t_core_last_change(t, job);
    return change != NULL ? change->to : BATCH_JOB_NONE;
}

void t_core_forget(struct t_core *t)
{
    t->log_count = 0;
}

uint64_t t_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

uint32_t t_random_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)((t_random(state) >> 32) % bound);
}
