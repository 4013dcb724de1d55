/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Growing arrays of equal items, addressed by index so that a snapshot is one copy.
 */
#ifndef BATCH_SCHEDULER_ARENA_H
#define BATCH_SCHEDULER_ARENA_H

#include "scheduler/error.h"
#include "scheduler/host.h"

#include <stdint.h>

/** "No item": the end of every list of indices. */
#define BATCH_NO_SLOT UINT32_MAX

struct batch_arena {
    void *items;
    const char *name; /**< The limit's name in messages. */
    uint32_t count;   /**< Items in use, or ever used when there is a free list. */
    uint32_t capacity;
    uint32_t item_bytes;
    uint32_t limit;
    uint32_t free_first; /**< Head of the free list; the first word of a free item is the next. */
    uint32_t free_count;
};

void batch_arena_init(struct batch_arena *arena, const char *name, uint32_t item_bytes, uint32_t limit);
void batch_arena_release(const struct batch_host *host, struct batch_arena *arena);

/** Make room for @p extra more items, free ones included. BATCH_E_LIMIT, BATCH_E_MEMORY; nothing is lost. */
enum batch_rc batch_arena_reserve(const struct batch_host *host, struct batch_arena *arena, uint32_t extra,
                                  struct batch_error *error);

/** Take a zeroed item; room must have been reserved. O(1). */
uint32_t batch_arena_take(const struct batch_host *host, struct batch_arena *arena);

/** Return an item to the free list. O(1). */
void batch_arena_give(struct batch_arena *arena, uint32_t index);

/** Append to an arena without a free list; room must have been reserved. */
static inline void *batch_arena_push(struct batch_arena *arena)
{
    return (unsigned char *)arena->items + (size_t)arena->count++ * arena->item_bytes;
}

#endif
