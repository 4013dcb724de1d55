/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Memory refused at every single request: a step fails whole, and succeeds when it is tried again.
 */
#include "tests/support/t_core.h"

#include <string.h>

/** A driver that tries each fact again until memory comes back, at the next request. */
struct driver {
    struct t_host host;
    struct batch_core *core;
    int64_t now_us, wake_us;
    uint64_t failures, launched, started;
    uint64_t stream; /**< Order of launches and starts, folded. */
};

static void drain(struct driver *d)
{
    struct batch_command command;
    while (batch_core_next_command(d->core, &command)) {
        d->wake_us = command.kind == BATCH_COMMAND_WAKE ? command.as.wake_us : d->wake_us;
        if (command.kind == BATCH_COMMAND_LAUNCH_INSTANCE) {
            d->launched++;
            d->stream = d->stream * 31 + command.as.launch.instance;
        } else if (command.kind == BATCH_COMMAND_START_ATTEMPT) {
            d->started++;
            d->stream = d->stream * 31 + command.as.start.task.job * 1000 + command.as.start.instance;
        }
    }
}

static void tell(struct driver *d, struct batch_event event)
{
    struct batch_error error = {.text = ""};
    event.time_us = d->now_us;
    for (int tries = 0;; tries++) {
        uint64_t digest = batch_core_digest(d->core);
        struct batch_core_counts before = batch_core_count(d->core);
        enum batch_rc rc = batch_core_step(d->core, &event, &error);
        uint64_t refuse_from = d->host.refuse_from;
        d->host.refuse_from = 0;
        t_assert_u64(batch_core_verify(d->core, &error), BATCH_OK);
        if (rc == BATCH_OK) {
            d->host.refuse_from = refuse_from;
            break;
        }
        struct batch_core_counts after = batch_core_count(d->core);
        t_assert_u64(rc, BATCH_E_MEMORY);
        t_assert_u64(error.rc, BATCH_E_MEMORY);
        t_assert_u64(batch_core_digest(d->core), digest);
        assert_memory_equal(&after, &before, sizeof after);
        assert_true(tries < 3);
        d->failures++;
    }
    drain(d);
}

static void settle(struct driver *d)
{
    for (int turns = 0; d->wake_us <= d->now_us; turns++) {
        assert_true(turns < 2000);
        tell(d, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
        if (d->host.refused > 0) {
            d->host.refuse_from = 0; /* a pass that stopped for want of memory goes on when it is there */
        }
    }
}

static void tell_setup(struct driver *d)
{
    static const uint32_t pools[2] = {0, 1};
    static const char pattern[] = "Host EC2*";
    struct batch_event definition = {
        .kind = BATCH_EVENT_DEFINITION_REGISTERED,
        .as.definition = {
            .resources = {1000, 512, 0}, .attempts = 3, .timeout_us = INT64_C(60000000), .rule_count = 5}};
    for (int i = 0; i < 5; i++) {
        definition.as.definition.rules[i].on_status_reason = (struct batch_text){pattern, sizeof pattern - 1};
    }
    for (uint32_t i = 0; i < 2; i++) {
        tell(d, (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED,
                                     .as.pool = {.pool = i, .capacity = {4000, 8000, 0}, .price_usd_nano_per_h = 5}});
    }
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", 200);
    environment.pools = pools;
    environment.pool_count = 2;
    tell(d, (struct batch_event){.kind = BATCH_EVENT_ENVIRONMENT_CREATED, .as.environment = environment});
    tell(d, (struct batch_event){.kind = BATCH_EVENT_QUEUE_CREATED, .as.queue = {.environment_count = 1}});
    tell(d, definition);
}

/** Enough of everything that each arena, index and order grows at least once. */
static void tell_story(struct driver *d)
{
    tell_setup(d);
    for (uint32_t i = 0; i < 120; i++) {
        tell(d, (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED,
                                     .as.submission = {.resources = {500 + i % 40 * 50, 512, 0}, .estimate_us = -1}});
    }
    settle(d);
    for (uint64_t i = 1; i <= d->launched; i++) {
        tell(d, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_RUNNING, .as.instance = {.instance = i}});
        tell(d, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_REGISTERED,
                                     .as.instance = {.instance = i, .registered = {4000, 8000, 0}}});
    }
    settle(d);
    for (uint64_t i = 1; i <= d->started; i++) {
        tell(d, (struct batch_event){.kind = BATCH_EVENT_ATTEMPT_STARTED, .as.attempt = {.attempt = i}});
    }
    tell(d, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_GONE, .as.instance = {.instance = 1}});
    d->now_us += INT64_C(60000000);
    tell(d, (struct batch_event){.kind = BATCH_EVENT_TIME});
    settle(d);
    for (uint32_t i = 1; i <= 120; i++) {
        tell(d, (struct batch_event){.kind = BATCH_EVENT_JOB_TERMINATED, .as.stop = {.job = i}});
    }
    d->now_us += INT64_C(600000000);
    settle(d);
}

static uint64_t run(struct driver *d, uint64_t nth)
{
    struct batch_configuration configuration = t_core_configuration();
    struct batch_error error = {.text = ""};
    memset(d, 0, sizeof *d);
    t_host_init(&d->host);
    d->wake_us = INT64_MAX;
    d->host.refuse_from = nth;
    while (batch_core_create(&d->host.host, NULL, &configuration, &d->core, &error) != BATCH_OK) {
        t_assert_u64(error.rc, BATCH_E_MEMORY);
        t_assert_u64(d->host.live_blocks, 0);
        d->host.refuse_from = 0;
        d->failures++;
    }
    tell_story(d);
    struct batch_core_counts counts = batch_core_count(d->core);
    t_assert_u64(counts.submitted, 120);
    batch_core_destroy(d->core);
    t_host_assert_clean(&d->host);
    return d->host.requests;
}

static void core_survives_when_any_one_request_for_memory_is_refused(void **state)
{
    (void)state;
    struct driver whole;
    uint64_t requests = run(&whole, 0);
    t_assert_u64(whole.failures, 0);
    assert_true(requests > 40 && whole.launched > 20 && whole.started > 100);
    uint64_t noticed = 0;
    for (uint64_t nth = 1; nth <= requests; nth++) {
        struct driver broken;
        (void)run(&broken, nth);
        t_assert_u64(broken.host.refused > 0, 1);
        t_assert_u64(broken.stream, whole.stream);
        noticed += broken.failures;
    }
    assert_true(noticed > requests / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core_survives_when_any_one_request_for_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
