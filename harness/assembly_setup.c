/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The documents in the core's words: the events that configure it at time 0. */
#include "harness/assembly_parts.h"
#include "scheduler/host.h"
#include "scheduler/policy.h"

#include <stdlib.h>
#include <string.h>

/**
 * How likely a Spot pool is to give and keep an instance, 0..1000, from the advisor's interruption band: AWS
 * publishes no capacity figures, so the band stands for them (docs/model.md).
 */
static uint32_t capacity_score(const struct cloud_type *type, enum batch_market market)
{
    static const uint32_t by_band[] = {1000, 900, 800, 700, 500};
    static const uint32_t unknown = 800; /* as its hazard: the middle band */
    if (market == BATCH_MARKET_ON_DEMAND) {
        return by_band[0];
    }
    bool is_known = type->spot_band >= 0 && (size_t)type->spot_band < sizeof by_band / sizeof by_band[0];
    return is_known ? by_band[type->spot_band] : unknown;
}

static struct batch_event pool_event(const struct harness_assembly *assembly, uint32_t number)
{
    const struct harness_pool *pool = &assembly->pools[number];
    const struct cloud_type *type = cloud_catalog_type(assembly->catalog, pool->type);
    return (struct batch_event){
        .kind = BATCH_EVENT_POOL_CHANGED,
        .as.pool = {.pool = number,
                    .type = pool->type,
                    .zone = pool->zone,
                    .market = pool->market,
                    .capacity = harness_assembly_type_capacity(type),
                    .price_usd_nano_per_h = pool->price_usd_nano_per_h,
                    .on_demand_usd_nano_per_h = pool->on_demand_usd_nano_per_h,
                    .capacity_score = capacity_score(type, pool->market)},
    };
}

/** The loader has checked the name against the same table. */
static uint32_t known(int32_t index)
{
    BATCH_ASSERT(NULL, index >= 0);
    return (uint32_t)index;
}

static struct batch_event environment_event(const struct harness_assembly *assembly, uint32_t number,
                                            const uint32_t *pools, uint32_t pool_count)
{
    const struct workload_environment *environment = &assembly->scenario->environments[number];
    return (struct batch_event){
        .kind = BATCH_EVENT_ENVIRONMENT_CREATED,
        .as.environment = {.environment = number,
                           .market = environment->market,
                           .vcpu_min = environment->vcpu_min,
                           .vcpu_desired = environment->vcpu_desired,
                           .vcpu_max = environment->vcpu_max,
                           .bid_percentage = environment->bid_percentage,
                           .allocation_strategy =
                               known(batch_allocation_strategy_find(environment->allocation_strategy)),
                           .placement_policy =
                               known(batch_placement_policy_find(assembly->scenario->world.placement_policy)),
                           .scale_in_delay_us = environment->scale_in_delay_us,
                           .pools = pools,
                           .pool_count = pool_count},
    };
}

static struct batch_event queue_event(const struct harness_assembly *assembly, uint32_t number)
{
    const struct workload_queue *queue = &assembly->scenario->queues[number];
    struct batch_event event = {
        .kind = BATCH_EVENT_QUEUE_CREATED,
        .as.queue = {.queue = number,
                     .priority = queue->priority,
                     .dispatch_policy = known(batch_dispatch_policy_find(assembly->scenario->world.dispatch_policy)),
                     .environment_count = queue->environment_count},
    };
    memcpy(event.as.queue.environments, queue->environments, sizeof event.as.queue.environments);
    return event;
}

static struct batch_text pattern(bool is_given, const char *text)
{
    return is_given ? (struct batch_text){.bytes = text, .length = (uint32_t)strlen(text)} : (struct batch_text){0};
}

static struct batch_event definition_event(const struct harness_assembly *assembly, uint32_t number)
{
    const struct workload_definition *definition = &assembly->scenario->definitions[number];
    struct batch_event event = {
        .kind = BATCH_EVENT_DEFINITION_REGISTERED,
        .as.definition = {.definition = number,
                          .resources = definition->resources,
                          .attempts = definition->attempts,
                          .timeout_us = definition->timeout_us,
                          .rule_count = definition->rule_count},
    };
    for (uint32_t i = 0; i < definition->rule_count; i++) {
        const struct workload_retry_rule *rule = &definition->rules[i];
        event.as.definition.rules[i] = (struct batch_retry_rule){
            .on_status_reason = pattern(rule->has_on_status_reason, rule->on_status_reason),
            .on_reason = pattern(rule->has_on_reason, rule->on_reason),
            .on_exit_code = pattern(rule->has_on_exit_code, rule->on_exit_code),
            .action = rule->is_exit ? BATCH_RETRY_EXIT : BATCH_RETRY_RETRY,
        };
    }
    return event;
}

enum batch_rc harness_assembly_setup_fill(struct harness_assembly *assembly, const struct harness_assembly_types *types,
                                          const size_t *offsets, struct batch_error *error)
{
    const struct workload_scenario *scenario = assembly->scenario;
    size_t count =
        (size_t)assembly->pool_count + scenario->environment_count + scenario->queue_count + scenario->definition_count;
    assembly->setup = calloc(count, sizeof *assembly->setup);
    if (assembly->setup == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for %zu configuration events", count);
    }
    struct batch_event *next = assembly->setup;
    for (uint32_t i = 0; i < assembly->pool_count; i++) {
        *next++ = pool_event(assembly, i);
    }
    for (uint32_t i = 0; i < scenario->environment_count; i++) {
        *next++ = environment_event(assembly, i, &assembly->environment_pools[offsets[i]],
                                    types[i].count * scenario->world.zone_count);
    }
    for (uint32_t i = 0; i < scenario->queue_count; i++) {
        *next++ = queue_event(assembly, i);
    }
    for (uint32_t i = 0; i < scenario->definition_count; i++) {
        *next++ = definition_event(assembly, i);
    }
    assembly->setup_count = count;
    return BATCH_OK;
}
