/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The scaling pass: bounds, overshoot, strategies, failures, scale-in, demand covered by what is on its way.
 */
#include "tests/support/t_core.h"

static const int64_t second_us = BATCH_US_PER_S;

/** One environment of @p strategy with pools of the given vCPUs at 1000 nano-dollars per vCPU, one queue. */
static void begin(struct t_core *t, const char *strategy, enum batch_market market, uint32_t vcpu_max,
                  const uint32_t *vcpus, uint32_t count)
{
    uint32_t pools[4];
    t_core_begin(t, NULL, NULL);
    for (uint32_t i = 0; i < count; i++) {
        pools[i] = t_core_pool(t, market, vcpus[i], INT64_C(1000) * vcpus[i]);
    }
    (void)t_core_environment(t, t_core_environment_preset(strategy, vcpu_max), pools, count);
    (void)t_core_queue(t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(t, 3, 0);
}

static uint32_t launches(const struct t_core *t)
{
    return t_core_number(t, BATCH_COMMAND_LAUNCH_INSTANCE);
}

static uint32_t launched_pool(const struct t_core *t, uint32_t nth)
{
    return t_core_command(t, BATCH_COMMAND_LAUNCH_INSTANCE, nth)->as.launch.pool;
}

static void submit_many(struct t_core *t, uint32_t count, uint32_t vcpus)
{
    for (uint32_t i = 0; i < count; i++) {
        t_core_submit(t, 0, vcpus);
    }
    t_core_settle(t);
}

/** An environment without a queue's demand: @p least and @p desired vCPUs from pools of 4. */
static uint32_t launches_for_bounds(uint32_t least, uint32_t desired)
{
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    uint32_t pool = t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 4, 1000);
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", 32);
    environment.vcpu_min = least;
    environment.vcpu_desired = desired;
    (void)t_core_environment(&t, environment, &pool, 1);
    t_core_settle(&t);
    uint32_t count = launches(&t);
    t_core_end(&t);
    return count;
}

static void environment_launches_min_and_desired_when_there_are_no_jobs(void **state)
{
    (void)state;
    t_assert_u64(launches_for_bounds(0, 0), 0);
    t_assert_u64(launches_for_bounds(4, 0), 1);
    t_assert_u64(launches_for_bounds(5, 5), 2);
    t_assert_u64(launches_for_bounds(4, 12), 3);
}

static void environment_overshoots_by_one_instance_at_most(void **state)
{
    (void)state;
    static const struct {
        const char *strategy;
        enum batch_market market;
        uint32_t launches;
    } cases[] = {
        {"BEST_FIT", BATCH_MARKET_ON_DEMAND, 2},
        {"BEST_FIT", BATCH_MARKET_SPOT, 3},
        {"BEST_FIT_PROGRESSIVE", BATCH_MARKET_ON_DEMAND, 3},
        {"BEST_FIT_PROGRESSIVE", BATCH_MARKET_SPOT, 3},
        {"SPOT_CAPACITY_OPTIMIZED", BATCH_MARKET_SPOT, 3},
        {"SPOT_PRICE_CAPACITY_OPTIMIZED", BATCH_MARKET_SPOT, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct t_core t;
        begin(&t, cases[i].strategy, cases[i].market, 10, (const uint32_t[]){4}, 1);
        submit_many(&t, 20, 4);
        t_assert_u64(launches(&t), cases[i].launches);
        t_assert_u64(batch_core_count(t.core).instance_vcpus, cases[i].launches * UINT64_C(4));
        t_core_end(&t);
    }
}

static void best_fit_waits_for_its_type_when_a_launch_fails(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, "BEST_FIT", BATCH_MARKET_ON_DEMAND, 32, (const uint32_t[]){4, 8}, 2);
    submit_many(&t, 1, 4);
    t_assert_u64(launched_pool(&t, 0), 0);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_LAUNCH_FAILED, 1), BATCH_OK);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 1);
    t_assert_i64(t.wake_us, 60 * second_us);
    t_core_pass_time(&t, 60 * second_us);
    t_assert_u64(launches(&t), 2);
    t_assert_u64(launched_pool(&t, 1), 0);
    t_core_end(&t);
}

static void progressive_moves_on_when_a_launch_fails(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, "BEST_FIT_PROGRESSIVE", BATCH_MARKET_ON_DEMAND, 32, (const uint32_t[]){4, 8}, 2);
    submit_many(&t, 1, 4);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_LAUNCH_FAILED, 1), BATCH_OK);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 2);
    t_assert_u64(launched_pool(&t, 1), 1);
    t_core_end(&t);
}

static void spot_is_not_bought_above_the_bid(void **state)
{
    (void)state;
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    struct batch_event news = {.kind = BATCH_EVENT_POOL_CHANGED,
                               .as.pool = {.market = BATCH_MARKET_SPOT,
                                           .capacity = {4000, 8192, 0},
                                           .price_usd_nano_per_h = 61,
                                           .on_demand_usd_nano_per_h = 100,
                                           .capacity_score = 1}};
    t_core_tell(&t, news);
    t.markets[0] = BATCH_MARKET_SPOT;
    struct batch_environment_created environment = t_core_environment_preset("SPOT_CAPACITY_OPTIMIZED", 32);
    environment.bid_percentage = 60;
    (void)t_core_environment(&t, environment, (const uint32_t[]){0}, 1);
    (void)t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(&t, 1, 0);
    submit_many(&t, 1, 1);
    t_assert_u64(launches(&t), 0);
    news.as.pool.price_usd_nano_per_h = 60;
    t_core_tell(&t, news);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 1);
    t_core_end(&t);
}

static void minimum_is_kept_when_launches_fail_and_nobody_waits(void **state)
{
    (void)state;
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    uint32_t pool = t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 4, 1000);
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", 32);
    environment.vcpu_min = 4;
    (void)t_core_environment(&t, environment, &pool, 1);
    t_core_settle(&t);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_LAUNCH_FAILED, 1), BATCH_OK);
    t_core_pass_time(&t, 59 * second_us);
    t_assert_u64(launches(&t), 1);
    t_core_pass_time(&t, 60 * second_us);
    t_assert_u64(launches(&t), 2);
    t_core_end(&t);
}

static void minimum_is_kept_when_a_pool_stops_refusing(void **state)
{
    (void)state;
    struct t_core t;
    struct batch_event news = {.kind = BATCH_EVENT_POOL_CHANGED,
                               .as.pool = {.capacity = {4000, 8192, 0}, .is_refusing = true}};
    t_core_begin(&t, NULL, NULL);
    t_core_tell(&t, news);
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", 32);
    environment.vcpu_min = 4;
    (void)t_core_environment(&t, environment, (const uint32_t[]){0}, 1);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 0);
    news.as.pool.is_refusing = false;
    t_core_tell(&t, news);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 1);
    t_core_end(&t);
}

static void minimum_is_kept_when_an_instance_is_lost(void **state)
{
    (void)state;
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    uint32_t pool = t_core_pool(&t, BATCH_MARKET_SPOT, 4, 1000);
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", 32);
    environment.vcpu_min = 4;
    (void)t_core_environment(&t, environment, &pool, 1);
    t_core_settle(&t);
    t_core_register(&t, 1, 4);
    t_core_pass_time(&t, 10000 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 0);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_GONE, 1), BATCH_OK);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 2);
    t_core_end(&t);
}

static void idle_instances_go_after_the_delay_oldest_first_down_to_min(void **state)
{
    (void)state;
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    uint32_t pool = t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 4, 1000);
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", 32);
    environment.vcpu_min = 3;
    environment.vcpu_desired = 12;
    (void)t_core_environment(&t, environment, &pool, 1);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 3);
    for (uint64_t i = 1; i <= 3; i++) {
        t.now_us = (int64_t)i * 10 * second_us;
        t_core_register(&t, 4 - i, 4); /* 3 is the oldest */
    }
    t_core_pass_time(&t, 310 * second_us - 1);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 0);
    t_core_pass_time(&t, 310 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 1);
    t_assert_u64(t_core_command(&t, BATCH_COMMAND_TERMINATE_INSTANCE, 0)->as.terminate.instance, 3);
    t_core_pass_time(&t, 320 * second_us);
    t_assert_u64(t_core_command(&t, BATCH_COMMAND_TERMINATE_INSTANCE, 1)->as.terminate.instance, 2);
    t_core_pass_time(&t, 100000 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 2);
    t_assert_u64(batch_core_count(t.core).instance_vcpus, 4);
    t_core_end(&t);
}

static void idle_time_begins_anew_when_a_job_has_run(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, "BEST_FIT_PROGRESSIVE", BATCH_MARKET_ON_DEMAND, 4, (const uint32_t[]){4}, 1);
    submit_many(&t, 1, 1);
    t_core_register(&t, 1, 4);
    t_core_settle(&t);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t_core_pass_time(&t, 1000 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 0);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0);
    t_core_pass_time(&t, 1299 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 0);
    t_core_pass_time(&t, 1300 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 1);
    t_core_end(&t);
}

static void idle_instances_stay_for_ever_when_the_delay_has_no_end(void **state)
{
    (void)state;
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    uint32_t pool = t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 4, 1000);
    struct batch_environment_created environment = t_core_environment_preset("BEST_FIT_PROGRESSIVE", 32);
    environment.vcpu_desired = 8;
    environment.scale_in_delay_us = INT64_MAX;
    (void)t_core_environment(&t, environment, &pool, 1);
    (void)t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(&t, 1, 0);
    t_core_settle(&t);
    t.now_us = 5;
    t_core_register(&t, 1, 4);
    t_core_register(&t, 2, 4);
    submit_many(&t, 20, 4); /* a scaling pass with idle instances about */
    t.now_us = 7;
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 0);
    t_core_end(&t);
}

static void demand_is_packed_and_counts_what_is_on_its_way(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, "BEST_FIT_PROGRESSIVE", BATCH_MARKET_ON_DEMAND, 64, (const uint32_t[]){8}, 1);
    submit_many(&t, 3, 2);
    t_assert_u64(launches(&t), 1);
    submit_many(&t, 1, 2);
    t_assert_u64(launches(&t), 1);
    submit_many(&t, 1, 3);
    t_assert_u64(launches(&t), 2); /* 8 - 3 leaves room for two of 2, the rest need another */
    submit_many(&t, 2, 1);
    t_assert_u64(launches(&t), 2);
    for (int i = 0; i < 5; i++) {
        t.now_us += 60 * second_us;
        t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    }
    t_assert_u64(launches(&t), 2);
    t_core_register(&t, 1, 8);
    t_core_register(&t, 2, 8);
    t_core_settle(&t);
    t_assert_u64(batch_core_count(t.core).runnable, 0);
    t_core_end(&t);
}

static void blocked_head_gets_an_instance_when_only_crumbs_are_free(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, "BEST_FIT_PROGRESSIVE", BATCH_MARKET_ON_DEMAND, 64, (const uint32_t[]){4}, 1);
    submit_many(&t, 3, 3);
    for (uint64_t i = 1; i <= 3; i++) {
        t_core_register(&t, i, 4);
    }
    t_core_settle(&t);
    t_assert_u64(batch_core_count(t.core).starting, 3);
    submit_many(&t, 1, 2); /* 3 vCPUs are free, on three instances */
    t_assert_u64(launches(&t), 4);
    submit_many(&t, 1, 2);
    t_assert_u64(launches(&t), 4);
    t_core_end(&t);
}

static void classes_do_not_count_on_the_same_room_when_one_pass_serves_both(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, "BEST_FIT_PROGRESSIVE", BATCH_MARKET_ON_DEMAND, 64, (const uint32_t[]){8}, 1);
    for (int i = 0; i < 3; i++) {
        t_core_submit(&t, 0, 2);
    }
    submit_many(&t, 1, 3);
    t_assert_u64(launches(&t), 2);
    t_core_end(&t);
}

static void later_head_gets_an_instance_when_crumbs_were_counted_for_it(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, "BEST_FIT_PROGRESSIVE", BATCH_MARKET_ON_DEMAND, 64, (const uint32_t[]){4}, 1);
    submit_many(&t, 2, 3);
    submit_many(&t, 1, 2);
    for (uint64_t i = 1; i <= 3; i++) {
        t_core_register(&t, i, 4);
    }
    t_core_settle(&t);
    t_core_submit(&t, 0, 4);
    submit_many(&t, 2, 2); /* 1 + 1 + 2 vCPUs are free: enough for two in sum, for one in truth */
    t_assert_u64(launches(&t), 4);
    t_core_register(&t, 4, 4);
    t_core_settle(&t);
    t_assert_u64(batch_core_count(t.core).runnable, 1);
    t_assert_u64(launches(&t), 5);
    t_core_end(&t);
}

static void demand_is_looked_at_again_when_an_incoming_instance_is_lost(void **state)
{
    (void)state;
    static const enum batch_event_kind kinds[] = {BATCH_EVENT_INSTANCE_NOTICE, BATCH_EVENT_INSTANCE_GONE};
    for (int i = 0; i < 2; i++) {
        struct t_core t;
        begin(&t, "BEST_FIT_PROGRESSIVE", BATCH_MARKET_SPOT, 64, (const uint32_t[]){4}, 1);
        submit_many(&t, 1, 4);
        t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_RUNNING, 1), BATCH_OK);
        t_assert_u64(t_core_try_instance(&t, kinds[i], 1), BATCH_OK);
        t_core_settle(&t);
        t_assert_u64(launches(&t), 2);
        t_core_end(&t);
    }
}

static void lower_queue_grows_elsewhere_when_the_higher_takes_what_is_coming(void **state)
{
    (void)state;
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    const uint32_t pools[2] = {t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 4, 1000),
                               t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 4, 2000)};
    (void)t_core_environment(&t, t_core_environment_preset("BEST_FIT", 4), &pools[0], 1);
    (void)t_core_environment(&t, t_core_environment_preset("BEST_FIT", 40), &pools[1], 1);
    uint32_t high = t_core_queue(&t, 9, (const uint32_t[]){0}, 1);
    uint32_t low = t_core_queue(&t, 1, (const uint32_t[]){0, 1}, 2);
    (void)t_core_definition(&t, 1, 0);
    uint64_t first = t_core_submit(&t, high, 4);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 1);
    uint64_t second = t_core_submit(&t, low, 4);
    t_core_settle(&t);
    t_assert_u64(launches(&t), 2);
    t_core_register(&t, 1, 4);
    t_core_register(&t, 2, 4);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, first), BATCH_JOB_STARTING);
    t_assert_u64(t_core_state(&t, second), BATCH_JOB_STARTING);
    t_core_end(&t);
}

static void strategies_choose_what_their_names_say(void **state)
{
    (void)state;
    static const struct {
        const char *strategy;
        uint32_t jobs, pool;
    } cases[] = {
        {"BEST_FIT", 1, 0},                      /* one small instance is the least money */
        {"BEST_FIT", 8, 2},                      /* 9 + 9 beats 8 x 4 and 2 x 10 */
        {"BEST_FIT_PROGRESSIVE", 1, 2},          /* least per vCPU */
        {"SPOT_CAPACITY_OPTIMIZED", 1, 1},       /* highest score */
        {"SPOT_PRICE_CAPACITY_OPTIMIZED", 1, 1}, /* the cheaper pools are below 70 % of the best score */
    };
    static const uint32_t vcpus[3] = {1, 4, 4};
    static const int64_t prices[3] = {4, 10, 9};
    static const uint32_t scores[3] = {100, 1000, 600};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct t_core t;
        t_core_begin(&t, NULL, NULL);
        for (uint32_t k = 0; k < 3; k++) {
            t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED,
                                                 .as.pool = {.pool = k,
                                                             .market = BATCH_MARKET_SPOT,
                                                             .capacity = {vcpus[k] * 1000, vcpus[k] * 2048, 0},
                                                             .price_usd_nano_per_h = prices[k],
                                                             .on_demand_usd_nano_per_h = 100,
                                                             .capacity_score = scores[k]}});
            t.markets[k] = BATCH_MARKET_SPOT;
        }
        (void)t_core_environment(&t, t_core_environment_preset(cases[i].strategy, 64), (const uint32_t[]){0, 1, 2}, 3);
        (void)t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
        (void)t_core_definition(&t, 1, 0);
        submit_many(&t, cases[i].jobs, 1);
        t_assert_u64(launched_pool(&t, 0), cases[i].pool);
        t_core_end(&t);
    }
}

static void absurd_prices_and_sizes_do_no_harm(void **state)
{
    (void)state;
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_POOL_CHANGED,
                                         .as.pool = {.market = BATCH_MARKET_SPOT,
                                                     .capacity = {1000000999, UINT32_MAX, UINT32_MAX},
                                                     .price_usd_nano_per_h = INT64_C(1000000000000000),
                                                     .on_demand_usd_nano_per_h = INT64_C(1000000000000000),
                                                     .capacity_score = 1000}});
    t.markets[0] = BATCH_MARKET_SPOT;
    (void)t_core_environment(&t, t_core_environment_preset("BEST_FIT", 1000000), (const uint32_t[]){0}, 1);
    (void)t_core_queue(&t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(&t, 1, 0);
    t.now_us = INT64_MAX - 3;
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_JOB_SUBMITTED,
                                         .as.submission = {.resources = {1000000000, UINT32_MAX, UINT32_MAX},
                                                           .estimate_us = INT64_MAX}});
    t_core_settle(&t);
    t_assert_u64(launches(&t), 1);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_LAUNCH_FAILED, 1), BATCH_OK);
    t_core_settle(&t);
    t.now_us = INT64_MAX;
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_TIME});
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_DECIDE});
    t_core_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environment_launches_min_and_desired_when_there_are_no_jobs),
        cmocka_unit_test(environment_overshoots_by_one_instance_at_most),
        cmocka_unit_test(best_fit_waits_for_its_type_when_a_launch_fails),
        cmocka_unit_test(progressive_moves_on_when_a_launch_fails),
        cmocka_unit_test(spot_is_not_bought_above_the_bid),
        cmocka_unit_test(minimum_is_kept_when_launches_fail_and_nobody_waits),
        cmocka_unit_test(minimum_is_kept_when_a_pool_stops_refusing),
        cmocka_unit_test(minimum_is_kept_when_an_instance_is_lost),
        cmocka_unit_test(idle_instances_go_after_the_delay_oldest_first_down_to_min),
        cmocka_unit_test(idle_time_begins_anew_when_a_job_has_run),
        cmocka_unit_test(idle_instances_stay_for_ever_when_the_delay_has_no_end),
        cmocka_unit_test(demand_is_packed_and_counts_what_is_on_its_way),
        cmocka_unit_test(blocked_head_gets_an_instance_when_only_crumbs_are_free),
        cmocka_unit_test(classes_do_not_count_on_the_same_room_when_one_pass_serves_both),
        cmocka_unit_test(later_head_gets_an_instance_when_crumbs_were_counted_for_it),
        cmocka_unit_test(demand_is_looked_at_again_when_an_incoming_instance_is_lost),
        cmocka_unit_test(lower_queue_grows_elsewhere_when_the_higher_takes_what_is_coming),
        cmocka_unit_test(strategies_choose_what_their_names_say),
        cmocka_unit_test(absurd_prices_and_sizes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
