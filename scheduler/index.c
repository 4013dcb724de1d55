/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The sequence-number index: at most half full, grown by rebuilding into twice the room.
 */
#include "scheduler/index.h"

#include <string.h>

void batch_index_init(struct batch_index *index, const char *name)
{
    batch_arena_init(&index->table, name, sizeof(struct batch_index_entry), UINT32_C(1) << 31);
    index->used = 0;
}

/**
 * Fibonacci hashing: consecutive numbers land far apart, so that runs stay short. The numbers' own low bits would
 * put live jobs side by side, and erasing one would walk over all of them.
 */
static uint32_t table_home(uint64_t key, uint32_t mask)
{
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> __builtin_clzll(mask));
}

static void table_put(struct batch_index_entry *entries, uint32_t mask, uint64_t key, uint32_t slot)
{
    uint32_t at = table_home(key, mask);
    while (entries[at].key != 0) {
        at = (at + 1) & mask;
    }
    entries[at].key = key;
    entries[at].slot = slot;
}

enum batch_rc batch_index_reserve(const struct batch_host *host, struct batch_index *index, struct batch_error *error)
{
    struct batch_arena *table = &index->table;
    if ((uint64_t)index->used * 2 + 2 <= table->capacity) {
        return BATCH_OK;
    }
    uint32_t capacity = table->capacity == 0 ? BATCH_INDEX_LEAST : table->capacity * 2;
    if (capacity == 0 || capacity > table->limit) {
        return batch_error_set(error, BATCH_E_LIMIT, "the limit on %s is reached", table->name);
    }
    size_t bytes = (size_t)capacity * sizeof(struct batch_index_entry);
    struct batch_index_entry *grown = host->resize(host->context, NULL, 0, bytes);
    if (grown == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for %u %s", capacity, table->name);
    }
    memset(grown, 0, bytes);
    const struct batch_index_entry *entries = table->items;
    for (uint32_t i = 0; i < table->capacity; i++) {
        if (entries[i].key != 0) {
            table_put(grown, capacity - 1, entries[i].key, entries[i].slot);
        }
    }
    batch_arena_release(host, table);
    table->items = grown;
    table->capacity = capacity;
    table->count = capacity;
    return BATCH_OK;
}

void batch_index_put(struct batch_index *index, uint64_t key, uint32_t slot)
{
    table_put(index->table.items, index->table.capacity - 1, key, slot);
    index->used++;
}

uint32_t batch_index_get(const struct batch_index *index, uint64_t key)
{
    const struct batch_index_entry *entries = index->table.items;
    if (index->used == 0 || key == 0) {
        return BATCH_NO_SLOT;
    }
    uint32_t mask = index->table.capacity - 1;
    uint32_t at = table_home(key, mask);
    while (entries[at].key != key) {
        if (entries[at].key == 0) {
            return BATCH_NO_SLOT;
        }
        at = (at + 1) & mask;
    }
    return entries[at].slot;
}

void batch_index_erase(struct batch_index *index, uint64_t key)
{
    struct batch_index_entry *entries = index->table.items;
    uint32_t mask = index->table.capacity - 1;
    uint32_t hole = table_home(key, mask);
    while (entries[hole].key != key) {
        hole = (hole + 1) & mask;
    }
    uint32_t at = hole;
    for (;;) {
        at = (at + 1) & mask;
        if (entries[at].key == 0) {
            break;
        }
        uint32_t home = table_home(entries[at].key, mask);
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            entries[hole] = entries[at];
            hole = at;
        }
    }
    entries[hole] = (struct batch_index_entry){0};
    index->used--;
}
