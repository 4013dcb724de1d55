/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Instances: from launch to bill. The world says an instance is gone before the scheduler ends the attempts that
 * were on it, so an instance is billed when both have happened.
 */
#include "harness/recorder_internal.h"

#include "cloud/bill.h"
#include "harness/host.h"
#include "scheduler/host.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 64 };

static bool grow_instances(struct harness_recorder *recorder)
{
    uint32_t old_capacity = recorder->instance_capacity;
    uint32_t capacity = old_capacity == 0 ? CAPACITY_FIRST : 2 * old_capacity;
    struct recorder_instance *instances = realloc(recorder->instances, capacity * sizeof *instances);
    if (instances == NULL) {
        return false;
    }
    recorder->instances = instances;
    uint32_t *free_slots = realloc(recorder->free_slots, capacity * sizeof *free_slots);
    if (free_slots == NULL) {
        return false;
    }
    recorder->free_slots = free_slots;
    memset(instances + old_capacity, 0, (capacity - old_capacity) * sizeof *instances);
    for (uint32_t slot = capacity; slot > old_capacity; slot--) {
        free_slots[recorder->free_count++] = slot - 1;
    }
    recorder->instance_capacity = capacity;
    return true;
}

enum batch_rc harness_recorder_launch(struct harness_recorder *recorder, const struct batch_command *command,
                                      struct batch_error *error)
{
    const struct batch_command_launch *launch = &command->as.launch;
    BATCH_ASSERT(NULL, launch->pool < recorder->assembly->pool_count);
    BATCH_ASSERT(NULL, launch->environment < recorder->environment_count);
    const struct batch_host host = harness_host();
    bool has_room = recorder->free_count > 0 || grow_instances(recorder);
    if (!has_room || batch_index_reserve(&host, &recorder->map, NULL) != BATCH_OK) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory to record an instance");
    }
    uint32_t slot = recorder->free_slots[--recorder->free_count];
    batch_index_put(&recorder->map, launch->instance, slot);
    const struct harness_pool_row *pool = &recorder->pools[launch->pool];
    recorder->instances[slot] = (struct recorder_instance){
        .instance = launch->instance,
        .row =
            {
                .instance = launch->instance,
                .pool = launch->pool,
                .environment = (uint16_t)launch->environment,
                .outcome = HARNESS_INSTANCE_OPEN,
                .vcpu_milli = pool->vcpu_milli,
                .mib = pool->mib,
                .launched_us = command->time_us,
                .running_us = HARNESS_ROW_NONE,
                .registered_us = HARNESS_ROW_NONE,
                .noticed_us = HARNESS_ROW_NONE,
                .ended_us = HARNESS_ROW_NONE,
            },
    };
    return BATCH_OK;
}

struct recorder_instance *harness_recorder_find_instance(struct harness_recorder *recorder, uint64_t instance)
{
    uint32_t slot = batch_index_get(&recorder->map, instance);
    BATCH_ASSERT(NULL, slot != BATCH_NO_SLOT);
    return &recorder->instances[slot];
}

/** What the running instances have and cost grows by this instance, or shrinks by it. */
static void count_running(struct harness_recorder *recorder, const struct harness_instance_row *row, bool is_start)
{
    const struct harness_pool_row *pool = &recorder->pools[row->pool];
    uint64_t *by_market =
        pool->market == BATCH_MARKET_SPOT ? &recorder->state.spot_vcpu_milli : &recorder->state.on_demand_vcpu_milli;
    int64_t price = pool->price_usd_nano_per_h;
    if (is_start) {
        *by_market += row->vcpu_milli;
        recorder->instance_vcpu_milli += row->vcpu_milli;
    } else {
        *by_market -= row->vcpu_milli;
        recorder->instance_vcpu_milli -= row->vcpu_milli;
    }
    harness_series_charge(&recorder->series, is_start ? price : -price, recorder->now_us);
}

static struct cloud_cost bill(const struct harness_recorder *recorder, const struct recorder_instance *instance)
{
    const struct harness_instance_row *row = &instance->row;
    const struct harness_pool_row *pool = &recorder->pools[row->pool];
    struct cloud_usage usage = {
        .price_usd_nano_per_h = pool->price_usd_nano_per_h,
        .running_us = row->running_us,
        .registered_us = row->registered_us,
        .ended_us = row->ended_us,
        .market = (enum batch_market)pool->market,
        .gone = row->outcome == HARNESS_INSTANCE_OPEN ? BATCH_GONE_TERMINATED : (enum batch_gone)row->outcome,
        .vcpu_milli = row->vcpu_milli,
        .useful_vcpu_milli_us = instance->useful_vcpu_milli_us,
        .lost_vcpu_milli_us = instance->lost_vcpu_milli_us,
    };
    struct cloud_cost cost = cloud_bill_instance(&usage);
    BATCH_ASSERT(NULL, cost.useful_usd_nano + cost.lost_usd_nano + cost.boot_usd_nano + cost.idle_usd_nano ==
                           cost.total_usd_nano);
    return cost;
}

/** On-Demand has no free hour: what EC2 gave away is taken at its seconds there. */
static int64_t on_demand_us(const struct harness_instance_row *row)
{
    enum { BILLED_US_MIN = 60 * BATCH_US_PER_S };
    if (row->billed_us > 0) {
        return row->billed_us;
    }
    int64_t used_us = row->ended_us - row->running_us;
    int64_t seconds = used_us / BATCH_US_PER_S + (used_us % BATCH_US_PER_S != 0);
    return seconds * BATCH_US_PER_S > BILLED_US_MIN ? seconds * BATCH_US_PER_S : BILLED_US_MIN;
}

static void add_cost(struct harness_recorder *recorder, struct harness_instance_row *row, const struct cloud_cost *cost)
{
    const struct harness_pool_row *pool = &recorder->pools[row->pool];
    struct recorder_group *group = &recorder->environments[row->environment];
    struct harness_costs *costs = &group->costs;
    bool is_spot = pool->market == BATCH_MARKET_SPOT;
    row->billed_us = cost->billed_us;
    row->total_usd_nano = cost->total_usd_nano;
    row->useful_usd_nano = cost->useful_usd_nano;
    row->lost_usd_nano = cost->lost_usd_nano;
    row->boot_usd_nano = cost->boot_usd_nano;
    row->idle_usd_nano = cost->idle_usd_nano;
    row->at_on_demand_usd_nano = cloud_bill_amount_usd_nano(pool->on_demand_usd_nano_per_h, on_demand_us(row));
    costs->instances++;
    costs->interruptions += row->outcome == HARNESS_INSTANCE_INTERRUPTED;
    costs->total_usd_nano += cost->total_usd_nano;
    costs->spot_usd_nano += is_spot ? cost->total_usd_nano : 0;
    costs->on_demand_usd_nano += is_spot ? 0 : cost->total_usd_nano;
    costs->useful_usd_nano += cost->useful_usd_nano;
    costs->lost_usd_nano += cost->lost_usd_nano;
    costs->boot_usd_nano += cost->boot_usd_nano;
    costs->idle_usd_nano += cost->idle_usd_nano;
    costs->at_on_demand_usd_nano += row->at_on_demand_usd_nano;
    group->category_usd_nano[HARNESS_BILL_USEFUL][is_spot] += cost->useful_usd_nano;
    group->category_usd_nano[HARNESS_BILL_LOST][is_spot] += cost->lost_usd_nano;
    group->category_usd_nano[HARNESS_BILL_BOOT][is_spot] += cost->boot_usd_nano;
    group->category_usd_nano[HARNESS_BILL_IDLE][is_spot] += cost->idle_usd_nano;
}

static enum batch_rc close_instance(struct harness_recorder *recorder, struct recorder_instance *instance,
                                    struct batch_error *error)
{
    struct harness_instance_row *row = &instance->row;
    BATCH_ASSERT(NULL, instance->useful_vcpu_milli_us <= UINT64_MAX && instance->lost_vcpu_milli_us <= UINT64_MAX);
    row->useful_vcpu_milli_us = (uint64_t)instance->useful_vcpu_milli_us;
    row->lost_vcpu_milli_us = (uint64_t)instance->lost_vcpu_milli_us;
    if (row->running_us >= 0) {
        struct cloud_cost cost = bill(recorder, instance);
        recorder_wide vcpu_time = (recorder_wide)row->vcpu_milli * (uint64_t)(row->ended_us - row->running_us);
        add_cost(recorder, row, &cost);
        recorder->environments[row->environment].instance_vcpu_milli_us += vcpu_time;
        recorder->of_each.instance_vcpu_milli_us += vcpu_time;
    }
    enum batch_rc rc = harness_recorder_append(recorder, HARNESS_TABLE_INSTANCES, row, error);
    batch_index_erase(&recorder->map, instance->instance);
    recorder->free_slots[recorder->free_count++] = (uint32_t)(instance - recorder->instances);
    instance->instance = 0;
    return rc;
}

enum batch_rc harness_recorder_release_instance(struct harness_recorder *recorder, struct recorder_instance *instance,
                                                struct batch_error *error)
{
    BATCH_ASSERT(NULL, instance->attempts_live > 0);
    instance->attempts_live--;
    return instance->is_gone && instance->attempts_live == 0 ? close_instance(recorder, instance, error) : BATCH_OK;
}

static enum batch_rc end_instance(struct harness_recorder *recorder, struct recorder_instance *instance,
                                  enum harness_instance_outcome outcome, struct batch_error *error)
{
    struct harness_instance_row *row = &instance->row;
    BATCH_ASSERT(NULL, !instance->is_gone);
    row->outcome = (uint8_t)outcome;
    row->ended_us = recorder->now_us;
    instance->is_gone = true;
    recorder->state.registered -= row->registered_us >= 0;
    if (row->running_us >= 0) {
        count_running(recorder, row, false);
    }
    return instance->attempts_live == 0 ? close_instance(recorder, instance, error) : BATCH_OK;
}

enum batch_rc harness_recorder_instance_event(struct harness_recorder *recorder, const struct batch_event *event,
                                              struct batch_error *error)
{
    struct recorder_instance *instance = harness_recorder_find_instance(recorder, event->as.instance.instance);
    struct harness_instance_row *row = &instance->row;
    switch (event->kind) {
    case BATCH_EVENT_INSTANCE_RUNNING:
        row->running_us = event->time_us;
        count_running(recorder, row, true);
        return BATCH_OK;
    case BATCH_EVENT_INSTANCE_REGISTERED:
        row->registered_us = event->time_us;
        recorder->state.registered++;
        return BATCH_OK;
    case BATCH_EVENT_INSTANCE_NOTICE:
        row->noticed_us = row->noticed_us < 0 ? event->time_us : row->noticed_us;
        return BATCH_OK;
    case BATCH_EVENT_INSTANCE_LAUNCH_FAILED:
        return end_instance(recorder, instance, HARNESS_INSTANCE_LAUNCH_FAILED, error);
    case BATCH_EVENT_INSTANCE_GONE:
        return end_instance(recorder, instance, (enum harness_instance_outcome)event->as.instance.gone, error);
    default:
        BATCH_ASSERT(NULL, false);
        return BATCH_OK;
    }
}

enum batch_rc harness_recorder_close_instances(struct harness_recorder *recorder, struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    for (uint32_t slot = 0; rc == BATCH_OK && slot < recorder->instance_capacity; slot++) {
        struct recorder_instance *instance = &recorder->instances[slot];
        if (instance->instance == 0) {
            continue;
        }
        /* Attempts on it that never ended hold it no longer. */
        instance->attempts_live = 0;
        rc = instance->is_gone ? close_instance(recorder, instance, error)
                               : end_instance(recorder, instance, HARNESS_INSTANCE_OPEN, error);
    }
    return rc;
}
