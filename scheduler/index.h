/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * From a sequence number (or any 64-bit key) to a slot.
 *
 * Open addressing with linear probing over a Fibonacci hash, which spreads consecutive numbers evenly, at most half
 * full: a probe almost always hits at once. Erasing shifts back, so there are no tombstones.
 */
#ifndef BATCH_SCHEDULER_INDEX_H
#define BATCH_SCHEDULER_INDEX_H

#include "scheduler/arena.h"

enum { BATCH_INDEX_LEAST = 64 }; /**< Least capacity but none. */

struct batch_index_entry {
    uint64_t key; /**< 0: free. Keys are never 0. */
    uint32_t slot;
    uint32_t pad;
};

/** An arena of batch_index_entry whose capacity is a power of two; `count` is always the capacity. */
struct batch_index {
    struct batch_arena table;
    uint32_t used;
};

void batch_index_init(struct batch_index *index, const char *name);
enum batch_rc batch_index_reserve(const struct batch_host *host, struct batch_index *index, struct batch_error *error);
void batch_index_put(struct batch_index *index, uint64_t key, uint32_t slot);
uint32_t batch_index_get(const struct batch_index *index, uint64_t key);
void batch_index_erase(struct batch_index *index, uint64_t key);

#endif
