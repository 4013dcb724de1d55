/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The exact bill: 128-bit integers throughout, and parts that add up to the total.
 */
#include "cloud/bill.h"

#include "scheduler/host.h"

static const int64_t us_per_h = INT64_C(3600) * BATCH_US_PER_S;
static const int64_t billed_us_min = INT64_C(60) * BATCH_US_PER_S;

enum { PART_USEFUL, PART_LOST, PART_BOOT, PART_IDLE, PART_COUNT };

int64_t cloud_bill_amount_usd_nano(int64_t price_usd_nano_per_h, int64_t duration_us)
{
    BATCH_ASSERT(NULL, price_usd_nano_per_h >= 0 && duration_us >= 0);
    cloud_u128 product = (cloud_u128)price_usd_nano_per_h * (cloud_u128)duration_us;
    cloud_u128 hour = (cloud_u128)us_per_h;
    cloud_u128 amount = product / hour;
    cloud_u128 twice_rest = 2 * (product % hour);
    bool is_odd = amount % 2 == 1;
    amount += twice_rest > hour || (twice_rest == hour && is_odd);
    return amount < INT64_MAX ? (int64_t)amount : INT64_MAX;
}

static int64_t billed_us(const struct cloud_usage *usage)
{
    int64_t used_us = usage->ended_us - usage->running_us;
    if (usage->market == BATCH_MARKET_SPOT && usage->gone == BATCH_GONE_INTERRUPTED && used_us < us_per_h) {
        return 0;
    }

    int64_t seconds = used_us / BATCH_US_PER_S + (used_us % BATCH_US_PER_S != 0);
    int64_t whole_us = seconds * BATCH_US_PER_S;
    return whole_us > billed_us_min ? whole_us : billed_us_min;
}

/**
 * floor(total x weight / all), and what is left over. Long division in two 32-bit digits of the total, so that
 * nothing overflows while all < 2^95.
 */
static int64_t share_floor(int64_t total, cloud_u128 weight, cloud_u128 all, cloud_u128 *rest)
{
    cloud_u128 high = (cloud_u128)((uint64_t)total >> 32) * weight;
    cloud_u128 quotient = high / all;
    cloud_u128 low = ((high - quotient * all) << 32) + (cloud_u128)((uint64_t)total & UINT32_MAX) * weight;
    cloud_u128 digit = low / all;
    *rest = low - digit * all;
    return (int64_t)((quotient << 32) + digit);
}

/** Largest remainders: the parts' sum is @p total; ties go to the earlier part. @p all is the weights' sum, not 0. */
static void split(int64_t total, const cloud_u128 weights[PART_COUNT], cloud_u128 all, int64_t parts[PART_COUNT])
{
    cloud_u128 rests[PART_COUNT];
    int64_t missing = total;
    for (int i = 0; i < PART_COUNT; i++) {
        parts[i] = share_floor(total, weights[i], all, &rests[i]);
        missing -= parts[i];
    }

    for (; missing > 0; missing--) {
        int best = 0;
        for (int i = 1; i < PART_COUNT; i++) {
            best = rests[i] > rests[best] ? i : best;
        }
        BATCH_ASSERT(NULL, rests[best] > 0);
        parts[best]++;
        rests[best] = 0;
    }
}

static cloud_u128 vcpu_time(const struct cloud_usage *usage, int64_t until_us)
{
    uint64_t duration_us = (uint64_t)(until_us - usage->running_us);
    return (cloud_u128)usage->vcpu_milli * duration_us;
}

static void check_usage(const struct cloud_usage *usage)
{
    BATCH_ASSERT(NULL, usage->price_usd_nano_per_h >= 0);
    BATCH_ASSERT(NULL, usage->running_us >= 0 && usage->ended_us >= usage->running_us);
    BATCH_ASSERT(NULL, usage->registered_us == -1 ||
                           (usage->registered_us >= usage->running_us && usage->registered_us <= usage->ended_us));
    BATCH_ASSERT(NULL, usage->vcpu_milli <= UINT32_MAX);
}

struct cloud_cost cloud_bill_instance(const struct cloud_usage *usage)
{
    check_usage(usage);
    bool is_registered = usage->registered_us != -1;
    cloud_u128 all = vcpu_time(usage, usage->ended_us);
    cloud_u128 boot = vcpu_time(usage, is_registered ? usage->registered_us : usage->ended_us);
    BATCH_ASSERT(NULL, boot <= all && usage->useful_vcpu_milli_us <= all - boot);
    cloud_u128 used = boot + usage->useful_vcpu_milli_us;
    BATCH_ASSERT(NULL, usage->lost_vcpu_milli_us <= all - used);
    used += usage->lost_vcpu_milli_us;

    struct cloud_cost cost = {.billed_us = billed_us(usage)};
    cost.total_usd_nano = cloud_bill_amount_usd_nano(usage->price_usd_nano_per_h, cost.billed_us);
    int64_t parts[PART_COUNT] = {0};
    if (all == 0) {
        /* No time passed, yet the minimum is charged: it bought the phase the instance ended in. */
        parts[is_registered ? PART_IDLE : PART_BOOT] = cost.total_usd_nano;
    } else {
        const cloud_u128 weights[PART_COUNT] = {
            [PART_USEFUL] = usage->useful_vcpu_milli_us,
            [PART_LOST] = usage->lost_vcpu_milli_us,
            [PART_BOOT] = boot,
            [PART_IDLE] = all - used,
        };
        split(cost.total_usd_nano, weights, all, parts);
    }
    cost.useful_usd_nano = parts[PART_USEFUL];
    cost.lost_usd_nano = parts[PART_LOST];
    cost.boot_usd_nano = parts[PART_BOOT];
    cost.idle_usd_nano = parts[PART_IDLE];
    return cost;
}
