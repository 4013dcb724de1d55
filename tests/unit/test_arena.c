/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Arenas: growth, limits, the free list.
 */
#include "scheduler/arena.h"
#include "tests/support/t_core.h"

#include <string.h>

struct item {
    uint32_t next_free;
    uint32_t value;
    uint64_t more;
};

static struct item *item_at(const struct batch_arena *arena, uint32_t index)
{
    return (struct item *)arena->items + index;
}

static void arena_gives_zeroed_items_when_they_are_used_again(void **state)
{
    (void)state;
    struct t_host host;
    struct batch_arena arena;
    t_host_init(&host);
    batch_arena_init(&arena, "items", sizeof(struct item), 1000);
    t_assert_u64(batch_arena_reserve(&host.host, &arena, 40, NULL), BATCH_OK);
    for (uint32_t i = 0; i < 40; i++) {
        t_assert_u64(batch_arena_take(&host.host, &arena), i);
        memset(item_at(&arena, i), 0xff, sizeof(struct item));
    }
    batch_arena_give(&arena, 7);
    batch_arena_give(&arena, 21);
    t_assert_u64(arena.free_count, 2);
    t_assert_u64(batch_arena_take(&host.host, &arena), 21);
    t_assert_u64(batch_arena_take(&host.host, &arena), 7);
    const struct item zero = {0};
    assert_memory_equal(item_at(&arena, 7), &zero, sizeof zero);
    assert_memory_equal(item_at(&arena, 21), &zero, sizeof zero);
    t_assert_u64(item_at(&arena, 8)->value, UINT32_MAX);
    t_assert_u64(arena.free_count, 0);
    t_assert_u64(arena.free_first, BATCH_NO_SLOT);
    batch_arena_release(&host.host, &arena);
    t_host_assert_clean(&host);
}

static void arena_refuses_and_loses_nothing_when_its_limit_is_reached(void **state)
{
    (void)state;
    struct t_host host;
    struct batch_arena arena;
    struct batch_error error = {.text = ""};
    t_host_init(&host);
    batch_arena_init(&arena, "small things", sizeof(struct item), 20);
    t_assert_u64(batch_arena_reserve(&host.host, &arena, 20, &error), BATCH_OK);
    for (uint32_t i = 0; i < 20; i++) {
        item_at(&arena, batch_arena_take(&host.host, &arena))->value = i + 1;
    }
    t_assert_u64(arena.capacity, 20);
    t_assert_u64(batch_arena_reserve(&host.host, &arena, 1, &error), BATCH_E_LIMIT);
    t_assert_contains(error.text, "small things");
    t_assert_contains(error.text, "20");
    batch_arena_give(&arena, 3);
    t_assert_u64(batch_arena_reserve(&host.host, &arena, 1, &error), BATCH_OK);
    t_assert_u64(batch_arena_reserve(&host.host, &arena, 2, &error), BATCH_E_LIMIT);
    t_assert_u64(batch_arena_reserve(&host.host, &arena, UINT32_MAX, &error), BATCH_E_LIMIT);
    t_assert_u64(item_at(&arena, 19)->value, 20);
    batch_arena_release(&host.host, &arena);
    t_host_assert_clean(&host);
}

static void arena_keeps_its_items_when_memory_is_refused(void **state)
{
    (void)state;
    struct t_host host;
    struct batch_arena arena;
    struct batch_error error = {.text = ""};
    t_host_init(&host);
    batch_arena_init(&arena, "items", sizeof(struct item), 1000);
    t_assert_u64(batch_arena_reserve(&host.host, &arena, 16, &error), BATCH_OK);
    for (uint32_t i = 0; i < 16; i++) {
        ((struct item *)batch_arena_push(&arena))->more = i;
    }
    host.refuse_from = host.requests + 1;
    t_assert_u64(batch_arena_reserve(&host.host, &arena, 1, &error), BATCH_E_MEMORY);
    t_assert_u64(arena.count, 16);
    host.refuse_from += 1000; /* memory is there again */
    t_assert_u64(batch_arena_reserve(&host.host, &arena, 1, &error), BATCH_OK);
    for (uint32_t i = 0; i < 16; i++) {
        t_assert_u64(item_at(&arena, i)->more, i);
    }
    batch_arena_release(&host.host, &arena);
    t_host_assert_clean(&host);
}

static void arena_panics_when_room_was_not_reserved(void **state)
{
    (void)state;
    struct t_host host;
    struct batch_arena arena;
    t_host_init(&host);
    batch_arena_init(&arena, "items", sizeof(struct item), 1000);
    expect_assert_failure(batch_arena_take(&host.host, &arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_zeroed_items_when_they_are_used_again),
        cmocka_unit_test(arena_refuses_and_loses_nothing_when_its_limit_is_reached),
        cmocka_unit_test(arena_keeps_its_items_when_memory_is_refused),
        cmocka_unit_test(arena_panics_when_room_was_not_reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
