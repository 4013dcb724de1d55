/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What an instance costs, in integer nano-dollars, and what it bought (reference 7.2).
 */
#ifndef BATCH_CLOUD_BILL_H
#define BATCH_CLOUD_BILL_H

#include "scheduler/types.h"

/** ISO C has no name for it; vCPU-thousandths x microseconds outgrow 64 bits. */
__extension__ typedef unsigned __int128 cloud_u128;

/** What the bill needs to know of an instance that is no more. */
struct cloud_usage {
    int64_t price_usd_nano_per_h; /**< >= 0 */
    int64_t running_us;           /**< When billing began; >= 0. */
    int64_t registered_us;        /**< When it could take work, from running_us to ended_us; -1: never. */
    int64_t ended_us;             /**< When billing ended, not before running_us. */
    enum batch_market market;
    enum batch_gone gone;
    uint64_t vcpu_milli; /**< At most UINT32_MAX. */
    /**
     * vCPU-thousandths x microseconds of containers that succeeded and of attempts that did not. With the
     * boot, at most vcpu_milli x (ended_us - running_us): anything else is a mistake of the program.
     */
    cloud_u128 useful_vcpu_milli_us;
    cloud_u128 lost_vcpu_milli_us;
};

struct cloud_cost {
    int64_t billed_us; /**< Whole seconds, at least 60 (0 when free). */
    int64_t total_usd_nano;
    /** The parts add up to the total exactly (largest remainders, ties to the earlier field). */
    int64_t useful_usd_nano;
    int64_t lost_usd_nano;
    int64_t boot_usd_nano; /**< From running to registered (or to the end). */
    int64_t idle_usd_nano; /**< All else, also containers starting and stopping. */
};

/**
 * The charge of one instance: started seconds, at least 60, x price, rounded half to even to a nano-dollar;
 * nothing when EC2 interrupted a Spot instance in its first hour. The parts share the total by vCPU-time from
 * running to ended, also where the minimum charges for longer; an instance that ended in the instant it ran
 * charges all of it to the phase it was in.
 */
struct cloud_cost cloud_bill_instance(const struct cloud_usage *usage);

/** @p price_usd_nano_per_h x @p duration_us, rounded half to even; neither is negative. Stops at INT64_MAX. */
int64_t cloud_bill_amount_usd_nano(int64_t price_usd_nano_per_h, int64_t duration_us);

#endif
