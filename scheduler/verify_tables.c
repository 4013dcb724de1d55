/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Checking what the rest of verify stands on: free lists, hash tables, and the numbers that tables hold of each other.
 *
 * A free item is all zeros but for its link, so no list of live items can pass through one unnoticed.
 */
#include "scheduler/internal.h"

#include <string.h>

static enum batch_rc broken(struct batch_error *error, const char *what)
{
    return batch_error_set(error, BATCH_E_STATE, "the scheduler's state is damaged: %s", what);
}

struct flag_place {
    enum batch_arena_id arena;
    size_t offset;
};

#define FLAG(arena_id, noun, member)                                                                                   \
    {                                                                                                                  \
        arena_id, offsetof(struct batch_##noun, member)                                                                \
    }
static const struct flag_place flag_places[] = {
    FLAG(BATCH_ARENA_POOLS, pool, seen.is_refusing),     FLAG(BATCH_ARENA_ENVIRONMENTS, environment, is_dirty),
    FLAG(BATCH_ARENA_ENVIRONMENTS, environment, is_new), FLAG(BATCH_ARENA_QUEUES, queue, is_dirty),
    FLAG(BATCH_ARENA_ATTEMPTS, attempt, is_timed_out),   FLAG(BATCH_ARENA_ATTEMPTS, attempt, is_terminated),
    FLAG(BATCH_ARENA_INSTANCES, instance, is_leaving),   FLAG(BATCH_ARENA_INSTANCES, instance, is_terminating),
    FLAG(BATCH_ARENA_INSTANCES, instance, is_idle),
};
#undef FLAG

/** Bytes, because reading another value than 0 or 1 as a bool is undefined. */
static bool flags_are_sound(const void *items, uint32_t count, size_t item_bytes, size_t offset)
{
    const unsigned char *bytes = items;
    for (uint32_t i = 0; i < count; i++) {
        if (bytes[(size_t)i * item_bytes + offset] > 1) {
            return false;
        }
    }
    return true;
}

enum batch_rc batch_verify_flags(const struct batch_core *core, struct batch_error *error)
{
    static const size_t scalar_flags[] = {
        offsetof(struct batch_scalars, is_place_due),      offsetof(struct batch_scalars, is_scale_due),
        offsetof(struct batch_scalars, is_demand_new),     offsetof(struct batch_scalars, is_attempt_short),
        offsetof(struct batch_scalars, is_instance_short),
    };
    bool is_sound = true;
    for (size_t i = 0; i < sizeof scalar_flags / sizeof scalar_flags[0]; i++) {
        is_sound = is_sound && flags_are_sound(&core->scalars, 1, sizeof core->scalars, scalar_flags[i]);
    }
    for (size_t i = 0; i < sizeof flag_places / sizeof flag_places[0]; i++) {
        const struct batch_arena *arena = &core->arenas[flag_places[i].arena];
        is_sound = is_sound && flags_are_sound(arena->items, arena->count, arena->item_bytes, flag_places[i].offset);
    }
    return is_sound ? BATCH_OK : broken(error, "a flag is neither set nor clear");
}

static bool index_is_sound(const struct batch_index *index, uint32_t slots)
{
    const struct batch_index_entry *entries = index->table.items;
    uint32_t capacity = index->table.capacity;
    uint32_t used = 0;
    if ((capacity & (capacity - 1)) != 0 || index->table.count != capacity || (uint64_t)index->used * 2 > capacity) {
        return false;
    }
    for (uint32_t i = 0; i < capacity; i++) {
        used += entries[i].key != 0;
    }
    if (used != index->used) {
        return false; /* and a search might not end */
    }
    for (uint32_t i = 0; i < capacity; i++) {
        if (entries[i].key != 0 &&
            (entries[i].slot >= slots || batch_index_get(index, entries[i].key) != entries[i].slot)) {
            return false;
        }
    }
    return true;
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static bool free_list_is_sound(const struct batch_arena *arena, uint64_t used)
{
    uint32_t at = arena->free_first;
    if (used + arena->free_count != arena->count) {
        return false;
    }
    for (uint32_t steps = 0; steps < arena->free_count; steps++) {
        const unsigned char *item = (const unsigned char *)arena->items + (size_t)at * arena->item_bytes;
        if (at >= arena->count || !is_zero(item + sizeof at, arena->item_bytes - sizeof at)) {
            return false;
        }
        memcpy(&at, item, sizeof at);
    }
    return at == BATCH_NO_SLOT;
}

enum batch_rc batch_verify_arenas(const struct batch_core *core, uint64_t nodes, struct batch_error *error)
{
    for (int i = 0; i < BATCH_ARENA_COUNT; i++) {
        const struct batch_arena *arena = &core->arenas[i];
        uint64_t used = arena->count;
        used = i == BATCH_ARENA_JOBS ? core->indices[BATCH_INDEX_JOBS].used : used;
        used = i == BATCH_ARENA_ATTEMPTS ? core->indices[BATCH_INDEX_ATTEMPTS].used : used;
        used = i == BATCH_ARENA_INSTANCES ? core->indices[BATCH_INDEX_INSTANCES].used : used;
        used = i == BATCH_ARENA_NODES ? nodes : used;
        if (!free_list_is_sound(arena, used)) {
            return broken(error, arena->name);
        }
    }
    return BATCH_OK;
}

static bool pools_are_sound(const struct batch_core *core)
{
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_POOLS].count; i++) {
        if (!batch_setup_pool_is_legal(&batch_pool_at(core, i)->seen)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_FLEETS].count; i++) {
        if (batch_fleet_at(core, i)->pool >= core->arenas[BATCH_ARENA_POOLS].count) {
            return false;
        }
    }
    return true;
}

static bool environments_are_sound(const struct batch_core *core)
{
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_ENVIRONMENTS].count; i++) {
        const struct batch_environment *environment = batch_environment_at(core, i);
        uint64_t fleet_end = (uint64_t)environment->fleet_first + environment->fleet_count;
        if (fleet_end > core->arenas[BATCH_ARENA_FLEETS].count || environment->market > BATCH_MARKET_SPOT ||
            environment->bid_percentage > 100 || environment->vcpu_max > BATCH_SETUP_VCPUS_MAX ||
            environment->vcpu_min > environment->vcpu_max || environment->vcpu_desired > environment->vcpu_max ||
            environment->strategy >= batch_allocation_strategy_count ||
            environment->placement >= batch_placement_policy_count || environment->scale_in_delay_us < 0) {
            return false;
        }
    }
    return true;
}

/** The order of evaluation holds every queue once: priorities fall, and numbers rise among equal ones. */
static bool queues_are_sound(const struct batch_core *core)
{
    uint32_t count = core->arenas[BATCH_ARENA_QUEUES].count;
    const uint32_t *order = core->arenas[BATCH_ARENA_QUEUE_ORDER].items;
    if (core->arenas[BATCH_ARENA_QUEUE_ORDER].count != count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct batch_queue *queue = batch_queue_at(core, i);
        if (queue->dispatch >= batch_dispatch_policy_count || queue->environment_count == 0 ||
            queue->environment_count > BATCH_QUEUE_ENVIRONMENTS_MAX || order[i] >= count) {
            return false;
        }
        for (uint32_t k = 0; k < queue->environment_count; k++) {
            if (queue->environments[k] >= core->arenas[BATCH_ARENA_ENVIRONMENTS].count) {
                return false;
            }
        }
        uint32_t before = i > 0 ? batch_queue_at(core, order[i - 1])->priority : UINT32_MAX;
        uint32_t priority = batch_queue_at(core, order[i])->priority;
        if (priority > before || (i > 0 && priority == before && order[i] <= order[i - 1])) {
            return false;
        }
    }
    return true;
}

static bool definitions_are_sound(const struct batch_core *core)
{
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_DEFINITIONS].count; i++) {
        const struct batch_definition *definition = batch_definition_at(core, i);
        if (definition->rule_count > BATCH_RETRY_RULES_MAX || definition->resources.vcpu_milli == 0 ||
            definition->timeout_us < 0) {
            return false;
        }
        for (uint32_t k = 0; k < definition->rule_count * 3; k++) {
            const struct batch_rule *rule = &definition->rules[k / 3];
            uint64_t end = (uint64_t)rule->patterns[k % 3] + rule->lengths[k % 3];
            if (rule->lengths[k % 3] != BATCH_NO_SLOT && end > core->arenas[BATCH_ARENA_TEXTS].count) {
                return false;
            }
        }
    }
    return true;
}

/** Chains of equal hashes lead to older classes, so they end. */
static bool classes_are_sound(const struct batch_core *core)
{
    for (uint32_t i = 0; i < core->arenas[BATCH_ARENA_CLASSES].count; i++) {
        const struct batch_class *class = batch_class_at(core, i);
        if (class->queue >= core->arenas[BATCH_ARENA_QUEUES].count || class->need.vcpu_milli == 0 ||
            (class->hash_next != BATCH_NO_SLOT && class->hash_next >= i)) {
            return false;
        }
    }
    return true;
}

static bool scalars_are_sound(const struct batch_core *core)
{
    const struct batch_scalars *scalars = &core->scalars;
    uint64_t outcomes = scalars->jobs_submitted > 0 ? scalars->jobs_submitted / 32 + 1 : 0;
    for (int i = 0; i < BATCH_DEADLINE_CYCLES; i++) {
        if (scalars->cycles[i] != BATCH_NO_SLOT &&
            (scalars->cycles[i] >= core->arenas[BATCH_ARENA_DEADLINES].count ||
             batch_deadline_at(core, scalars->cycles[i])->kind != (enum batch_deadline_kind)i)) {
            return false;
        }
    }
    return scalars->now_us >= 0 && scalars->commands_head <= core->arenas[BATCH_ARENA_COMMANDS].count &&
           core->arenas[BATCH_ARENA_OUTCOMES].count == outcomes;
}

enum batch_rc batch_verify_tables(const struct batch_core *core, struct batch_error *error)
{
    static const enum batch_arena_id slots[BATCH_INDEX_COUNT] = {
        [BATCH_INDEX_JOBS] = BATCH_ARENA_JOBS,
        [BATCH_INDEX_ATTEMPTS] = BATCH_ARENA_ATTEMPTS,
        [BATCH_INDEX_INSTANCES] = BATCH_ARENA_INSTANCES,
        [BATCH_INDEX_CLASSES] = BATCH_ARENA_CLASSES,
    };
    for (int i = 0; i < BATCH_INDEX_COUNT; i++) {
        if (!index_is_sound(&core->indices[i], core->arenas[slots[i]].count)) {
            return broken(error, core->indices[i].table.name);
        }
    }
    if (!pools_are_sound(core) || !environments_are_sound(core)) {
        return broken(error, "a pool or an environment is out of range");
    }
    if (!queues_are_sound(core) || !definitions_are_sound(core) || !classes_are_sound(core)) {
        return broken(error, "a queue, a definition or a class is out of range");
    }
    return scalars_are_sound(core) ? BATCH_OK : broken(error, "a count or a deadline is out of range");
}
