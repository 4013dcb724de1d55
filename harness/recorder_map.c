/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Instance numbers to slots. Fibonacci hashing keeps consecutive numbers apart: side by side they would make one long
 * run, which every removal would have to walk.
 */
#include "harness/recorder_internal.h"

#include "scheduler/host.h"

#include <stdlib.h>

enum { CAPACITY_FIRST = 64 };

static uint32_t home_of(const struct recorder_map *map, uint64_t key)
{
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> __builtin_clzll(map->mask));
}

static void insert(struct recorder_map *map, uint64_t key, uint32_t slot)
{
    uint32_t at = home_of(map, key);
    while (map->keys[at] != 0) {
        at = (at + 1) & map->mask;
    }
    map->keys[at] = key;
    map->slots[at] = slot;
}

static bool grow(struct recorder_map *map)
{
    uint32_t old_capacity = map->keys == NULL ? 0 : map->mask + 1;
    uint32_t capacity = old_capacity == 0 ? CAPACITY_FIRST : 2 * old_capacity;
    uint64_t *keys = calloc(capacity, sizeof *keys);
    uint32_t *slots = calloc(capacity, sizeof *slots);
    if (keys == NULL || slots == NULL) {
        free(keys);
        free(slots);
        return false;
    }
    struct recorder_map old = *map;
    map->keys = keys;
    map->slots = slots;
    map->mask = capacity - 1;
    for (uint32_t i = 0; i < old_capacity; i++) {
        if (old.keys[i] != 0) {
            insert(map, old.keys[i], old.slots[i]);
        }
    }
    harness_recorder_map_release(&old);
    return true;
}

bool harness_recorder_map_put(struct recorder_map *map, uint64_t key, uint32_t slot)
{
    BATCH_ASSERT(NULL, key != 0);
    if ((map->keys == NULL || 2 * map->count > map->mask) && !grow(map)) {
        return false;
    }
    insert(map, key, slot);
    map->count++;
    return true;
}

static uint32_t locate(const struct recorder_map *map, uint64_t key)
{
    uint32_t at = home_of(map, key);
    while (map->keys[at] != key && map->keys[at] != 0) {
        at = (at + 1) & map->mask;
    }
    return at;
}

uint32_t harness_recorder_map_get(const struct recorder_map *map, uint64_t key)
{
    if (map->keys == NULL) {
        return UINT32_MAX;
    }
    uint32_t at = locate(map, key);
    return map->keys[at] == 0 ? UINT32_MAX : map->slots[at];
}

void harness_recorder_map_remove(struct recorder_map *map, uint64_t key)
{
    uint32_t hole = locate(map, key);
    BATCH_ASSERT(NULL, map->keys[hole] == key);
    map->keys[hole] = 0;
    map->count--;
    /* Whoever had to pass over the hole moves into it, so that searches never need to pass a removed key. */
    for (uint32_t at = (hole + 1) & map->mask; map->keys[at] != 0; at = (at + 1) & map->mask) {
        uint32_t home = home_of(map, map->keys[at]);
        if (((at - home) & map->mask) >= ((at - hole) & map->mask)) {
            map->keys[hole] = map->keys[at];
            map->slots[hole] = map->slots[at];
            map->keys[at] = 0;
            hole = at;
        }
    }
}

void harness_recorder_map_release(struct recorder_map *map)
{
    free(map->keys);
    free(map->slots);
    *map = (struct recorder_map){0};
}
