/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The deadline heap against an unsorted list, and the wake-ups that come of it.
 */
#include "scheduler/deadline.h"
#include "tests/support/t_core.h"

enum { ATTEMPTS = 300 };

static uint32_t model_least(const int64_t *at_us)
{
    uint32_t least = ATTEMPTS;
    for (uint32_t i = 0; i < ATTEMPTS; i++) {
        if (at_us[i] >= 0 && (least == ATTEMPTS || at_us[i] < at_us[least])) {
            least = i;
        }
    }
    return least;
}

/** Attempt slots without jobs: the heap knows them by slot and number only. */
static void make_attempts(struct t_core *t)
{
    struct batch_core *core = t->core;
    t_assert_u64(batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_ATTEMPTS], ATTEMPTS, NULL), BATCH_OK);
    t_assert_u64(batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_DEADLINES], ATTEMPTS + 2, NULL), BATCH_OK);
    for (uint32_t i = 0; i < ATTEMPTS; i++) {
        t_assert_u64(batch_arena_take(&core->host, &core->arenas[BATCH_ARENA_ATTEMPTS]), i);
        batch_attempt_at(core, i)->attempt = i + 1;
        batch_attempt_at(core, i)->deadline = BATCH_NO_SLOT;
    }
}

static void deadlines_agree_with_a_list_when_driven_at_random(void **state)
{
    (void)state;
    struct t_core t;
    int64_t model[ATTEMPTS];
    uint64_t random = 3;
    t_core_begin(&t, NULL, NULL);
    make_attempts(&t);
    for (uint32_t i = 0; i < ATTEMPTS; i++) {
        model[i] = -1;
    }
    for (uint32_t step = 0; step < 40000; step++) {
        uint32_t slot = t_random_below(&random, ATTEMPTS);
        uint32_t dice = t_random_below(&random, 4);
        if (dice < 2 && model[slot] < 0) {
            model[slot] = t_random_below(&random, 60);
            batch_deadline_arm_timeout(t.core, slot, model[slot]);
        } else if (dice == 2) {
            batch_deadline_cancel(t.core, slot); /* also one that is not armed */
            model[slot] = -1;
        } else {
            struct batch_deadline deadline;
            uint32_t least = model_least(model);
            int64_t now_us = t_random_below(&random, 60);
            bool is_due = least < ATTEMPTS && model[least] <= now_us;
            assert_true(batch_deadline_pop(t.core, now_us, &deadline) == is_due);
            if (is_due) {
                t_assert_u64(deadline.slot, least);
                model[least] = -1;
            }
        }
        uint32_t least = model_least(model);
        t_assert_i64(batch_deadline_next_us(t.core), least < ATTEMPTS ? model[least] : INT64_MAX);
    }
    t_core_end(&t);
}

static void cycle_is_armed_once_and_only_moves_forward(void **state)
{
    (void)state;
    struct batch_configuration configuration = t_core_configuration();
    struct batch_deadline deadline;
    struct t_core t;
    configuration.scale_period_us = 60;
    t_core_begin(&t, NULL, &configuration);
    batch_deadline_arm_cycle(t.core, BATCH_DEADLINE_SCALE, 61);
    t_assert_i64(batch_deadline_next_us(t.core), 120);
    batch_deadline_arm_cycle(t.core, BATCH_DEADLINE_SCALE, 500);
    t_assert_i64(batch_deadline_next_us(t.core), 120);
    batch_deadline_arm_cycle(t.core, BATCH_DEADLINE_SCALE, 60);
    t_assert_i64(batch_deadline_next_us(t.core), 60);
    batch_deadline_arm_cycle(t.core, BATCH_DEADLINE_PLACE, 60);
    t_assert_u64(t.core->arenas[BATCH_ARENA_DEADLINES].count, 2);
    assert_true(batch_deadline_pop(t.core, 60, &deadline));
    t_assert_u64(deadline.kind, BATCH_DEADLINE_PLACE); /* placing before scaling at equal times */
    assert_true(batch_deadline_pop(t.core, 60, &deadline));
    t_assert_u64(deadline.kind, BATCH_DEADLINE_SCALE);
    assert_false(batch_deadline_pop(t.core, INT64_MAX, &deadline));
    batch_deadline_arm_cycle(t.core, BATCH_DEADLINE_SCALE, INT64_MAX - 5);
    t_assert_i64(batch_deadline_next_us(t.core), INT64_MAX - 5);
    t_core_end(&t);
}

static void core_asks_to_be_woken_for_the_least_deadline(void **state)
{
    (void)state;
    const int64_t second_us = BATCH_US_PER_S;
    struct batch_configuration configuration = batch_configuration_preset();
    struct t_core t;
    t_core_begin(&t, NULL, &configuration);
    uint32_t pool = t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 4, 1000);
    (void)t_core_environment(&t, t_core_environment_preset("BEST_FIT", 4), &pool, 1);
    (void)t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(&t, 1, 100 * second_us);
    t_assert_i64(t.wake_us, INT64_MAX);
    t.now_us = 1;
    t_core_submit(&t, 0, 1);
    t_assert_i64(t.wake_us, 5 * second_us);
    t_core_pass_time(&t, 5 * second_us);
    t_assert_i64(t.wake_us, 60 * second_us);
    t_core_pass_time(&t, 61 * second_us);
    t_core_register(&t, 1, 4);
    t_assert_i64(t.wake_us, 65 * second_us);
    t_core_pass_time(&t, 66 * second_us);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t_core_pass_time(&t, 165 * second_us);
    t_assert_i64(t.wake_us, 166 * second_us);
    uint32_t wakes = t_core_number(&t, BATCH_COMMAND_WAKE);
    t.now_us = 165 * second_us + 1;
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_TIME});
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_WAKE), wakes); /* nothing new to say */
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0);
    t_assert_i64(t.wake_us, 420 * second_us); /* 300 s after it was ready, when it seemed to stay idle */
    t_core_pass_time(&t, 420 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 0);
    t_assert_i64(t.wake_us, 480 * second_us); /* the first scaling cycle 300 s after its last job */
    t_core_pass_time(&t, 480 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 1);
    t_assert_i64(t.wake_us, INT64_MAX);
    t_core_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_agree_with_a_list_when_driven_at_random),
        cmocka_unit_test(cycle_is_armed_once_and_only_moves_forward),
        cmocka_unit_test(core_asks_to_be_woken_for_the_least_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
