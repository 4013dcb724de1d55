/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The calendar against an unsorted list.
 */
#include "sim/calendar.h"
#include "tests/support/t_core.h"

enum { ENTRIES_MAX = 500 };

struct model_entry {
    int64_t at_us;
    enum sim_entry_kind kind;
    uint32_t added; /**< Also the subject. */
    uint32_t handle;
};

static uint32_t model_least(const struct model_entry *entries, uint32_t count)
{
    uint32_t least = 0;
    for (uint32_t i = 1; i < count; i++) {
        const struct model_entry *a = &entries[i];
        const struct model_entry *b = &entries[least];
        if (a->at_us != b->at_us ? a->at_us < b->at_us : a->kind != b->kind ? a->kind < b->kind : a->added < b->added) {
            least = i;
        }
    }
    return least;
}

static void calendar_agrees_with_a_list_when_driven_at_random(void **state)
{
    (void)state;
    static struct model_entry model[ENTRIES_MAX];
    struct t_host host;
    struct sim_calendar calendar;
    uint64_t random = 77;
    uint32_t count = 0;
    uint32_t added = 0;
    t_host_init(&host);
    sim_calendar_init(&calendar, &host.host);
    t_assert_i64(sim_calendar_next_us(&calendar), INT64_MAX);
    for (uint32_t step = 0; step < 60000; step++) {
        uint32_t dice = t_random_below(&random, 10);
        uint32_t adds = step / 2000 % 2 == 0 ? 6 : 3;
        if (dice < adds && count < ENTRIES_MAX) {
            struct model_entry entry = {.at_us = t_random_below(&random, 40), .added = added};
            entry.kind = (enum sim_entry_kind)(1 + t_random_below(&random, 7));
            added++;
            t_assert_u64(sim_calendar_reserve(&calendar, 1, NULL), BATCH_OK);
            entry.handle = sim_calendar_add(&calendar, entry.at_us, entry.kind, entry.added);
            assert_true(entry.handle != SIM_HANDLE_NONE);
            model[count++] = entry;
        } else if (dice >= 8 && count > 0) {
            uint32_t at = t_random_below(&random, count);
            sim_calendar_cancel(&calendar, model[at].handle);
            model[at] = model[--count];
        } else if (count > 0) {
            uint32_t at = model_least(model, count);
            t_assert_i64(sim_calendar_next_us(&calendar), model[at].at_us);
            struct sim_entry taken = sim_calendar_take(&calendar);
            t_assert_u64(taken.subject, model[at].added);
            t_assert_u64(sim_entry_kind(&taken), model[at].kind);
            model[at] = model[--count];
        }
        t_assert_u64(calendar.heap.count, count);
    }
    sim_calendar_release(&calendar);
    t_host_assert_clean(&host);
}

static void calendar_goes_by_class_then_age_when_times_are_equal(void **state)
{
    (void)state;
    static const enum sim_entry_kind added[] = {SIM_ENTRY_INSTANCE_REGISTERED, SIM_ENTRY_ATTEMPT_STARTED,
                                                SIM_ENTRY_ATTEMPT_ENDED,       SIM_ENTRY_ATTEMPT_STARTED,
                                                SIM_ENTRY_INSTANCE_TERMINATED, SIM_ENTRY_ATTEMPT_ENDED};
    static const uint32_t expected[] = {2, 5, 1, 3, 4, 0};
    struct t_host host;
    struct sim_calendar calendar;
    t_host_init(&host);
    sim_calendar_init(&calendar, &host.host);
    t_assert_u64(sim_calendar_reserve(&calendar, 6, NULL), BATCH_OK);
    for (uint32_t i = 0; i < 6; i++) {
        (void)sim_calendar_add(&calendar, INT64_MAX - 1, added[i], i);
    }
    for (uint32_t i = 0; i < 6; i++) {
        t_assert_u64(sim_calendar_take(&calendar).subject, expected[i]);
    }
    sim_calendar_release(&calendar);
    t_host_assert_clean(&host);
}

static void calendar_is_unchanged_when_memory_is_refused(void **state)
{
    (void)state;
    struct t_host host;
    struct sim_calendar calendar;
    t_host_init(&host);
    sim_calendar_init(&calendar, &host.host);
    t_assert_u64(sim_calendar_reserve(&calendar, 10, NULL), BATCH_OK);
    (void)sim_calendar_add(&calendar, 5, SIM_ENTRY_ATTEMPT_ENDED, 9);
    host.refuse_from = 1;
    t_assert_u64(sim_calendar_reserve(&calendar, 1000, NULL), BATCH_E_MEMORY);
    t_assert_u64(sim_calendar_take(&calendar).subject, 9);
    sim_calendar_release(&calendar);
    t_host_assert_clean(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_agrees_with_a_list_when_driven_at_random),
        cmocka_unit_test(calendar_goes_by_class_then_age_when_times_are_equal),
        cmocka_unit_test(calendar_is_unchanged_when_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
