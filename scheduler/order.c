/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The augmented B+ tree: insertion, removal and the search for room.
 */
#include "scheduler/order.h"

#include <string.h>

/** The way from the root (level 0) to a leaf, with the position taken in each node. */
struct order_path {
    uint32_t nodes[BATCH_ORDER_HEIGHT_MAX];
    uint32_t positions[BATCH_ORDER_HEIGHT_MAX];
};

static struct batch_order_node *node_at(const struct batch_arena *nodes, uint32_t index)
{
    return (struct batch_order_node *)nodes->items + index;
}

static bool key_less(const struct batch_order_key *a, const struct batch_order_key *b)
{
    if (a->rank.major != b->rank.major) {
        return a->rank.major < b->rank.major;
    }
    if (a->rank.minor != b->rank.minor) {
        return a->rank.minor < b->rank.minor;
    }
    return a->id < b->id;
}

static struct batch_resources room_max(const struct batch_order_node *node)
{
    struct batch_resources most = node->room[0];
    for (uint32_t i = 1; i < node->count; i++) {
        most.vcpu_milli = node->room[i].vcpu_milli > most.vcpu_milli ? node->room[i].vcpu_milli : most.vcpu_milli;
        most.mib = node->room[i].mib > most.mib ? node->room[i].mib : most.mib;
        most.gpu = node->room[i].gpu > most.gpu ? node->room[i].gpu : most.gpu;
    }
    return most;
}

static bool room_equal(const struct batch_resources *a, const struct batch_resources *b)
{
    return a->vcpu_milli == b->vcpu_milli && a->mib == b->mib && a->gpu == b->gpu;
}

/** How many of the node's keys are less than or equal to @p key (or less, when @p strictly). */
static uint32_t node_rank(const struct batch_order_node *node, const struct batch_order_key *key, bool strictly)
{
    uint32_t i = 0;
    while (i < node->count && (strictly ? key_less(&node->keys[i], key) : !key_less(key, &node->keys[i]))) {
        i++;
    }
    return i;
}

void batch_order_init(struct batch_order *order)
{
    *order = (struct batch_order){.root = BATCH_NO_SLOT};
}

enum batch_rc batch_order_reserve(const struct batch_host *host, struct batch_arena *nodes, uint32_t inserts,
                                  struct batch_error *error)
{
    return batch_arena_reserve(host, nodes, inserts * (BATCH_ORDER_HEIGHT_MAX + 1), error);
}

/** Inner positions are those of the last child whose bound is not above the key; the leaf's is where it goes. */
static void path_find(const struct batch_arena *nodes, const struct batch_order *order,
                      const struct batch_order_key *key, struct order_path *path)
{
    uint32_t index = order->root;
    for (uint32_t level = 0; level < order->height; level++) {
        const struct batch_order_node *node = node_at(nodes, index);
        path->nodes[level] = index;
        if (level + 1 == order->height) {
            path->positions[level] = node_rank(node, key, true);
            return;
        }
        uint32_t rank = node_rank(node, key, false);
        path->positions[level] = rank > 0 ? rank - 1 : 0;
        index = node->items[path->positions[level]];
    }
}

static void node_open(struct batch_order_node *node, uint32_t at)
{
    size_t moved = node->count - at;
    memmove(&node->keys[at + 1], &node->keys[at], moved * sizeof node->keys[0]);
    memmove(&node->room[at + 1], &node->room[at], moved * sizeof node->room[0]);
    memmove(&node->items[at + 1], &node->items[at], moved * sizeof node->items[0]);
    node->count++;
}

static void node_set(struct batch_order_node *node, uint32_t at, const struct batch_order_key *key,
                     const struct batch_resources *room, uint32_t item)
{
    node->keys[at] = *key;
    node->room[at] = *room;
    node->items[at] = item;
}

static void node_remove(struct batch_order_node *node, uint32_t at)
{
    size_t moved = node->count - at - 1U;
    memmove(&node->keys[at], &node->keys[at + 1], moved * sizeof node->keys[0]);
    memmove(&node->room[at], &node->room[at + 1], moved * sizeof node->room[0]);
    memmove(&node->items[at], &node->items[at + 1], moved * sizeof node->items[0]);
    node->count--;
}

/** Move the upper part of a full node to a new one; all but nothing when appending, so FIFO fills its leaves. */
static uint32_t node_split(const struct batch_host *host, struct batch_arena *nodes, uint32_t index, uint32_t at)
{
    uint32_t fresh = batch_arena_take(host, nodes);
    struct batch_order_node *left = node_at(nodes, index);
    struct batch_order_node *right = node_at(nodes, fresh);
    uint32_t keep = at == BATCH_ORDER_FANOUT ? BATCH_ORDER_FANOUT - 1 : BATCH_ORDER_FANOUT / 2;
    uint32_t moved = BATCH_ORDER_FANOUT - keep;
    right->is_leaf = left->is_leaf;
    right->count = (uint16_t)moved;
    memcpy(right->keys, &left->keys[keep], moved * sizeof left->keys[0]);
    memcpy(right->room, &left->room[keep], moved * sizeof left->room[0]);
    memcpy(right->items, &left->items[keep], moved * sizeof left->items[0]);
    left->count = (uint16_t)keep;
    return fresh;
}

static void root_grow(const struct batch_host *host, struct batch_arena *nodes, struct batch_order *order,
                      uint32_t right)
{
    uint32_t fresh = batch_arena_take(host, nodes);
    struct batch_order_node *root = node_at(nodes, fresh);
    const struct batch_order_node *old = node_at(nodes, order->root);
    const struct batch_order_node *second = node_at(nodes, right);
    struct batch_resources most = room_max(old);
    struct batch_resources second_most = room_max(second);
    root->count = 2;
    node_set(root, 0, &old->keys[0], &most, order->root);
    node_set(root, 1, &second->keys[0], &second_most, right);
    order->root = fresh;
    order->height++;
    BATCH_ASSERT(host, order->height <= BATCH_ORDER_HEIGHT_MAX);
}

/** Put an entry into the node at @p level, splitting upwards while nodes are full. */
static void path_insert(const struct batch_host *host, struct batch_arena *nodes, struct batch_order *order,
                        const struct order_path *path, struct batch_order_key key, struct batch_resources room,
                        uint32_t item)
{
    uint32_t level = order->height - 1;
    uint32_t at = path->positions[level];
    for (;;) {
        uint32_t index = path->nodes[level];
        struct batch_order_node *node = node_at(nodes, index);
        if (node->count < BATCH_ORDER_FANOUT) {
            node_open(node, at);
            node_set(node, at, &key, &room, item);
            break;
        }
        uint32_t right = node_split(host, nodes, index, at);
        node = node_at(nodes, index);
        struct batch_order_node *upper = node_at(nodes, right);
        struct batch_order_node *target = at <= node->count ? node : upper;
        uint32_t target_at = at <= node->count ? at : at - node->count;
        node_open(target, target_at);
        node_set(target, target_at, &key, &room, item);
        if (level == 0) {
            root_grow(host, nodes, order, right);
            return;
        }
        level--;
        struct batch_order_node *parent = node_at(nodes, path->nodes[level]);
        parent->room[path->positions[level]] = room_max(node);
        key = upper->keys[0];
        room = room_max(upper);
        item = right;
        at = path->positions[level] + 1;
    }
    while (level > 0) {
        const struct batch_order_node *node = node_at(nodes, path->nodes[level]);
        level--;
        node_at(nodes, path->nodes[level])->room[path->positions[level]] = room_max(node);
    }
}

void batch_order_insert(const struct batch_host *host, struct batch_arena *nodes, struct batch_order *order,
                        const struct batch_order_key *key, const struct batch_resources *room, uint32_t item)
{
    order->count++;
    if (order->root == BATCH_NO_SLOT) {
        order->root = batch_arena_take(host, nodes);
        order->height = 1;
        struct batch_order_node *root = node_at(nodes, order->root);
        root->is_leaf = 1;
        root->count = 1;
        node_set(root, 0, key, room, item);
        return;
    }
    struct order_path path;
    path_find(nodes, order, key, &path);
    for (uint32_t level = 0; level + 1 < order->height; level++) {
        struct batch_order_node *node = node_at(nodes, path.nodes[level]);
        if (key_less(key, &node->keys[path.positions[level]])) {
            node->keys[path.positions[level]] = *key;
        }
    }
    path_insert(host, nodes, order, &path, *key, *room, item);
}

/** After an entry left the node at @p level: the greatest rooms above it, as far up as they change. */
static void path_shrink(const struct batch_arena *nodes, const struct order_path *path, uint32_t level)
{
    for (; level > 0 && level < BATCH_ORDER_HEIGHT_MAX; level--) {
        struct batch_resources most = room_max(node_at(nodes, path->nodes[level]));
        struct batch_resources *known = &node_at(nodes, path->nodes[level - 1])->room[path->positions[level - 1]];
        if (room_equal(known, &most)) {
            return;
        }
        *known = most;
    }
}

void batch_order_erase(const struct batch_host *host, struct batch_arena *nodes, struct batch_order *order,
                       const struct batch_order_key *key)
{
    struct order_path path;
    BATCH_ASSERT(host, order->root != BATCH_NO_SLOT);
    path_find(nodes, order, key, &path);
    uint32_t level = order->height - 1;
    struct batch_order_node *node = node_at(nodes, path.nodes[level]);
    uint32_t at = path.positions[level];
    BATCH_ASSERT(host, at < node->count && node->keys[at].id == key->id);
    node_remove(node, at);
    order->count--;
    while (node->count == 0) {
        batch_arena_give(nodes, path.nodes[level]);
        if (level == 0) {
            batch_order_init(order);
            return;
        }
        level--;
        node = node_at(nodes, path.nodes[level]);
        node_remove(node, path.positions[level]);
    }
    path_shrink(nodes, &path, level);
    node = node_at(nodes, order->root);
    while (order->height > 1 && node->count == 1) {
        uint32_t child = node->items[0];
        batch_arena_give(nodes, order->root);
        order->root = child;
        order->height--;
        node = node_at(nodes, child);
    }
}

uint32_t batch_order_first(const struct batch_arena *nodes, const struct batch_order *order)
{
    if (order->root == BATCH_NO_SLOT) {
        return BATCH_NO_SLOT;
    }
    const struct batch_order_node *node = node_at(nodes, order->root);
    for (uint32_t level = 1; level < order->height; level++) {
        node = node_at(nodes, node->items[0]);
    }
    return node->items[0];
}

static uint32_t node_next_with_room(const struct batch_order_node *node, uint32_t at,
                                    const struct batch_resources *need)
{
    while (at < node->count && !batch_resources_fit(&node->room[at], need)) {
        at++;
    }
    return at;
}

uint32_t batch_order_first_with_room(const struct batch_arena *nodes, const struct batch_order *order,
                                     const struct batch_rank *from, const struct batch_resources *need)
{
    if (order->root == BATCH_NO_SLOT) {
        return BATCH_NO_SLOT;
    }
    struct order_path path = {.nodes = {0}};
    path_find(nodes, order, &(struct batch_order_key){.rank = *from}, &path);
    uint32_t level = order->height - 1;
    for (;;) {
        const struct batch_order_node *node = node_at(nodes, path.nodes[level]);
        uint32_t at = node_next_with_room(node, path.positions[level], need);
        if (at == node->count) {
            if (level == 0) {
                return BATCH_NO_SLOT;
            }
            level--;
            path.positions[level]++;
        } else if (node->is_leaf) {
            return node->items[at];
        } else {
            path.positions[level] = at;
            level++;
            path.nodes[level] = node->items[at];
            path.positions[level] = 0;
        }
    }
}
