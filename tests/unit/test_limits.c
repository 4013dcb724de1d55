/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Limits: each is an error with its name and changes nothing; a full command buffer only spreads a pass.
 */
#include "tests/support/t_core.h"

#include <stdlib.h>

/** A fleet of up to @p vcpu_max vCPUs in instances of 4 with one queue, under @p limits. */
static void begin(struct t_core *t, struct batch_limits limits, uint32_t vcpu_max)
{
    t_core_begin(t, &limits, NULL);
    uint32_t pool = t_core_pool(t, BATCH_MARKET_ON_DEMAND, 4, 1000);
    (void)t_core_environment(t, t_core_environment_preset("BEST_FIT", vcpu_max), &pool, 1);
    (void)t_core_queue(t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(t, 1, 0);
}

static struct batch_event submission(uint32_t vcpus)
{
    return (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED,
                                .as.submission = {.resources = {vcpus * 1000, 1024, 0}, .estimate_us = -1}};
}

static void tables_are_limited_by_name(void **state)
{
    (void)state;
    static const uint32_t pool = 0;
    struct t_core t;
    begin(&t, (struct batch_limits){.pools = 1, .environments = 1, .queues = 1, .definitions = 1}, 8);
    struct batch_event news = {.kind = BATCH_EVENT_POOL_CHANGED, .as.pool = {.pool = 1, .capacity = {1000, 1, 0}}};
    t_assert_u64(t_core_try(&t, news), BATCH_E_LIMIT);
    t_assert_contains(t.error.text, "pools (1)");
    news.as.pool = (struct batch_pool_changed){.capacity = {4000, 8192, 0}, .price_usd_nano_per_h = 9};
    t_core_tell(&t, news); /* news of a known pool needs no room */
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT", 8);
    environment.environment = 1;
    environment.pools = &pool;
    environment.pool_count = 1;
    t_assert_u64(
        t_core_try(&t, (struct batch_event){.kind = BATCH_EVENT_ENVIRONMENT_CREATED, .as.environment = environment}),
        BATCH_E_LIMIT);
    t_assert_contains(t.error.text, "environments (1)");
    t_assert_u64(t_core_try(&t, (struct batch_event){.kind = BATCH_EVENT_QUEUE_CREATED,
                                                     .as.queue = {.queue = 1, .environment_count = 1}}),
                 BATCH_E_LIMIT);
    t_assert_contains(t.error.text, "queues (1)");
    t_assert_u64(
        t_core_try(&t, (struct batch_event){.kind = BATCH_EVENT_DEFINITION_REGISTERED,
                                            .as.definition = {.definition = 1, .resources = {1, 1, 0}, .attempts = 1}}),
        BATCH_E_LIMIT);
    t_assert_contains(t.error.text, "definitions (1)");
    t_core_end(&t);
}

static void jobs_are_limited_while_they_live(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, (struct batch_limits){.jobs = 2}, 8);
    t_core_tell(&t, submission(1));
    t_core_tell(&t, submission(1));
    t_assert_u64(t_core_try(&t, submission(1)), BATCH_E_LIMIT);
    t_assert_contains(t.error.text, "jobs (2)");
    t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, 1), BATCH_OK);
    t_core_tell(&t, submission(1));
    t_core_end(&t);
}

static void classes_are_limited_but_known_ones_go_on(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, (struct batch_limits){.classes = 2}, 8);
    t_core_tell(&t, submission(1));
    t_core_tell(&t, submission(2));
    t_assert_u64(t_core_try(&t, submission(3)), BATCH_E_LIMIT);
    t_assert_contains(t.error.text, "classes (2)");
    t_core_tell(&t, submission(2));
    t_core_end(&t);
}

static void submissions_are_limited_to_exactly_their_number(void **state)
{
    (void)state;
    static const uint64_t limits[] = {1, 20, 31, 32, 33, 64, 100};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct t_core t;
        begin(&t, (struct batch_limits){.submissions = limits[i]}, 8);
        for (uint64_t job = 1; job <= limits[i]; job++) {
            t_core_tell(&t, submission(1));
            t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, job), BATCH_OK);
        }
        t_assert_u64(t_core_try(&t, submission(1)), BATCH_E_LIMIT);
        t_assert_contains(t.error.text, "submissions");
        t_core_end(&t);
    }
}

/** Decide until it fails or nothing is due. */
static enum batch_rc decide(struct t_core *t)
{
    enum batch_rc rc = BATCH_OK;
    for (int turns = 0; rc == BATCH_OK && t->wake_us <= t->now_us; turns++) {
        assert_true(turns < 100);
        rc = t_core_try(t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    }
    return rc;
}

static void instances_are_limited_and_the_pass_goes_on_when_there_is_room(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, (struct batch_limits){.instances = 2}, 100);
    for (int i = 0; i < 3; i++) {
        t_core_tell(&t, submission(4));
    }
    t_assert_u64(decide(&t), BATCH_E_LIMIT);
    t_assert_contains(t.error.text, "instances (2)");
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_LAUNCH_INSTANCE), 2);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_GONE, 1), BATCH_OK);
    t_assert_u64(decide(&t), BATCH_E_LIMIT);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_LAUNCH_INSTANCE), 3);
    t_core_end(&t);
}

static void attempts_are_limited_only_when_one_more_is_needed(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, (struct batch_limits){.attempts = 2}, 4);
    for (int i = 0; i < 3; i++) {
        t_core_tell(&t, submission(2));
    }
    t_assert_u64(decide(&t), BATCH_OK);
    t_core_register(&t, 1, 4);
    t_assert_u64(decide(&t), BATCH_OK); /* the third waits for room, not for an attempt */
    t_assert_u64(batch_core_count(t.core).starting, 2);
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    t_core_end(&t);
    begin(&t, (struct batch_limits){.attempts = 2}, 4);
    for (int i = 0; i < 3; i++) {
        t_core_tell(&t, submission(1));
    }
    t_assert_u64(decide(&t), BATCH_OK);
    t_core_register(&t, 1, 4);
    t_assert_u64(decide(&t), BATCH_E_LIMIT);
    t_assert_contains(t.error.text, "attempts (2)");
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0);
    t_assert_u64(decide(&t), BATCH_OK);
    t_assert_u64(batch_core_count(t.core).starting, 2);
    t_core_end(&t);
}

static void commands_are_limited_when_nobody_drains_them(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, (struct batch_limits){.commands = 16}, 4);
    t.drains = false;
    for (int i = 0; i < 15; i++) {
        t_core_tell(&t, submission(1));
        t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, (uint64_t)i + 1), i < 14 ? BATCH_OK : BATCH_E_LIMIT);
    }
    t_assert_contains(t.error.text, "commands (16)");
    t_core_drain(&t);
    t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, 15), BATCH_OK);
    t_core_end(&t);
}

static void commands_need_a_limit_of_sixteen(void **state)
{
    (void)state;
    struct t_host host;
    struct batch_core *core = NULL;
    struct batch_error error = {.text = ""};
    struct batch_configuration configuration = t_core_configuration();
    t_host_init(&host);
    t_assert_u64(batch_core_create(&host.host, &(struct batch_limits){.commands = 15}, &configuration, &core, &error),
                 BATCH_E_INPUT);
    t_assert_contains(error.text, "at least 16");
    static const struct batch_configuration wrong[] = {
        {.place_period_us = -1},        {.place_period_us = INT64_MAX},
        {.scale_period_us = -1},        {.scale_period_us = INT64_MAX},
        {.stop_grace_us = -1},          {.launch_retry_us = -1},
        {.launch_retry_us = INT64_MAX}, {.misfit = (enum batch_misfit)2},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        t_assert_u64(batch_core_create(&host.host, NULL, &wrong[i], &core, &error), BATCH_E_INPUT);
    }
    assert_null(core);
    t_host_assert_clean(&host);
}

/** Forty jobs on ten instances, which have all timed out when the driver comes back; what was placed where, in order.
 */
static uint64_t story(uint32_t commands, uint64_t *placements, uint32_t *decisions)
{
    struct t_core t;
    begin(&t, (struct batch_limits){.commands = commands}, 40);
    t.definitions = 1;
    (void)t_core_definition(&t, 1, INT64_C(60000000));
    for (uint32_t i = 0; i < 40; i++) {
        struct batch_event event = submission(1);
        event.as.submission.definition = 1;
        t_core_tell(&t, event);
    }
    *decisions = 0;
    for (uint64_t phase = 0; phase < 4; phase++) {
        while (t.wake_us <= t.now_us) {
            t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
            assert_true(++*decisions < 1000);
        }
        for (uint64_t i = 1; i <= 40 && phase == 0; i++) {
            if (i <= 10) {
                t_core_register(&t, i, 4);
            }
        }
        for (uint64_t i = 1; i <= 40 && phase == 1; i++) {
            t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, i, 0);
            t.now_us++;
        }
        t.now_us += phase == 1 ? INT64_C(70000000) : 0; /* late: every timeout is in the past */
    }
    uint32_t started = t_core_number(&t, BATCH_COMMAND_START_ATTEMPT);
    t_assert_u64(started, 40);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_LAUNCH_INSTANCE), 10);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 40);
    for (uint32_t i = 0; i < started; i++) {
        const struct batch_command_start *start = &t_core_command(&t, BATCH_COMMAND_START_ATTEMPT, i)->as.start;
        placements[i] = start->task.job << 32 | start->instance;
    }
    t_core_end(&t);
    return started;
}

static void pass_goes_on_at_the_next_decide_when_commands_are_full(void **state)
{
    (void)state;
    uint64_t at_once[64] = {0};
    uint64_t in_pieces[64] = {0};
    uint32_t decisions_at_once = 0;
    uint32_t decisions_in_pieces = 0;
    t_assert_u64(story(0, at_once, &decisions_at_once), story(16, in_pieces, &decisions_in_pieces));
    assert_memory_equal(at_once, in_pieces, sizeof at_once);
    assert_true(decisions_in_pieces > decisions_at_once + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_limited_by_name),
        cmocka_unit_test(jobs_are_limited_while_they_live),
        cmocka_unit_test(classes_are_limited_but_known_ones_go_on),
        cmocka_unit_test(submissions_are_limited_to_exactly_their_number),
        cmocka_unit_test(instances_are_limited_and_the_pass_goes_on_when_there_is_room),
        cmocka_unit_test(attempts_are_limited_only_when_one_more_is_needed),
        cmocka_unit_test(commands_are_limited_when_nobody_drains_them),
        cmocka_unit_test(commands_need_a_limit_of_sixteen),
        cmocka_unit_test(pass_goes_on_at_the_next_decide_when_commands_are_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
