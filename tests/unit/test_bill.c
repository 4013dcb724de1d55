/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The bill: worked examples to the nano-dollar, and parts that always add up.
 */
#include "cloud/bill.h"

#include "cloud/stream.h"
#include "tests/support/t_assert.h"

static const int64_t second_us = BATCH_US_PER_S;
static const int64_t hour_us = INT64_C(3600) * BATCH_US_PER_S;

/** An on-demand instance of 2 vCPU at 3.6 USD per hour: a milli-dollar per second. */
static struct cloud_usage plain(int64_t duration_us)
{
    return (struct cloud_usage){
        .price_usd_nano_per_h = 3600000000,
        .registered_us = 0,
        .ended_us = duration_us,
        .market = BATCH_MARKET_ON_DEMAND,
        .gone = BATCH_GONE_TERMINATED,
        .vcpu_milli = 2000,
    };
}

static cloud_u128 vcpu_us(uint64_t milli, int64_t duration_us)
{
    return (cloud_u128)milli * (uint64_t)duration_us;
}

static void amount_is_rounded_half_to_even_when_between_nano_dollars(void **state)
{
    (void)state;
    t_assert_i64(cloud_bill_amount_usd_nano(85000000, hour_us), 85000000);
    t_assert_i64(cloud_bill_amount_usd_nano(85000000, second_us), 23611);
    t_assert_i64(cloud_bill_amount_usd_nano(0, hour_us), 0);
    t_assert_i64(cloud_bill_amount_usd_nano(85000000, 0), 0);
    /* Halves: 1/2, 3/2, 5/2, 7/2 nano-dollars, and a microsecond's worth below and above. */
    t_assert_i64(cloud_bill_amount_usd_nano(1, hour_us / 2), 0);
    t_assert_i64(cloud_bill_amount_usd_nano(3, hour_us / 2), 2);
    t_assert_i64(cloud_bill_amount_usd_nano(5, hour_us / 2), 2);
    t_assert_i64(cloud_bill_amount_usd_nano(7, hour_us / 2), 4);
    t_assert_i64(cloud_bill_amount_usd_nano(1, hour_us / 2 + 1), 1);
    t_assert_i64(cloud_bill_amount_usd_nano(3, hour_us / 2 - 1), 1);
}

static void amount_is_exact_or_stops_when_huge(void **state)
{
    (void)state;
    /* 400 USD/h for 2^53 us. */
    t_assert_i64(cloud_bill_amount_usd_nano(INT64_C(400000000000), INT64_C(1) << 53), INT64_C(1000799917193443556));
    t_assert_i64(cloud_bill_amount_usd_nano(INT64_MAX, hour_us), INT64_MAX);
    t_assert_i64(cloud_bill_amount_usd_nano(INT64_MAX - 1, hour_us), INT64_MAX - 1);
    t_assert_i64(cloud_bill_amount_usd_nano(INT64_MAX, INT64_MAX), INT64_MAX);
}

static void charge_covers_started_seconds_when_longer_than_a_minute(void **state)
{
    (void)state;
    static const struct {
        int64_t used_us;
        int64_t billed_us;
    } cases[] = {
        {0, 60000000},        {1, 60000000},        {59999999, 60000000},     {60000000, 60000000},
        {60000001, 61000000}, {61000000, 61000000}, {3600000001, 3601000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cloud_usage usage = plain(cases[i].used_us);
        struct cloud_cost cost = cloud_bill_instance(&usage);
        t_assert_i64(cost.billed_us, cases[i].billed_us);
        t_assert_i64(cost.total_usd_nano, cases[i].billed_us);
        t_assert_i64(cost.idle_usd_nano, cases[i].billed_us);
    }
}

static void charge_is_nothing_only_when_ec2_interrupts_spot_in_its_first_hour(void **state)
{
    (void)state;
    static const struct {
        enum batch_market market;
        enum batch_gone gone;
        int64_t used_us;
        int64_t billed_us;
    } cases[] = {
        {BATCH_MARKET_SPOT, BATCH_GONE_INTERRUPTED, 0, 0},
        {BATCH_MARKET_SPOT, BATCH_GONE_INTERRUPTED, 3599999999, 0},
        {BATCH_MARKET_SPOT, BATCH_GONE_INTERRUPTED, 3600000000, 3600000000},
        {BATCH_MARKET_SPOT, BATCH_GONE_TERMINATED, 3599999999, 3600000000},
        {BATCH_MARKET_SPOT, BATCH_GONE_FAILED, 1000000, 60000000},
        {BATCH_MARKET_ON_DEMAND, BATCH_GONE_INTERRUPTED, 1000000, 60000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cloud_usage usage = plain(cases[i].used_us);
        usage.market = cases[i].market;
        usage.gone = cases[i].gone;
        usage.running_us = 5 * second_us;
        usage.registered_us = 5 * second_us;
        usage.ended_us += 5 * second_us;
        struct cloud_cost cost = cloud_bill_instance(&usage);
        t_assert_i64(cost.billed_us, cases[i].billed_us);
        t_assert_i64(cost.total_usd_nano, cases[i].billed_us);
        t_assert_i64(cost.useful_usd_nano + cost.lost_usd_nano + cost.boot_usd_nano + cost.idle_usd_nano,
                     cases[i].billed_us);
    }
}

/* 100 s on 2 vCPU: 25 s of boot; one vCPU useful for 50 s, both lost for 10 s; 0.10 USD in all. */
static void parts_follow_vcpu_time_when_worked_by_hand(void **state)
{
    (void)state;
    struct cloud_usage usage = plain(1100 * second_us);
    usage.running_us = 1000 * second_us;
    usage.registered_us = 1025 * second_us;
    usage.useful_vcpu_milli_us = vcpu_us(1000, 50 * second_us);
    usage.lost_vcpu_milli_us = vcpu_us(2000, 10 * second_us);
    struct cloud_cost cost = cloud_bill_instance(&usage);
    t_assert_i64(cost.total_usd_nano, 100000000);
    t_assert_i64(cost.useful_usd_nano, 25000000);
    t_assert_i64(cost.lost_usd_nano, 10000000);
    t_assert_i64(cost.boot_usd_nano, 25000000);
    t_assert_i64(cost.idle_usd_nano, 40000000);
}

/* 20 s used, 60 s charged: half of the actual time was boot, so half of the charge is. */
static void parts_share_the_minimum_by_actual_time_when_short(void **state)
{
    (void)state;
    struct cloud_usage usage = plain(20 * second_us);
    usage.registered_us = 10 * second_us;
    struct cloud_cost cost = cloud_bill_instance(&usage);
    t_assert_i64(cost.total_usd_nano, 60000000);
    t_assert_i64(cost.boot_usd_nano, 30000000);
    t_assert_i64(cost.idle_usd_nano, 30000000);
}

static void boot_takes_all_when_the_instance_never_registered(void **state)
{
    (void)state;
    static const int64_t durations_us[] = {0, 1, 70000000};
    for (size_t i = 0; i < sizeof durations_us / sizeof durations_us[0]; i++) {
        struct cloud_usage usage = plain(durations_us[i]);
        usage.registered_us = -1;
        struct cloud_cost cost = cloud_bill_instance(&usage);
        assert_true(cost.total_usd_nano > 0);
        t_assert_i64(cost.boot_usd_nano, cost.total_usd_nano);
    }
}

/* A total of 10 over thirds: floors 3, 3, 3; the one left goes to the earliest of equal remainders. */
static void largest_remainder_gets_the_odd_nano_dollar_when_split(void **state)
{
    (void)state;
    struct cloud_usage usage = plain(90 * second_us);
    usage.price_usd_nano_per_h = 400;
    usage.vcpu_milli = 1000;
    usage.registered_us = 30 * second_us;
    usage.useful_vcpu_milli_us = vcpu_us(1000, 30 * second_us);
    usage.lost_vcpu_milli_us = vcpu_us(1000, 30 * second_us);
    struct cloud_cost cost = cloud_bill_instance(&usage);
    t_assert_i64(cost.total_usd_nano, 10);
    t_assert_i64(cost.useful_usd_nano, 4);
    t_assert_i64(cost.lost_usd_nano, 3);
    t_assert_i64(cost.boot_usd_nano, 3);
    t_assert_i64(cost.idle_usd_nano, 0);

    /* Weights 29, 31, 30: exact shares 3.22, 3.44, 3.33. */
    usage.useful_vcpu_milli_us = vcpu_us(1000, 29 * second_us);
    usage.lost_vcpu_milli_us = vcpu_us(1000, 31 * second_us);
    cost = cloud_bill_instance(&usage);
    t_assert_i64(cost.useful_usd_nano, 3);
    t_assert_i64(cost.lost_usd_nano, 4);
    t_assert_i64(cost.boot_usd_nano, 3);
}

static uint64_t below(const struct cloud_stream *stream, uint64_t limit)
{
    return limit <= 1 ? 0 : gsl_rng_uniform_int(&stream->rng, limit);
}

/** Sizes of every magnitude, so that short and huge ones meet. */
static int64_t any_size(const struct cloud_stream *stream, unsigned bits)
{
    return (int64_t)below(stream, UINT64_C(1) << below(stream, bits + 1));
}

/** A share of @p all in 2^-20ths; at most all. */
static cloud_u128 some_of(const struct cloud_stream *stream, cloud_u128 all)
{
    return (all >> 20) * below(stream, (UINT64_C(1) << 20) + 1);
}

static struct cloud_usage random_usage(const struct cloud_stream *stream)
{
    struct cloud_usage usage = {
        .price_usd_nano_per_h = any_size(stream, 50),
        .running_us = any_size(stream, 53),
        .market = (enum batch_market)below(stream, 2),
        .gone = (enum batch_gone)below(stream, 3),
        .vcpu_milli = below(stream, UINT64_C(1) << below(stream, 33)),
    };
    int64_t duration_us = any_size(stream, 53);
    usage.ended_us = usage.running_us + duration_us;
    int64_t boot_us = (int64_t)below(stream, (uint64_t)duration_us + 1);
    usage.registered_us = below(stream, 8) == 0 ? -1 : usage.running_us + boot_us;
    cloud_u128 rest = usage.registered_us == -1 ? 0 : vcpu_us(usage.vcpu_milli, duration_us - boot_us);
    usage.useful_vcpu_milli_us = some_of(stream, rest);
    rest -= usage.useful_vcpu_milli_us;
    usage.lost_vcpu_milli_us = below(stream, 4) == 0 ? rest : some_of(stream, rest);
    return usage;
}

/** |part - total x weight / all| < 1, in long double where 128 bits would overflow. */
static void check_part(int64_t part, const struct cloud_cost *cost, cloud_u128 weight, cloud_u128 all)
{
    long double exact = (long double)cost->total_usd_nano * ((long double)weight / (long double)all);
    long double off = (long double)part - exact;
    long double slack = 1.0L + exact * 1e-17L;
    assert_true(off < slack && off > -slack);
}

static void parts_add_up_to_the_total_when_usage_is_anything(void **state)
{
    (void)state;
    uint64_t key = cloud_stream_key(1, "bill");
    unsigned priced = 0;
    for (uint64_t i = 0; i < 200000; i++) {
        struct cloud_stream stream;
        cloud_stream_open(&stream, key, i, 0);
        struct cloud_usage usage = random_usage(&stream);
        struct cloud_cost cost = cloud_bill_instance(&usage);
        assert_true(cost.useful_usd_nano >= 0 && cost.lost_usd_nano >= 0 && cost.boot_usd_nano >= 0 &&
                    cost.idle_usd_nano >= 0);
        t_assert_i64(cost.useful_usd_nano + cost.lost_usd_nano + cost.boot_usd_nano + cost.idle_usd_nano,
                     cost.total_usd_nano);
        t_assert_i64(cost.total_usd_nano, cloud_bill_amount_usd_nano(usage.price_usd_nano_per_h, cost.billed_us));

        cloud_u128 all = vcpu_us(usage.vcpu_milli, usage.ended_us - usage.running_us);
        if (all > 0) {
            int64_t boot_end_us = usage.registered_us == -1 ? usage.ended_us : usage.registered_us;
            cloud_u128 boot = vcpu_us(usage.vcpu_milli, boot_end_us - usage.running_us);
            check_part(cost.useful_usd_nano, &cost, usage.useful_vcpu_milli_us, all);
            check_part(cost.lost_usd_nano, &cost, usage.lost_vcpu_milli_us, all);
            check_part(cost.boot_usd_nano, &cost, boot, all);
            priced += cost.total_usd_nano > 0;
        }
    }
    assert_true(priced > 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amount_is_rounded_half_to_even_when_between_nano_dollars),
        cmocka_unit_test(amount_is_exact_or_stops_when_huge),
        cmocka_unit_test(charge_covers_started_seconds_when_longer_than_a_minute),
        cmocka_unit_test(charge_is_nothing_only_when_ec2_interrupts_spot_in_its_first_hour),
        cmocka_unit_test(parts_follow_vcpu_time_when_worked_by_hand),
        cmocka_unit_test(parts_share_the_minimum_by_actual_time_when_short),
        cmocka_unit_test(boot_takes_all_when_the_instance_never_registered),
        cmocka_unit_test(largest_remainder_gets_the_odd_nano_dollar_when_split),
        cmocka_unit_test(parts_add_up_to_the_total_when_usage_is_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
