/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The hash index against an array, with keys that collide.
 */
#include "scheduler/index.h"
#include "tests/support/t_core.h"

enum { KEYS = 4096 };

/** Few different top bits of the hash: long runs of collisions, also around the end of the table. */
static uint64_t key_of(uint32_t i)
{
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15); /* of the index's Fibonacci hash */
    uint64_t inverse = factor;
    for (int k = 0; k < 5; k++) {
        inverse *= 2 - factor * inverse; /* Newton's method doubles the bits that are right */
    }
    uint64_t product = ((UINT64_C(0xffff) - i % 64) << 48) + i + 1;
    return product * inverse;
}

static void index_agrees_with_an_array_when_driven_at_random(void **state)
{
    (void)state;
    static uint32_t model[KEYS];
    struct t_host host;
    struct batch_index index;
    uint64_t random = 42;
    uint32_t used = 0;
    t_host_init(&host);
    batch_index_init(&index, "keys");
    for (uint32_t step = 0; step < 60000; step++) {
        uint32_t at = t_random_below(&random, step < 30000 ? KEYS : 200);
        if (model[at] == 0 && step % 3 != 0) {
            t_assert_u64(batch_index_reserve(&host.host, &index, NULL), BATCH_OK);
            batch_index_put(&index, key_of(at), step + 1);
            model[at] = step + 1;
            used++;
        } else if (model[at] != 0 && step % 3 == 0) {
            batch_index_erase(&index, key_of(at));
            model[at] = 0;
            used--;
        }
        t_assert_u64(batch_index_get(&index, key_of(at)), model[at] != 0 ? model[at] : BATCH_NO_SLOT);
        t_assert_u64(index.used, used);
        assert_true(index.used * 2 <= index.table.capacity);
    }
    for (uint32_t at = 0; at < KEYS; at++) {
        t_assert_u64(batch_index_get(&index, key_of(at)), model[at] != 0 ? model[at] : BATCH_NO_SLOT);
        model[at] = 0;
    }
    batch_arena_release(&host.host, &index.table);
    t_host_assert_clean(&host);
}

static void index_knows_nothing_when_it_is_empty(void **state)
{
    (void)state;
    struct batch_index index;
    batch_index_init(&index, "keys");
    t_assert_u64(batch_index_get(&index, 1), BATCH_NO_SLOT);
    t_assert_u64(batch_index_get(&index, 0), BATCH_NO_SLOT);
}

static void index_is_unchanged_when_it_cannot_grow(void **state)
{
    (void)state;
    struct t_host host;
    struct batch_index index;
    struct batch_error error = {.text = ""};
    t_host_init(&host);
    batch_index_init(&index, "keys of a kind");
    for (uint32_t i = 1; i <= 32; i++) {
        t_assert_u64(batch_index_reserve(&host.host, &index, NULL), BATCH_OK);
        batch_index_put(&index, i, i * 2);
    }
    host.refuse_from = 1;
    t_assert_u64(batch_index_reserve(&host.host, &index, &error), BATCH_E_MEMORY);
    index.table.limit = index.table.capacity;
    t_assert_u64(batch_index_reserve(&host.host, &index, &error), BATCH_E_LIMIT);
    t_assert_contains(error.text, "keys of a kind");
    for (uint32_t i = 1; i <= 32; i++) {
        t_assert_u64(batch_index_get(&index, i), i * UINT64_C(2));
    }
    batch_arena_release(&host.host, &index.table);
    t_host_assert_clean(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index_agrees_with_an_array_when_driven_at_random),
        cmocka_unit_test(index_knows_nothing_when_it_is_empty),
        cmocka_unit_test(index_is_unchanged_when_it_cannot_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
