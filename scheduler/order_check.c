/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Re-counting the ordered index, for verify; safe on damaged trees.
 */
#include "scheduler/order.h"

struct order_walk {
    uint32_t nodes[BATCH_ORDER_HEIGHT_MAX];
    uint32_t positions[BATCH_ORDER_HEIGHT_MAX];
};

static const struct batch_order_node *node_at(const struct batch_arena *nodes, uint32_t index)
{
    return (const struct batch_order_node *)nodes->items + index;
}

static int key_compare(const struct batch_order_key *a, const struct batch_order_key *b)
{
    if (a->rank.major != b->rank.major) {
        return a->rank.major < b->rank.major ? -1 : 1;
    }
    if (a->rank.minor != b->rank.minor) {
        return a->rank.minor < b->rank.minor ? -1 : 1;
    }
    return a->id < b->id ? -1 : a->id > b->id;
}

/** A child's keys are not below the parent's bound, and its rooms add up to what the parent knows. */
static bool child_is_sound(const struct batch_order_node *parent, uint32_t at, const struct batch_order_node *child)
{
    struct batch_resources most = {0};
    for (uint32_t i = 0; i < child->count; i++) {
        most.vcpu_milli = child->room[i].vcpu_milli > most.vcpu_milli ? child->room[i].vcpu_milli : most.vcpu_milli;
        most.mib = child->room[i].mib > most.mib ? child->room[i].mib : most.mib;
        most.gpu = child->room[i].gpu > most.gpu ? child->room[i].gpu : most.gpu;
    }
    return key_compare(&parent->keys[at], &child->keys[0]) <= 0 && most.vcpu_milli == parent->room[at].vcpu_milli &&
           most.mib == parent->room[at].mib && most.gpu == parent->room[at].gpu;
}

static bool node_is_sound(const struct batch_arena *nodes, uint32_t index, bool is_leaf)
{
    if (index >= nodes->count) {
        return false;
    }
    const struct batch_order_node *node = node_at(nodes, index);
    if (node->count == 0 || node->count > BATCH_ORDER_FANOUT || (node->is_leaf != 0) != is_leaf) {
        return false;
    }
    for (uint32_t i = 1; i < node->count; i++) {
        if (key_compare(&node->keys[i - 1], &node->keys[i]) >= 0) {
            return false;
        }
    }
    return true;
}

/** A search for a key goes left of the next bound above it: the leaf's keys must all be below that. */
static bool leaf_is_bounded(const struct batch_arena *nodes, const struct order_walk *walk, uint32_t level)
{
    const struct batch_order_node *leaf = node_at(nodes, walk->nodes[level]);
    while (level > 0) {
        level--;
        const struct batch_order_node *parent = node_at(nodes, walk->nodes[level]);
        uint32_t next = walk->positions[level] + 1;
        if (next < parent->count) {
            return key_compare(&leaf->keys[leaf->count - 1], &parent->keys[next]) < 0;
        }
    }
    return true;
}

static bool leaf_is_known(const struct batch_order_node *leaf, const struct batch_order_audit *audit)
{
    for (uint32_t i = 0; i < leaf->count; i++) {
        if (!audit->is_known(audit->context, &leaf->keys[i], &leaf->room[i], leaf->items[i])) {
            return false;
        }
    }
    return true;
}

/** Walks every node once, depth first; the number of steps is bounded by the count of entries and nodes. */
static bool walk_is_sound(const struct batch_arena *nodes, const struct batch_order *order,
                          struct batch_order_audit *audit)
{
    struct order_walk walk = {.nodes = {order->root}};
    uint64_t entries = 0;
    uint32_t level = 0;
    const struct batch_order_key *last = NULL;
    audit->nodes++;
    for (;;) {
        const struct batch_order_node *node = node_at(nodes, walk.nodes[level]);
        if (node->is_leaf) {
            if ((last != NULL && key_compare(last, &node->keys[0]) >= 0) || !leaf_is_bounded(nodes, &walk, level) ||
                (audit->is_known != NULL && !leaf_is_known(node, audit))) {
                return false;
            }
            last = &node->keys[node->count - 1];
            entries += node->count;
        }
        if (node->is_leaf || walk.positions[level] == node->count) {
            if (level == 0 || entries > order->count) {
                return entries == order->count;
            }
            level--;
            walk.positions[level]++;
            continue;
        }
        uint32_t child = node->items[walk.positions[level]];
        if (!node_is_sound(nodes, child, level + 2 == order->height) ||
            !child_is_sound(node, walk.positions[level], node_at(nodes, child))) {
            return false;
        }
        level++;
        audit->nodes++;
        walk.nodes[level] = child;
        walk.positions[level] = 0;
    }
}

bool batch_order_is_sound(const struct batch_arena *nodes, const struct batch_order *order,
                          struct batch_order_audit *audit)
{
    struct batch_order_audit none = {.is_known = NULL};
    if (order->root == BATCH_NO_SLOT) {
        return order->count == 0;
    }
    if (order->height == 0 || order->height > BATCH_ORDER_HEIGHT_MAX ||
        !node_is_sound(nodes, order->root, order->height == 1)) {
        return false;
    }
    return walk_is_sound(nodes, order, audit != NULL ? audit : &none);
}
