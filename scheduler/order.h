/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The ordered index: one augmented B+ tree for runnable jobs and for instances alike.
 *
 * Entries are ordered by (rank, id). Each subtree knows the greatest resources in it, so that "the first from
 * here on that has room for this" skips what has none. Nodes of all trees share one arena. A node is freed
 * when it is empty (free-at-empty), never merged: queues empty from the left, fleets turn over.
 */
#ifndef BATCH_SCHEDULER_ORDER_H
#define BATCH_SCHEDULER_ORDER_H

#include "scheduler/arena.h"
#include "scheduler/policy.h"

enum { BATCH_ORDER_FANOUT = 16, BATCH_ORDER_HEIGHT_MAX = 12 };

struct batch_order_key {
    struct batch_rank rank;
    uint64_t id;
};

struct batch_order_node {
    uint32_t next_free; /**< First word, as the arena's free list needs. */
    uint16_t count;
    uint16_t is_leaf;
    struct batch_order_key keys[BATCH_ORDER_FANOUT]; /**< Leaf: the entry's; inner: a lower bound of the child's. */
    struct batch_resources room[BATCH_ORDER_FANOUT]; /**< Leaf: the entry's; inner: greatest in the child. */
    uint32_t items[BATCH_ORDER_FANOUT];              /**< Leaf: the caller's slot; inner: the child. */
};

struct batch_order {
    uint32_t root;   /**< BATCH_NO_SLOT when empty. */
    uint32_t height; /**< 1: the root is a leaf. */
    uint32_t count;
};

void batch_order_init(struct batch_order *order);

/** Room in @p nodes for one insert into any of the trees that share it. */
enum batch_rc batch_order_reserve(const struct batch_host *host, struct batch_arena *nodes, uint32_t inserts,
                                  struct batch_error *error);

/** The key must not be present. O(log n). */
void batch_order_insert(const struct batch_host *host, struct batch_arena *nodes, struct batch_order *order,
                        const struct batch_order_key *key, const struct batch_resources *room, uint32_t item);

/** The key must be present. O(log n). */
void batch_order_erase(const struct batch_host *host, struct batch_arena *nodes, struct batch_order *order,
                       const struct batch_order_key *key);

/** The item of least key, or BATCH_NO_SLOT. */
uint32_t batch_order_first(const struct batch_arena *nodes, const struct batch_order *order);

/** The first item at or after @p from with room for all of @p need, or BATCH_NO_SLOT. */
uint32_t batch_order_first_with_room(const struct batch_arena *nodes, const struct batch_order *order,
                                     const struct batch_rank *from, const struct batch_resources *need);

/** What batch_order_is_sound asks of the caller and tells it; may be NULL. */
struct batch_order_audit {
    /** Whether the entry is what the caller knows of its item; NULL: not asked. */
    bool (*is_known)(const void *context, const struct batch_order_key *key, const struct batch_resources *room,
                     uint32_t item);
    const void *context;
    uint64_t nodes; /**< Those of this order are added. */
};

/** Whether keys ascend, a search finds each, greatest rooms are right and the count is; safe on damaged trees. */
bool batch_order_is_sound(const struct batch_arena *nodes, const struct batch_order *order,
                          struct batch_order_audit *audit);

static inline bool batch_resources_fit(const struct batch_resources *room, const struct batch_resources *need)
{
    return room->vcpu_milli >= need->vcpu_milli && room->mib >= need->mib && room->gpu >= need->gpu;
}

#endif
