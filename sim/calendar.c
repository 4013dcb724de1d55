/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The 4-ary heap; 4-ary beat binary and 8-ary from a thousand to two million entries.
 */
#include "sim/calendar.h"

enum { ARITY = 4 };

void sim_calendar_init(struct sim_calendar *calendar, const struct batch_host *host)
{
    calendar->host = *host;
    calendar->sequence = 0;
    batch_arena_init(&calendar->heap, "calendar entries", sizeof(struct sim_entry), UINT32_C(1) << 31);
    batch_arena_init(&calendar->handles, "calendar handles", sizeof(uint32_t), UINT32_C(1) << 31);
}

void sim_calendar_release(struct sim_calendar *calendar)
{
    batch_arena_release(&calendar->host, &calendar->heap);
    batch_arena_release(&calendar->host, &calendar->handles);
}

enum batch_rc sim_calendar_reserve(struct sim_calendar *calendar, uint32_t extra, struct batch_error *error)
{
    enum batch_rc rc = batch_arena_reserve(&calendar->host, &calendar->heap, extra, error);
    /* one more: handle 0 is never given out */
    return rc == BATCH_OK ? batch_arena_reserve(&calendar->host, &calendar->handles, extra + 1, error) : rc;
}

static bool entry_less(const struct sim_entry *a, const struct sim_entry *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void entry_set(struct sim_calendar *calendar, uint32_t at, struct sim_entry entry)
{
    ((struct sim_entry *)calendar->heap.items)[at] = entry;
    ((uint32_t *)calendar->handles.items)[entry.handle] = at;
}

static void heap_up(struct sim_calendar *calendar, uint32_t at, struct sim_entry entry)
{
    const struct sim_entry *entries = calendar->heap.items;
    while (at > 0 && entry_less(&entry, &entries[(at - 1) / ARITY])) {
        entry_set(calendar, at, entries[(at - 1) / ARITY]);
        at = (at - 1) / ARITY;
    }
    entry_set(calendar, at, entry);
}

static void heap_down(struct sim_calendar *calendar, uint32_t at, struct sim_entry entry)
{
    const struct sim_entry *entries = calendar->heap.items;
    uint32_t count = calendar->heap.count;
    for (;;) {
        uint32_t first = at * ARITY + 1;
        if (first >= count) {
            break;
        }
        uint32_t end = first + ARITY < count ? first + ARITY : count;
        uint32_t least = first;
        for (uint32_t child = first + 1; child < end; child++) {
            least = entry_less(&entries[child], &entries[least]) ? child : least;
        }
        if (!entry_less(&entries[least], &entry)) {
            break;
        }
        entry_set(calendar, at, entries[least]);
        at = least;
    }
    entry_set(calendar, at, entry);
}

static void heap_remove(struct sim_calendar *calendar, uint32_t at)
{
    const struct sim_entry *entries = calendar->heap.items;
    uint32_t last_at = --calendar->heap.count;
    batch_arena_give(&calendar->handles, entries[at].handle);
    if (at == last_at) {
        return;
    }
    struct sim_entry last = entries[last_at];
    if (at > 0 && entry_less(&last, &entries[(at - 1) / ARITY])) {
        heap_up(calendar, at, last);
    } else {
        heap_down(calendar, at, last);
    }
}

uint32_t sim_calendar_add(struct sim_calendar *calendar, int64_t at_us, enum sim_entry_kind kind, uint32_t subject)
{
    if (calendar->handles.count == 0) {
        (void)batch_arena_take(&calendar->host, &calendar->handles);
    }
    uint32_t handle = batch_arena_take(&calendar->host, &calendar->handles);
    struct sim_entry entry = {
        .at_us = at_us, .order = (uint64_t)kind << 56 | calendar->sequence++, .handle = handle, .subject = subject};
    BATCH_ASSERT(&calendar->host, calendar->heap.count < calendar->heap.capacity);
    calendar->heap.count++;
    heap_up(calendar, calendar->heap.count - 1, entry);
    return handle;
}

void sim_calendar_cancel(struct sim_calendar *calendar, uint32_t handle)
{
    heap_remove(calendar, ((const uint32_t *)calendar->handles.items)[handle]);
}

struct sim_entry sim_calendar_take(struct sim_calendar *calendar)
{
    struct sim_entry least = *(const struct sim_entry *)calendar->heap.items;
    heap_remove(calendar, 0);
    return least;
}
