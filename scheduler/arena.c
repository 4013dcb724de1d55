/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Arenas: they double up to their limit and never move an index.
 */
#include "scheduler/arena.h"

#include <string.h>

enum { ARENA_FIRST_CAPACITY = 16 };

void batch_arena_init(struct batch_arena *arena, const char *name, uint32_t item_bytes, uint32_t limit)
{
    *arena = (struct batch_arena){.name = name, .item_bytes = item_bytes, .limit = limit, .free_first = BATCH_NO_SLOT};
}

void batch_arena_release(const struct batch_host *host, struct batch_arena *arena)
{
    if (arena->items != NULL) {
        (void)host->resize(host->context, arena->items, (size_t)arena->capacity * arena->item_bytes, 0);
    }
    arena->items = NULL;
    arena->capacity = 0;
    arena->count = 0;
}

static uint32_t arena_next_capacity(const struct batch_arena *arena, uint64_t needed)
{
    uint64_t capacity = arena->capacity < ARENA_FIRST_CAPACITY ? ARENA_FIRST_CAPACITY : arena->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    return capacity > arena->limit ? arena->limit : (uint32_t)capacity;
}

enum batch_rc batch_arena_reserve(const struct batch_host *host, struct batch_arena *arena, uint32_t extra,
                                  struct batch_error *error)
{
    if (extra <= arena->free_count || extra - arena->free_count <= arena->capacity - arena->count) {
        return BATCH_OK;
    }
    uint64_t needed = (uint64_t)arena->count + (extra - arena->free_count);
    if (needed > arena->limit) {
        return batch_error_set(error, BATCH_E_LIMIT, "the limit on %s (%u) is reached; raise it", arena->name,
                               arena->limit);
    }
    uint32_t capacity = arena_next_capacity(arena, needed);
    void *items = host->resize(host->context, arena->items, (size_t)arena->capacity * arena->item_bytes,
                               (size_t)capacity * arena->item_bytes);
    if (items == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for %u %s", capacity, arena->name);
    }
    arena->items = items;
    arena->capacity = capacity;
    return BATCH_OK;
}

uint32_t batch_arena_take(const struct batch_host *host, struct batch_arena *arena)
{
    uint32_t index = arena->free_first;
    unsigned char *item = NULL;
    if (index != BATCH_NO_SLOT) {
        item = (unsigned char *)arena->items + (size_t)index * arena->item_bytes;
        memcpy(&arena->free_first, item, sizeof arena->free_first);
        arena->free_count--;
    } else {
        BATCH_ASSERT(host, arena->count < arena->capacity);
        index = arena->count++;
        item = (unsigned char *)arena->items + (size_t)index * arena->item_bytes;
    }
    memset(item, 0, arena->item_bytes);
    return index;
}

void batch_arena_give(struct batch_arena *arena, uint32_t index)
{
    unsigned char *item = (unsigned char *)arena->items + (size_t)index * arena->item_bytes;
    memset(item, 0, arena->item_bytes);
    memcpy(item, &arena->free_first, sizeof arena->free_first);
    arena->free_first = index;
    arena->free_count++;
}
