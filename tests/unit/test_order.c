/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The ordered index against a sorted array.
 */
#include "scheduler/order.h"
#include "tests/support/t_core.h"

#include <string.h>

enum { ENTRIES_MAX = 700 };

struct entry {
    struct batch_order_key key;
    struct batch_resources room;
    uint32_t item;
};

struct model {
    struct entry entries[ENTRIES_MAX];
    uint32_t count;
};

struct fixture {
    struct t_host host;
    struct batch_arena nodes;
    struct batch_order order;
    struct model model;
    uint64_t random;
};

static int compare(const struct batch_order_key *a, const struct batch_order_key *b)
{
    const uint64_t left[3] = {a->rank.major, a->rank.minor, a->id};
    const uint64_t right[3] = {b->rank.major, b->rank.minor, b->id};
    for (int i = 0; i < 3; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

static void begin(struct fixture *f, uint64_t seed)
{
    memset(f, 0, sizeof *f);
    f->random = seed;
    t_host_init(&f->host);
    batch_arena_init(&f->nodes, "nodes", sizeof(struct batch_order_node), 1U << 20);
    batch_order_init(&f->order);
}

static void end(struct fixture *f)
{
    batch_arena_release(&f->host.host, &f->nodes);
    t_host_assert_clean(&f->host);
}

static void insert(struct fixture *f, struct entry entry)
{
    uint32_t at = 0;
    while (at < f->model.count && compare(&f->model.entries[at].key, &entry.key) < 0) {
        at++;
    }
    memmove(&f->model.entries[at + 1], &f->model.entries[at], (f->model.count - at) * sizeof entry);
    f->model.entries[at] = entry;
    f->model.count++;
    t_assert_u64(batch_order_reserve(&f->host.host, &f->nodes, 1, NULL), BATCH_OK);
    batch_order_insert(&f->host.host, &f->nodes, &f->order, &entry.key, &entry.room, entry.item);
}

static void erase(struct fixture *f, uint32_t at)
{
    struct batch_order_key key = f->model.entries[at].key;
    f->model.count--;
    memmove(&f->model.entries[at], &f->model.entries[at + 1], (f->model.count - at) * sizeof f->model.entries[0]);
    batch_order_erase(&f->host.host, &f->nodes, &f->order, &key);
}

static uint32_t naive_first(const struct model *model, const struct batch_rank *from,
                            const struct batch_resources *need)
{
    struct batch_order_key bound = {.rank = *from};
    for (uint32_t i = 0; i < model->count; i++) {
        if (compare(&model->entries[i].key, &bound) >= 0 && batch_resources_fit(&model->entries[i].room, need)) {
            return model->entries[i].item;
        }
    }
    return BATCH_NO_SLOT;
}

static void check(struct fixture *f)
{
    struct batch_order_audit audit = {.nodes = 0};
    assert_true(batch_order_is_sound(&f->nodes, &f->order, &audit));
    t_assert_u64(audit.nodes + f->nodes.free_count, f->nodes.count);
    t_assert_u64(f->order.count, f->model.count);
    t_assert_u64(batch_order_first(&f->nodes, &f->order),
                 f->model.count > 0 ? f->model.entries[0].item : BATCH_NO_SLOT);
    for (int i = 0; i < 3; i++) {
        struct batch_rank from = {t_random_below(&f->random, 12), t_random_below(&f->random, 4)};
        struct batch_resources need = {t_random_below(&f->random, 18), t_random_below(&f->random, 18),
                                       t_random_below(&f->random, 3)};
        t_assert_u64(batch_order_first_with_room(&f->nodes, &f->order, &from, &need),
                     naive_first(&f->model, &from, &need));
    }
}

static struct entry random_entry(struct fixture *f, uint32_t number)
{
    return (struct entry){
        .key = {.rank = {t_random_below(&f->random, 12), t_random_below(&f->random, 4)}, .id = number},
        .room = {t_random_below(&f->random, 16), t_random_below(&f->random, 16), t_random_below(&f->random, 2)},
        .item = number};
}

static void order_agrees_with_a_sorted_array_when_driven_at_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct fixture f;
        begin(&f, seed * 7919);
        bool grows = true;
        for (uint32_t number = 1; number <= 3000; number++) {
            grows =
                f.model.count == 0 || (f.model.count < ENTRIES_MAX - 1 && (t_random(&f.random) % 500 ? grows : !grows));
            if (t_random_below(&f.random, 10) < (grows ? 7U : 3U) && f.model.count < ENTRIES_MAX - 1) {
                insert(&f, random_entry(&f, number));
            } else if (f.model.count > 0) {
                erase(&f, t_random_below(&f.random, f.model.count));
            }
            check(&f);
        }
        while (f.model.count > 0) {
            erase(&f, t_random_below(&f.random, f.model.count));
            check(&f);
        }
        t_assert_u64(f.nodes.free_count, f.nodes.count);
        end(&f);
    }
}

static void order_stays_small_when_used_as_a_queue(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 1);
    for (uint32_t number = 1; number <= 20000; number++) {
        insert(&f, (struct entry){.key = {.id = number}, .item = number});
        if (f.model.count == 600) {
            erase(&f, 0);
        }
        if (number % 97 == 0) {
            check(&f);
        }
    }
    assert_true(f.order.height <= 4);
    assert_true(f.nodes.count < 600);
    while (f.model.count > 0) {
        erase(&f, 0);
    }
    check(&f);
    end(&f);
}

static void order_is_unsound_when_a_node_is_damaged(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 5);
    for (uint32_t number = 1; number <= 300; number++) {
        insert(&f, random_entry(&f, number));
    }
    unsigned char *bytes = f.nodes.items;
    struct batch_order_node *root = (struct batch_order_node *)f.nodes.items + f.order.root;
    assert_true(f.order.height >= 2);
    for (uint32_t i = 0; i < root->count; i++) {
        struct batch_order_node saved = *root;
        root->items[i] = f.nodes.count;
        assert_false(batch_order_is_sound(&f.nodes, &f.order, NULL));
        root->items[i] = f.order.root;
        assert_false(batch_order_is_sound(&f.nodes, &f.order, NULL));
        *root = saved;
        root->room[i].mib++;
        assert_false(batch_order_is_sound(&f.nodes, &f.order, NULL));
        *root = saved;
        root->keys[i].rank.major += 100;
        assert_false(batch_order_is_sound(&f.nodes, &f.order, NULL));
        *root = saved;
    }
    /* whatever byte is hit, the walk ends and stays inside */
    for (uint32_t i = 0; i < 20000; i++) {
        size_t at = t_random(&f.random) % ((size_t)f.nodes.count * sizeof(struct batch_order_node));
        unsigned char was = bytes[at];
        bytes[at] ^= (unsigned char)(1U << t_random_below(&f.random, 8));
        (void)batch_order_is_sound(&f.nodes, &f.order, NULL);
        bytes[at] = was;
    }
    check(&f);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_agrees_with_a_sorted_array_when_driven_at_random),
        cmocka_unit_test(order_stays_small_when_used_as_a_queue),
        cmocka_unit_test(order_is_unsound_when_a_node_is_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
