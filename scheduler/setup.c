/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The events that describe the world: pools, environments, queues, job definitions.
 */
#include "scheduler/deadline.h"
#include "scheduler/internal.h"

#include <string.h>

enum {
    PRIORITY_MAX = 1000, /* reference 4.2 */
    CAPACITY_SCORE_MAX = 1000,
    BID_PERCENTAGE_MAX = 100,
};
static const int64_t price_max_usd_nano_per_h = INT64_C(1000000000000000);

static enum batch_rc number_check(const char *what, uint32_t number, uint32_t next, struct batch_error *error)
{
    if (number != next) {
        return batch_error_set(error, BATCH_E_INPUT, "%s %u is not the next free number (%u)", what, number, next);
    }
    return BATCH_OK;
}

static enum batch_rc pool_check_fixed(const struct batch_pool_changed *known, const struct batch_pool_changed *pool,
                                      struct batch_error *error)
{
    if (known->type != pool->type || known->zone != pool->zone || known->market != pool->market ||
        known->capacity.vcpu_milli != pool->capacity.vcpu_milli || known->capacity.mib != pool->capacity.mib ||
        known->capacity.gpu != pool->capacity.gpu) {
        return batch_error_set(error, BATCH_E_INPUT, "pool %u: type, zone, market and capacity cannot change",
                               pool->pool);
    }
    return BATCH_OK;
}

bool batch_setup_pool_is_legal(const struct batch_pool_changed *pool)
{
    return pool->market <= BATCH_MARKET_SPOT && pool->price_usd_nano_per_h >= 0 &&
           pool->price_usd_nano_per_h <= price_max_usd_nano_per_h && pool->on_demand_usd_nano_per_h >= 0 &&
           pool->on_demand_usd_nano_per_h <= price_max_usd_nano_per_h && pool->capacity_score <= CAPACITY_SCORE_MAX &&
           pool->capacity.vcpu_milli >= BATCH_VCPU_MILLI &&
           pool->capacity.vcpu_milli / BATCH_VCPU_MILLI <= BATCH_SETUP_VCPUS_MAX && pool->capacity.mib > 0;
}

enum batch_rc batch_setup_prepare_pool(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                       struct batch_error *error)
{
    const struct batch_pool_changed *pool = &event->as.pool;
    struct batch_arena *pools = &core->arenas[BATCH_ARENA_POOLS];
    *slot = pool->pool;
    if (!batch_setup_pool_is_legal(pool)) {
        return batch_error_set(
            error, BATCH_E_INPUT,
            "pool %u: needs a market, at least 1 vCPU and 1 MiB, prices of 0 to 1,000,000 USD/h and a "
            "capacity score of 0 to 1000",
            pool->pool);
    }
    enum batch_rc rc = pool->pool < pools->count ? pool_check_fixed(&batch_pool_at(core, pool->pool)->seen, pool, error)
                                                 : number_check("pool", pool->pool, pools->count, error);
    if (rc == BATCH_OK && pool->pool == pools->count) {
        rc = batch_arena_reserve(&core->host, pools, 1, error);
    }
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 0, error) : rc;
}

void batch_setup_apply_pool(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    struct batch_arena *pools = &core->arenas[BATCH_ARENA_POOLS];
    bool is_new = slot == pools->count;
    if (is_new) {
        memset(batch_arena_push(pools), 0, sizeof(struct batch_pool));
    } else if (core->scalars.jobs_runnable > 0) {
        core->scalars.is_demand_new = true;
        batch_environments_touch(core);
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_PLACE, core->scalars.now_us);
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_SCALE, core->scalars.now_us);
    } else if (batch_environments_lack_minimum(core)) {
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_SCALE, core->scalars.now_us);
    }
    struct batch_pool *pool = batch_pool_at(core, slot);
    const struct batch_pool_changed *news = &event->as.pool;
    if (is_new) {
        /* field by field: padding goes into snapshots, which are equal for equal states */
        pool->seen.pool = news->pool;
        pool->seen.type = news->type;
        pool->seen.zone = news->zone;
        pool->seen.market = news->market;
        pool->seen.capacity = news->capacity;
    }
    pool->seen.price_usd_nano_per_h = news->price_usd_nano_per_h;
    pool->seen.on_demand_usd_nano_per_h = news->on_demand_usd_nano_per_h;
    pool->seen.capacity_score = news->capacity_score;
    pool->seen.is_refusing = news->is_refusing;
}

static enum batch_rc environment_check_ranges(const struct batch_environment_created *environment,
                                              struct batch_error *error)
{
    if (environment->market > BATCH_MARKET_SPOT || environment->vcpu_max < 1 ||
        environment->vcpu_max > BATCH_SETUP_VCPUS_MAX || environment->vcpu_min > environment->vcpu_max ||
        environment->vcpu_desired > environment->vcpu_max) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "environment %u: needs a market and 0 <= minvCpus, desiredvCpus <= maxvCpus, with "
                               "maxvCpus from 1 to %d",
                               environment->environment, BATCH_SETUP_VCPUS_MAX);
    }
    if (environment->bid_percentage < 1 || environment->bid_percentage > BID_PERCENTAGE_MAX ||
        environment->scale_in_delay_us < 0) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "environment %u: bidPercentage must be 1 to 100, the scale-in delay not negative",
                               environment->environment);
    }
    if (environment->allocation_strategy >= batch_allocation_strategy_count ||
        environment->placement_policy >= batch_placement_policy_count) {
        return batch_error_set(error, BATCH_E_INPUT, "environment %u: unknown allocation strategy or placement policy",
                               environment->environment);
    }
    if (batch_allocation_strategies[environment->allocation_strategy]->is_spot_only &&
        environment->market != BATCH_MARKET_SPOT) {
        return batch_error_set(error, BATCH_E_INPUT, "environment %u: %s is for SPOT only", environment->environment,
                               batch_allocation_strategies[environment->allocation_strategy]->name);
    }
    return BATCH_OK;
}

static enum batch_rc environment_check_pools(const struct batch_core *core,
                                             const struct batch_environment_created *environment,
                                             struct batch_error *error)
{
    uint32_t pool_count = core->arenas[BATCH_ARENA_POOLS].count;
    if (environment->pool_count == 0 || environment->pool_count > pool_count) {
        return batch_error_set(error, BATCH_E_INPUT, "environment %u: needs 1 to %u distinct pools, has %u",
                               environment->environment, pool_count, environment->pool_count);
    }
    for (uint32_t i = 0; i < environment->pool_count; i++) {
        uint32_t pool = environment->pools[i];
        if (pool >= pool_count || batch_pool_at(core, pool)->seen.market != environment->market) {
            return batch_error_set(error, BATCH_E_INPUT, "environment %u: pool %u is unknown or of the other market",
                                   environment->environment, pool);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (environment->pools[k] == pool) {
                return batch_error_set(error, BATCH_E_INPUT, "environment %u: pool %u is named twice",
                                       environment->environment, pool);
            }
        }
    }
    return BATCH_OK;
}

enum batch_rc batch_setup_prepare_environment(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                              struct batch_error *error)
{
    const struct batch_environment_created *environment = &event->as.environment;
    struct batch_arena *environments = &core->arenas[BATCH_ARENA_ENVIRONMENTS];
    *slot = environment->environment;
    enum batch_rc rc = number_check("environment", environment->environment, environments->count, error);
    rc = rc == BATCH_OK ? environment_check_ranges(environment, error) : rc;
    rc = rc == BATCH_OK ? environment_check_pools(core, environment, error) : rc;
    rc = rc == BATCH_OK ? batch_arena_reserve(&core->host, environments, 1, error) : rc;
    if (rc == BATCH_OK) {
        rc = batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_FLEETS], environment->pool_count, error);
    }
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 0, error) : rc;
}

void batch_setup_apply_environment(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    const struct batch_environment_created *given = &event->as.environment;
    struct batch_arena *fleets = &core->arenas[BATCH_ARENA_FLEETS];
    struct batch_environment *environment = batch_arena_push(&core->arenas[BATCH_ARENA_ENVIRONMENTS]);
    (void)slot;
    memset(environment, 0, sizeof *environment);
    batch_order_init(&environment->instances);
    environment->fleet_first = fleets->count;
    environment->fleet_count = given->pool_count;
    environment->market = given->market;
    environment->vcpu_min = given->vcpu_min;
    environment->vcpu_desired = given->vcpu_desired;
    environment->vcpu_max = given->vcpu_max;
    environment->bid_percentage = given->bid_percentage;
    environment->strategy = given->allocation_strategy;
    environment->placement = given->placement_policy;
    environment->scale_in_delay_us = given->scale_in_delay_us;
    environment->idle_first = BATCH_NO_SLOT;
    environment->idle_last = BATCH_NO_SLOT;
    environment->is_new = true;
    for (uint32_t i = 0; i < given->pool_count; i++) {
        struct batch_fleet *fleet = batch_arena_push(fleets);
        *fleet = (struct batch_fleet){.pool = given->pools[i]};
    }
    if (given->vcpu_min > 0 || given->vcpu_desired > 0) {
        core->scalars.is_demand_new = true;
        batch_deadline_arm_cycle(core, BATCH_DEADLINE_SCALE, core->scalars.now_us);
    }
}

enum batch_rc batch_setup_prepare_queue(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                        struct batch_error *error)
{
    const struct batch_queue_created *queue = &event->as.queue;
    struct batch_arena *queues = &core->arenas[BATCH_ARENA_QUEUES];
    uint32_t environment_count = core->arenas[BATCH_ARENA_ENVIRONMENTS].count;
    *slot = queue->queue;
    enum batch_rc rc = number_check("queue", queue->queue, queues->count, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    if (queue->priority > PRIORITY_MAX || queue->dispatch_policy >= batch_dispatch_policy_count ||
        queue->environment_count < 1 || queue->environment_count > BATCH_QUEUE_ENVIRONMENTS_MAX) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "queue %u: needs a priority of 0 to 1000, a known dispatch policy and 1 to 3 "
                               "environments",
                               queue->queue);
    }
    for (uint32_t i = 0; i < queue->environment_count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (queue->environments[k] == queue->environments[i]) {
                return batch_error_set(error, BATCH_E_INPUT, "queue %u: environment %u is named twice", queue->queue,
                                       queue->environments[i]);
            }
        }
        if (queue->environments[i] >= environment_count) {
            return batch_error_set(error, BATCH_E_INPUT, "queue %u: environment %u is unknown", queue->queue,
                                   queue->environments[i]);
        }
    }
    rc = batch_arena_reserve(&core->host, queues, 1, error);
    rc = rc == BATCH_OK ? batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_QUEUE_ORDER], 1, error) : rc;
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 0, error) : rc;
}

/** Keep the queues in the order of evaluation: priority, then creation (reference 4.3). */
static void queue_order_insert(struct batch_core *core, uint32_t queue)
{
    struct batch_arena *order = &core->arenas[BATCH_ARENA_QUEUE_ORDER];
    uint32_t *numbers = order->items;
    uint32_t at = order->count++;
    while (at > 0 && batch_queue_at(core, numbers[at - 1])->priority < batch_queue_at(core, queue)->priority) {
        numbers[at] = numbers[at - 1];
        at--;
    }
    numbers[at] = queue;
}

void batch_setup_apply_queue(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    const struct batch_queue_created *given = &event->as.queue;
    struct batch_queue *queue = batch_arena_push(&core->arenas[BATCH_ARENA_QUEUES]);
    memset(queue, 0, sizeof *queue);
    batch_order_init(&queue->runnable);
    queue->priority = given->priority;
    queue->dispatch = given->dispatch_policy;
    queue->environment_count = given->environment_count;
    memcpy(queue->environments, given->environments, sizeof queue->environments);
    queue->class_first = BATCH_NO_SLOT;
    queue_order_insert(core, slot);
}

static enum batch_rc definition_check_rules(const struct batch_definition_registered *definition,
                                            struct batch_error *error)
{
    for (uint32_t i = 0; i < definition->rule_count; i++) {
        const struct batch_retry_rule *rule = &definition->rules[i];
        const struct batch_text *texts[3] = {&rule->on_status_reason, &rule->on_reason, &rule->on_exit_code};
        for (int k = 0; k < 3; k++) {
            if (texts[k]->length > BATCH_TEXT_MAX || (texts[k]->length > 0 && texts[k]->bytes == NULL)) {
                return batch_error_set(error, BATCH_E_INPUT,
                                       "definition %u: a retry pattern is longer than %d characters",
                                       definition->definition, BATCH_TEXT_MAX);
            }
        }
        if (rule->action > BATCH_RETRY_EXIT) {
            return batch_error_set(error, BATCH_E_INPUT, "definition %u: a retry action must be RETRY or EXIT",
                                   definition->definition);
        }
    }
    return BATCH_OK;
}

static uint32_t rules_text_length(const struct batch_definition_registered *definition)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < definition->rule_count; i++) {
        const struct batch_retry_rule *rule = &definition->rules[i];
        length += rule->on_status_reason.length + rule->on_reason.length + rule->on_exit_code.length;
    }
    return length;
}

enum batch_rc batch_setup_prepare_definition(struct batch_core *core, const struct batch_event *event, uint32_t *slot,
                                             struct batch_error *error)
{
    const struct batch_definition_registered *definition = &event->as.definition;
    struct batch_arena *definitions = &core->arenas[BATCH_ARENA_DEFINITIONS];
    const int64_t timeout_least_us = INT64_C(60) * BATCH_US_PER_S; /* reference 2.6 */
    *slot = definition->definition;
    enum batch_rc rc = number_check("definition", definition->definition, definitions->count, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    if (definition->attempts < 1 || definition->attempts > BATCH_RETRY_ATTEMPTS_MAX ||
        definition->rule_count > BATCH_RETRY_RULES_MAX || definition->resources.vcpu_milli == 0 ||
        definition->resources.mib == 0) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "definition %u: needs vCPUs and memory, 1 to 10 attempts and at most 5 retry rules",
                               definition->definition);
    }
    if (definition->timeout_us != 0 && definition->timeout_us < timeout_least_us) {
        return batch_error_set(error, BATCH_E_INPUT, "definition %u: a timeout must be at least 60 s",
                               definition->definition);
    }
    rc = definition_check_rules(definition, error);
    rc = rc == BATCH_OK ? batch_arena_reserve(&core->host, definitions, 1, error) : rc;
    if (rc == BATCH_OK) {
        rc = batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_TEXTS], rules_text_length(definition), error);
    }
    return rc == BATCH_OK ? batch_core_reserve_commands(core, 0, error) : rc;
}

void batch_setup_apply_definition(struct batch_core *core, const struct batch_event *event, uint32_t slot)
{
    const struct batch_definition_registered *given = &event->as.definition;
    struct batch_arena *texts = &core->arenas[BATCH_ARENA_TEXTS];
    struct batch_definition *definition = batch_arena_push(&core->arenas[BATCH_ARENA_DEFINITIONS]);
    (void)slot;
    memset(definition, 0, sizeof *definition);
    definition->resources = given->resources;
    definition->attempts = given->attempts;
    definition->timeout_us = given->timeout_us;
    definition->rule_count = given->rule_count;
    for (uint32_t i = 0; i < given->rule_count; i++) {
        const struct batch_retry_rule *rule = &given->rules[i];
        const struct batch_text *patterns[3] = {&rule->on_status_reason, &rule->on_reason, &rule->on_exit_code};
        definition->rules[i].action = rule->action;
        for (int k = 0; k < 3; k++) {
            definition->rules[i].patterns[k] = texts->count;
            definition->rules[i].lengths[k] = patterns[k]->bytes != NULL ? patterns[k]->length : BATCH_NO_SLOT;
            if (patterns[k]->bytes != NULL && patterns[k]->length > 0) {
                memcpy((char *)texts->items + texts->count, patterns[k]->bytes, patterns[k]->length);
                texts->count += patterns[k]->length;
            }
        }
    }
}
