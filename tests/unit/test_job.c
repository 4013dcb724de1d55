/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Jobs: submission, cancel and terminate in every state (reference 1.6), and setup that is refused.
 */
#include "tests/support/t_core.h"

static const int64_t second_us = BATCH_US_PER_S;

/** Job 1 brought to @p state on a fleet of one instance. */
static void begin(struct t_core *t, enum batch_job_state state)
{
    t_core_begin(t, NULL, NULL);
    uint32_t pool = t_core_pool(t, BATCH_MARKET_ON_DEMAND, 4, 1000);
    (void)t_core_environment(t, t_core_environment_preset("BEST_FIT_PROGRESSIVE", 4), &pool, 1);
    (void)t_core_queue(t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(t, 3, 0);
    t_core_submit(t, 0, 1);
    if (state >= BATCH_JOB_RUNNABLE) {
        t_core_settle(t);
    }
    if (state >= BATCH_JOB_STARTING) {
        t_core_register(t, 1, 4);
        t_core_settle(t);
    }
    if (state >= BATCH_JOB_RUNNING) {
        t_core_attempt(t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    }
    if (state >= BATCH_JOB_SUCCEEDED) {
        t_core_attempt(t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0);
    }
}

static void waiting_job_fails_when_it_is_cancelled_or_terminated(void **state)
{
    (void)state;
    static const enum batch_job_state states[] = {BATCH_JOB_SUBMITTED, BATCH_JOB_RUNNABLE};
    static const enum batch_event_kind kinds[] = {BATCH_EVENT_JOB_CANCELLED, BATCH_EVENT_JOB_TERMINATED};
    for (int i = 0; i < 4; i++) {
        struct t_core t;
        begin(&t, states[i / 2]);
        t_assert_u64(t_core_stop(&t, kinds[i % 2], 1), BATCH_OK);
        const struct batch_command_job_changed *change = t_core_last_change(&t, 1);
        t_assert_u64(change->from, states[i / 2]);
        t_assert_u64(change->to, BATCH_JOB_FAILED);
        t_assert_u64(change->reason, BATCH_REASON_USER);
        t_assert_u64(change->attempt, 0);
        t_assert_u64(batch_core_count(t.core).failed, 1);
        t_core_settle(&t);
        t_assert_u64(batch_core_count(t.core).runnable, 0);
        t_core_end(&t);
    }
}

static void placed_job_goes_on_when_it_is_cancelled(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        enum batch_job_state at = i == 0 ? BATCH_JOB_STARTING : BATCH_JOB_RUNNING;
        struct t_core t;
        begin(&t, at);
        t_core_forget(&t);
        t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, 1), BATCH_OK);
        t_assert_u64(t.log_count, 0);
        if (i == 0) {
            t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
        }
        t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0);
        t_assert_u64(t_core_state(&t, 1), BATCH_JOB_SUCCEEDED);
        t_core_end(&t);
    }
}

/** However a terminated attempt ends, its job fails by the user's will and is not retried. */
static void placed_job_is_stopped_once_when_it_is_terminated(void **state)
{
    (void)state;
    enum { ENDS_WITH_0, ENDS_WITH_137, NEVER_STARTS, STARTS_FIRST, HOST_GOES, ENDINGS };
    for (int ending = 0; ending < ENDINGS; ending++) {
        bool is_running = ending == ENDS_WITH_0 || ending == ENDS_WITH_137;
        struct t_core t;
        begin(&t, is_running ? BATCH_JOB_RUNNING : BATCH_JOB_STARTING);
        t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_TERMINATED, 1), BATCH_OK);
        t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_TERMINATED, 1), BATCH_OK);
        t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 1);
        t_assert_i64(t_core_command(&t, BATCH_COMMAND_STOP_ATTEMPT, 0)->as.stop.grace_us, 30 * second_us);
        if (ending == HOST_GOES) {
            t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_GONE, 1), BATCH_OK);
        } else {
            if (ending == STARTS_FIRST) {
                t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
            }
            int32_t code = ending == ENDS_WITH_0 ? 0 : ending == ENDS_WITH_137 ? 137 : BATCH_EXIT_CODE_NONE;
            t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, code);
        }
        t_assert_u64(t_core_state(&t, 1), BATCH_JOB_FAILED);
        t_assert_u64(t_core_last_change(&t, 1)->reason, BATCH_REASON_USER);
        t_assert_u64(batch_core_count(t.core).retried, 0);
        t_core_end(&t);
    }
}

static void ended_job_is_left_alone_and_an_unknown_one_refused(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, BATCH_JOB_SUCCEEDED);
    t_core_forget(&t);
    t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, 1), BATCH_OK);
    t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_TERMINATED, 1), BATCH_OK);
    t_assert_u64(t.log_count, 0);
    t_assert_u64(batch_core_count(t.core).succeeded, 1);
    t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, 2), BATCH_E_STATE);
    t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_TERMINATED, 0), BATCH_E_STATE);
    t_assert_contains(t.error.text, "never submitted");
    t_core_end(&t);
}

static void reason_is_refused_when_it_is_too_long(void **state)
{
    (void)state;
    static char bytes[BATCH_REASON_BYTES_MAX + 1];
    const struct batch_text longest = {.bytes = bytes, .length = BATCH_REASON_BYTES_MAX};
    const struct batch_text longer = {.bytes = bytes, .length = BATCH_REASON_BYTES_MAX + 1};
    struct t_core t;
    begin(&t, BATCH_JOB_RUNNING);
    struct batch_event stop = {.kind = BATCH_EVENT_JOB_TERMINATED, .time_us = t.now_us, .as.stop = {1, longer}};
    struct batch_event ended = {.kind = BATCH_EVENT_ATTEMPT_ENDED,
                                .time_us = t.now_us,
                                .as.attempt = {.attempt = 1, .occurred_us = t.now_us, .reason = longer}};
    uint64_t digest = batch_core_digest(t.core);
    struct batch_error error;
    t_assert_u64(batch_core_step(t.core, &stop, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "at most 1024 bytes");
    t_assert_u64(batch_core_step(t.core, &ended, &error), BATCH_E_INPUT);
    t_assert_u64(batch_core_digest(t.core), digest);
    ended.as.attempt.reason = longest;
    t_assert_u64(batch_core_step(t.core, &ended, &error), BATCH_OK);
    t_core_end(&t);
}

static void submission_takes_what_the_definition_says_when_it_asks_for_nothing(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, BATCH_JOB_SUBMITTED);
    t_core_submit(&t, 0, 0);
    t_core_settle(&t);
    t_core_register(&t, 1, 4);
    t_core_settle(&t);
    const struct batch_command_start *start = &t_core_command(&t, BATCH_COMMAND_START_ATTEMPT, 1)->as.start;
    t_assert_u64(start->resources.vcpu_milli, 1000);
    t_assert_u64(start->resources.mib, 1024);
    t_core_end(&t);
}

static void submission_is_refused_when_it_names_or_asks_what_cannot_be(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, BATCH_JOB_SUBMITTED);
    static const struct batch_job_submitted wrong[] = {
        {.queue = 1, .estimate_us = -1},
        {.definition = 1, .estimate_us = -1},
        {.estimate_us = -2},
        {.resources = {1000, 0, 0}, .estimate_us = -1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        t_assert_u64(t_core_try(&t, (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED, .as.submission = wrong[i]}),
                     BATCH_E_INPUT);
    }
    t_assert_u64(batch_core_count(t.core).submitted, 1);
    t_core_end(&t);
}

/** A legal event of each kind of setup, for the refusals below to spoil. */
static struct batch_event legal(const struct t_core *t, enum batch_event_kind kind)
{
    static const uint32_t pool = 0;
    struct batch_event event = {.kind = kind};
    if (kind == BATCH_EVENT_POOL_CHANGED) {
        event.as.pool = (struct batch_pool_changed){.pool = t->pools, .capacity = {1000, 1, 0}};
    } else if (kind == BATCH_EVENT_ENVIRONMENT_CREATED) {
        event.as.environment = t_core_environment_preset("BEST_FIT", 8);
        event.as.environment.environment = t->environments;
        event.as.environment.pools = &pool;
        event.as.environment.pool_count = 1;
    } else if (kind == BATCH_EVENT_QUEUE_CREATED) {
        event.as.queue = (struct batch_queue_created){.queue = t->queues, .environment_count = 1};
    } else {
        event.as.definition =
            (struct batch_definition_registered){.definition = t->definitions, .resources = {1, 1, 0}, .attempts = 1};
    }
    return event;
}

#define REFUSED(kind, member, value)                                                                                   \
    event = legal(&t, kind);                                                                                           \
    event.as.member = (value);                                                                                         \
    t_assert_u64(t_core_try(&t, event), BATCH_E_INPUT)

static void pool_is_refused_when_a_value_is_out_of_range(void **state)
{
    (void)state;
    struct t_core t;
    struct batch_event event;
    begin(&t, BATCH_JOB_SUBMITTED);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.pool, 7);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.pool, 0); /* its capacity would change */
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.market, (enum batch_market)2);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.capacity.vcpu_milli, 999);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.capacity.vcpu_milli, UINT32_MAX);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.capacity.mib, 0);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.price_usd_nano_per_h, -1);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.price_usd_nano_per_h, INT64_MAX);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.on_demand_usd_nano_per_h, -1);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.on_demand_usd_nano_per_h, INT64_MAX);
    REFUSED(BATCH_EVENT_POOL_CHANGED, pool.capacity_score, 1001);
    t_core_end(&t);
}

static void environment_is_refused_when_a_value_is_out_of_range(void **state)
{
    (void)state;
    static const uint32_t unknown = 9;
    struct t_core t;
    struct batch_event event;
    begin(&t, BATCH_JOB_SUBMITTED);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.environment, 0);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.market, BATCH_MARKET_SPOT); /* its pool is not */
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.vcpu_max, 0);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.vcpu_max, UINT32_MAX);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.vcpu_min, 9);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.vcpu_desired, 9);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.bid_percentage, 0);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.bid_percentage, 101);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.scale_in_delay_us, -1);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.allocation_strategy, batch_allocation_strategy_count);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.allocation_strategy, 2); /* Spot only */
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.placement_policy, batch_placement_policy_count);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.pool_count, 0);
    REFUSED(BATCH_EVENT_ENVIRONMENT_CREATED, environment.pools, &unknown);
    t_core_end(&t);
}

static void queue_or_definition_is_refused_when_a_value_is_out_of_range(void **state)
{
    (void)state;
    struct t_core t;
    struct batch_event event;
    begin(&t, BATCH_JOB_SUBMITTED);
    REFUSED(BATCH_EVENT_QUEUE_CREATED, queue.queue, 5);
    REFUSED(BATCH_EVENT_QUEUE_CREATED, queue.priority, 1001);
    REFUSED(BATCH_EVENT_QUEUE_CREATED, queue.dispatch_policy, batch_dispatch_policy_count);
    REFUSED(BATCH_EVENT_QUEUE_CREATED, queue.environment_count, 0);
    REFUSED(BATCH_EVENT_QUEUE_CREATED, queue.environment_count, 4);
    REFUSED(BATCH_EVENT_QUEUE_CREATED, queue.environment_count, 2); /* the same one twice */
    REFUSED(BATCH_EVENT_QUEUE_CREATED, queue.environments[0], 1);
    REFUSED(BATCH_EVENT_DEFINITION_REGISTERED, definition.definition, 0);
    REFUSED(BATCH_EVENT_DEFINITION_REGISTERED, definition.attempts, 0);
    REFUSED(BATCH_EVENT_DEFINITION_REGISTERED, definition.attempts, 11);
    REFUSED(BATCH_EVENT_DEFINITION_REGISTERED, definition.rule_count, 6);
    REFUSED(BATCH_EVENT_DEFINITION_REGISTERED, definition.resources.vcpu_milli, 0);
    REFUSED(BATCH_EVENT_DEFINITION_REGISTERED, definition.resources.mib, 0);
    REFUSED(BATCH_EVENT_DEFINITION_REGISTERED, definition.timeout_us, 59 * second_us);
    REFUSED(BATCH_EVENT_DEFINITION_REGISTERED, definition.timeout_us, -1);
    t_core_end(&t);
}

#undef REFUSED

static void setup_is_refused_when_a_list_in_it_is_wrong(void **state)
{
    (void)state;
    static const uint32_t twice[2] = {0, 0};
    struct t_core t;
    struct batch_event event;
    begin(&t, BATCH_JOB_SUBMITTED);
    (void)t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 2, 1);
    event = legal(&t, BATCH_EVENT_ENVIRONMENT_CREATED);
    event.as.environment.pools = twice;
    event.as.environment.pool_count = 2;
    t_assert_u64(t_core_try(&t, event), BATCH_E_INPUT);
    t_assert_contains(t.error.text, "twice");
    static const char too_long[BATCH_TEXT_MAX + 1] = {0};
    event = legal(&t, BATCH_EVENT_DEFINITION_REGISTERED);
    event.as.definition.rule_count = 1;
    event.as.definition.rules[0].on_reason = (struct batch_text){too_long, sizeof too_long};
    t_assert_u64(t_core_try(&t, event), BATCH_E_INPUT);
    event.as.definition.rules[0] = (struct batch_retry_rule){.action = (enum batch_retry_action)2};
    t_assert_u64(t_core_try(&t, event), BATCH_E_INPUT);
    static const enum batch_event_kind kinds[] = {BATCH_EVENT_POOL_CHANGED, BATCH_EVENT_ENVIRONMENT_CREATED,
                                                  BATCH_EVENT_QUEUE_CREATED, BATCH_EVENT_DEFINITION_REGISTERED};
    for (int i = 0; i < 4; i++) {
        t_core_tell(&t, legal(&t, kinds[i]));
    }
    t_core_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_job_fails_when_it_is_cancelled_or_terminated),
        cmocka_unit_test(placed_job_goes_on_when_it_is_cancelled),
        cmocka_unit_test(placed_job_is_stopped_once_when_it_is_terminated),
        cmocka_unit_test(ended_job_is_left_alone_and_an_unknown_one_refused),
        cmocka_unit_test(reason_is_refused_when_it_is_too_long),
        cmocka_unit_test(submission_takes_what_the_definition_says_when_it_asks_for_nothing),
        cmocka_unit_test(submission_is_refused_when_it_names_or_asks_what_cannot_be),
        cmocka_unit_test(pool_is_refused_when_a_value_is_out_of_range),
        cmocka_unit_test(environment_is_refused_when_a_value_is_out_of_range),
        cmocka_unit_test(queue_or_definition_is_refused_when_a_value_is_out_of_range),
        cmocka_unit_test(setup_is_refused_when_a_list_in_it_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
