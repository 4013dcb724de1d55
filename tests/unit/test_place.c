/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The placing pass: priorities, environments in order, spill-over, head of line, placement policies.
 */
#include "tests/support/t_core.h"

static const int64_t second_us = BATCH_US_PER_S;

/** One on-demand environment of instances of @p vcpus, none of them there yet. */
static void begin(struct t_core *t, uint32_t vcpus, uint32_t vcpu_max, const char *placement)
{
    t_core_begin(t, NULL, NULL);
    uint32_t pool = t_core_pool(t, BATCH_MARKET_ON_DEMAND, vcpus, 1000);
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", vcpu_max);
    environment.placement_policy = (uint32_t)batch_placement_policy_find(placement);
    (void)t_core_environment(t, environment, &pool, 1);
    (void)t_core_definition(t, 2, 0);
}

static uint64_t instance_of(const struct t_core *t, uint64_t job)
{
    const struct batch_command_job_changed *change = t_core_last_change(t, job);
    assert_non_null(change);
    assert_true(change->to == BATCH_JOB_STARTING);
    return change->instance;
}

static void facts_start_nothing_when_there_is_no_decide(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 4, 8, "best-fit");
    t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    uint64_t job = t_core_submit(&t, 0, 1);
    t_assert_u64(t_core_state(&t, job), BATCH_JOB_NONE);
    t_assert_i64(t.wake_us, t.now_us);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, job), BATCH_JOB_RUNNABLE);
    t_core_register(&t, 1, 4);
    t_assert_u64(t_core_state(&t, job), BATCH_JOB_RUNNABLE);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, job), BATCH_JOB_STARTING);
    t_core_end(&t);
}

static void higher_queue_goes_first_when_both_want_the_same_room(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 2, 2, "best-fit");
    uint32_t low = t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    uint32_t high = t_core_queue(&t, 10, (const uint32_t[]){0}, 1);
    uint64_t low_job = t_core_submit(&t, low, 2);
    t_core_settle(&t);
    uint64_t high_job = t_core_submit(&t, high, 2);
    t_core_register(&t, 1, 2);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, high_job), BATCH_JOB_STARTING);
    t_assert_u64(t_core_state(&t, low_job), BATCH_JOB_RUNNABLE);
    t_core_end(&t);
}

static void lower_queue_takes_what_is_free_when_the_higher_must_wait(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 4, 4, "best-fit");
    uint32_t low = t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    uint32_t high = t_core_queue(&t, 10, (const uint32_t[]){0}, 1);
    uint64_t first = t_core_submit(&t, high, 3);
    t_core_settle(&t);
    t_core_register(&t, 1, 4);
    t_core_settle(&t);
    uint64_t waiting = t_core_submit(&t, high, 2);
    uint64_t small = t_core_submit(&t, low, 1);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, first), BATCH_JOB_STARTING);
    t_assert_u64(t_core_state(&t, waiting), BATCH_JOB_RUNNABLE);
    t_assert_u64(t_core_state(&t, small), BATCH_JOB_STARTING);
    t_core_end(&t);
}

static void head_blocks_its_queue_when_it_does_not_fit(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 4, 4, "best-fit");
    t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    t_core_submit(&t, 0, 3);
    t_core_settle(&t);
    t_core_register(&t, 1, 4);
    t_core_settle(&t);
    uint64_t big = t_core_submit(&t, 0, 2);
    uint64_t small = t_core_submit(&t, 0, 1);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, small), BATCH_JOB_RUNNABLE);
    t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, big), BATCH_OK);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, small), BATCH_JOB_STARTING);
    t_core_end(&t);
}

static void jobs_go_in_order_of_submission_and_retried_ones_first(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 1, 1, "best-fit");
    t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    for (int i = 0; i < 3; i++) {
        t_core_submit(&t, 0, 1);
        t.now_us += second_us;
    }
    t_core_settle(&t);
    t_core_register(&t, 1, 1);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, 1), BATCH_JOB_STARTING);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 1);
    t_assert_u64(t_core_state(&t, 1), BATCH_JOB_RUNNABLE);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, 1), BATCH_JOB_STARTING);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 2, 0);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 2, 1);
    t_assert_u64(t_core_state(&t, 1), BATCH_JOB_FAILED);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, 2), BATCH_JOB_STARTING);
    t_assert_u64(t_core_state(&t, 3), BATCH_JOB_RUNNABLE);
    t_core_end(&t);
}

/** Two environments for one queue; the first of 4-vCPU instances with at most @p vcpu_max. */
static void begin_two(struct t_core *t, uint32_t vcpu_max, const char *first_strategy)
{
    t_core_begin(t, NULL, NULL);
    const uint32_t pools[2] = {t_core_pool(t, BATCH_MARKET_ON_DEMAND, 4, 1000),
                               t_core_pool(t, BATCH_MARKET_ON_DEMAND, 8, 9000)};
    const uint32_t dear = t_core_pool(t, BATCH_MARKET_ON_DEMAND, 4, 5000);
    (void)t_core_environment(t, t_core_environment_preset(first_strategy, vcpu_max), pools, 2);
    (void)t_core_environment(t, t_core_environment_preset("BEST_FIT_PROGRESSIVE", 100), &dear, 1);
    (void)t_core_queue(t, 1, (const uint32_t[]){0, 1}, 2);
    (void)t_core_definition(t, 1, 0);
}

static uint32_t launched_in(const struct t_core *t, uint32_t environment)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t_core_number(t, BATCH_COMMAND_LAUNCH_INSTANCE); i++) {
        count += t_core_command(t, BATCH_COMMAND_LAUNCH_INSTANCE, i)->as.launch.environment == environment;
    }
    return count;
}

static void first_environment_is_waited_for_when_it_can_still_grow(void **state)
{
    (void)state;
    struct t_core t;
    begin_two(&t, 8, "BEST_FIT_PROGRESSIVE");
    t_core_submit(&t, 0, 4);
    t_core_settle(&t);
    t_assert_u64(launched_in(&t, 0), 1);
    t_assert_u64(launched_in(&t, 1), 0);
    t_core_end(&t);
}

static void demand_spills_over_when_the_first_environment_is_full(void **state)
{
    (void)state;
    struct t_core t;
    begin_two(&t, 4, "BEST_FIT_PROGRESSIVE");
    uint64_t first = t_core_submit(&t, 0, 4);
    uint64_t second = t_core_submit(&t, 0, 4);
    t_core_settle(&t);
    t_assert_u64(launched_in(&t, 0), 1);
    t_assert_u64(launched_in(&t, 1), 1);
    t_core_register(&t, 2, 4);
    t_core_settle(&t);
    t_assert_u64(instance_of(&t, first), 2); /* model (b) waits only for what can still be launched */
    t_core_register(&t, 1, 4);
    t_core_settle(&t);
    t_assert_u64(instance_of(&t, second), 1);
    t_core_end(&t);
}

static void demand_spills_over_when_the_waiting_strategy_cannot_have_its_type(void **state)
{
    (void)state;
    struct t_core t;
    begin_two(&t, 40, "BEST_FIT");
    uint64_t job = t_core_submit(&t, 0, 4);
    t_core_settle(&t);
    t_assert_u64(launched_in(&t, 0), 1);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_LAUNCH_FAILED, 1), BATCH_OK);
    t_core_settle(&t);
    t_assert_u64(launched_in(&t, 0), 1); /* its other pool is open, but BEST_FIT waits */
    t_assert_u64(launched_in(&t, 1), 1);
    t_core_register(&t, 2, 4);
    t_core_settle(&t);
    t_assert_u64(instance_of(&t, job), 2);
    t_core_end(&t);
}

/** News of both pools of the first environment. */
static void tell_refusing(struct t_core *t, bool is_refusing)
{
    for (uint32_t pool = 0; pool < 2; pool++) {
        t_core_tell(t, (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED,
                                            .as.pool = {.pool = pool,
                                                        .type = pool,
                                                        .capacity = {4000 + pool * 4000, 8192 + pool * 8192, 0},
                                                        .is_refusing = is_refusing}});
    }
    t_core_settle(t);
}

static void head_spills_over_when_the_pools_it_waits_for_start_to_refuse(void **state)
{
    (void)state;
    struct t_core t;
    begin_two(&t, 40, "BEST_FIT_PROGRESSIVE");
    tell_refusing(&t, true);
    uint64_t first = t_core_submit(&t, 0, 1);
    t_core_settle(&t);
    t_assert_u64(launched_in(&t, 1), 1);
    t_core_register(&t, 1, 4);
    t_core_settle(&t);
    t_assert_u64(instance_of(&t, first), 1);
    tell_refusing(&t, false);
    uint64_t second = t_core_submit(&t, 0, 1);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, second), BATCH_JOB_RUNNABLE);
    t_assert_u64(launched_in(&t, 0), 1);
    tell_refusing(&t, true);
    t_assert_u64(instance_of(&t, second), 1);
    t_core_end(&t);
}

/** Three instances of 4 vCPUs: 1 with 2 free, 2 with 1 free, 3 with all free. Where does one vCPU go? */
static uint64_t placed_by(const char *placement)
{
    struct t_core t;
    begin(&t, 4, 12, placement);
    t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    for (int i = 0; i < 3; i++) {
        t_core_submit(&t, 0, 4);
    }
    t_core_settle(&t);
    for (uint64_t i = 1; i <= 3; i++) {
        t_core_register(&t, i, 4);
    }
    t_core_settle(&t);
    static const uint32_t sizes[3] = {0, 2, 3};
    for (uint64_t instance = 1; instance <= 2; instance++) {
        for (uint64_t job = 1; job <= 3; job++) {
            const struct batch_command_job_changed *change = t_core_last_change(&t, job);
            if (change->to == BATCH_JOB_STARTING && change->instance == instance) {
                t_core_attempt(&t, BATCH_EVENT_ATTEMPT_START_FAILED, change->attempt, 0);
                t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, job), BATCH_OK);
                break;
            }
        }
        t_core_submit(&t, 0, sizes[instance]);
        t_core_settle(&t);
    }
    for (uint64_t job = 1; job <= 3; job++) {
        const struct batch_command_job_changed *change = t_core_last_change(&t, job);
        if (change->to == BATCH_JOB_STARTING && change->instance == 3) {
            t_core_attempt(&t, BATCH_EVENT_ATTEMPT_START_FAILED, change->attempt, 0);
            t_assert_u64(t_core_stop(&t, BATCH_EVENT_JOB_CANCELLED, job), BATCH_OK);
            break;
        }
    }
    uint64_t probe = t_core_submit(&t, 0, 1);
    t_core_settle(&t);
    uint64_t instance = instance_of(&t, probe);
    t_core_end(&t);
    return instance;
}

static void placement_policies_choose_what_their_names_say(void **state)
{
    (void)state;
    t_assert_u64(placed_by("best-fit"), 2);
    t_assert_u64(placed_by("first-fit"), 1);
    t_assert_u64(placed_by("worst-fit"), 3);
    t_assert_u64(placed_by("spread"), 3);
}

static void best_fit_passes_over_instances_that_lack_memory_or_gpus(void **state)
{
    (void)state;
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    for (uint32_t i = 0; i < 2; i++) {
        t_core_tell(&t,
                    (struct batch_event){
                        .kind = BATCH_EVENT_POOL_CHANGED,
                        .as.pool = {.pool = i, .capacity = {4000, 4096U << i, i * 2}, .price_usd_nano_per_h = 1 + i}});
    }
    t.pools = 2;
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", 64);
    environment.vcpu_desired = 4;
    (void)t_core_environment(&t, environment, (const uint32_t[]){0, 1}, 2);
    (void)t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(&t, 1, 0);
    t_core_settle(&t);
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_RUNNING, .as.instance = {.instance = 1}});
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_REGISTERED,
                                         .as.instance = {.instance = 1, .registered = {4000, 4096, 0}}});
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED,
                                         .as.submission = {.resources = {1000, 100, 1}, .estimate_us = -1}});
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, 1), BATCH_JOB_RUNNABLE);
    t_assert_u64(t_core_command(&t, BATCH_COMMAND_LAUNCH_INSTANCE, 1)->as.launch.pool, 1);
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_RUNNING, .as.instance = {.instance = 2}});
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_REGISTERED,
                                         .as.instance = {.instance = 2, .registered = {4000, 8192, 2}}});
    t_core_settle(&t);
    t_assert_u64(instance_of(&t, 1), 2);
    t_core_end(&t);
}

static void misfit_blocks_with_a_notice_or_fails_as_configured(void **state)
{
    (void)state;
    for (int misfit = 0; misfit < 2; misfit++) {
        for (int case_number = 0; case_number < 2; case_number++) {
            struct t_core t;
            struct batch_configuration configuration = t_core_configuration();
            configuration.misfit = (enum batch_misfit)misfit;
            t_core_begin(&t, NULL, &configuration);
            uint32_t pool = t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 8, 1000);
            (void)t_core_environment(&t, t_core_environment_preset("BEST_FIT", 4), &pool, 1);
            (void)t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
            (void)t_core_definition(&t, 1, 0);
            uint64_t job = t_core_submit(&t, 0, case_number == 0 ? 9 : 6);
            t_core_settle(&t);
            enum batch_reason reason = case_number == 0 ? BATCH_REASON_RESOURCE_REQUIREMENT : BATCH_REASON_MAX_RESOURCE;
            t_assert_u64(t_core_state(&t, job), misfit == 0 ? BATCH_JOB_RUNNABLE : BATCH_JOB_FAILED);
            t_assert_u64(t_core_number(&t, BATCH_COMMAND_NOTICE), misfit == 0);
            t_assert_u64(misfit == 0 ? t_core_command(&t, BATCH_COMMAND_NOTICE, 0)->as.notice.reason
                                     : t_core_last_change(&t, job)->reason,
                         reason);
            t_assert_i64(t.wake_us, INT64_MAX);
            t_core_end(&t);
        }
    }
}

static void placing_waits_for_its_cycle_when_there_is_a_period(void **state)
{
    (void)state;
    struct t_core t;
    struct batch_configuration configuration = t_core_configuration();
    configuration.place_period_us = 5 * second_us;
    t_core_begin(&t, NULL, &configuration);
    uint32_t pool = t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 8, 1000);
    (void)t_core_environment(&t, t_core_environment_preset("BEST_FIT", 8), &pool, 1);
    (void)t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(&t, 1, 0);
    t.now_us = 12 * second_us + 1;
    uint64_t job = t_core_submit(&t, 0, 1);
    t_assert_i64(t.wake_us, 15 * second_us);
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    t_assert_u64(t_core_state(&t, job), BATCH_JOB_NONE);
    t_core_pass_time(&t, 15 * second_us);
    t_assert_u64(t_core_state(&t, job), BATCH_JOB_RUNNABLE);
    t_core_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_start_nothing_when_there_is_no_decide),
        cmocka_unit_test(higher_queue_goes_first_when_both_want_the_same_room),
        cmocka_unit_test(lower_queue_takes_what_is_free_when_the_higher_must_wait),
        cmocka_unit_test(head_blocks_its_queue_when_it_does_not_fit),
        cmocka_unit_test(jobs_go_in_order_of_submission_and_retried_ones_first),
        cmocka_unit_test(first_environment_is_waited_for_when_it_can_still_grow),
        cmocka_unit_test(demand_spills_over_when_the_first_environment_is_full),
        cmocka_unit_test(demand_spills_over_when_the_waiting_strategy_cannot_have_its_type),
        cmocka_unit_test(head_spills_over_when_the_pools_it_waits_for_start_to_refuse),
        cmocka_unit_test(placement_policies_choose_what_their_names_say),
        cmocka_unit_test(best_fit_passes_over_instances_that_lack_memory_or_gpus),
        cmocka_unit_test(misfit_blocks_with_a_notice_or_fails_as_configured),
        cmocka_unit_test(placing_waits_for_its_cycle_when_there_is_a_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
