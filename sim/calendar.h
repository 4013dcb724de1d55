/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The future: entries by (time, class, sequence), taken least first, cancelled by handle.
 *
 * A 4-ary implicit heap. Entries at the same time go by class, then in the order they were added, so that no
 * tie is left to chance.
 */
#ifndef BATCH_SIM_CALENDAR_H
#define BATCH_SIM_CALENDAR_H

#include "scheduler/arena.h"

#include <stdbool.h>

/** What happens; the value is the class: among equal times the smaller goes first (docs/model.md). */
enum sim_entry_kind {
    SIM_ENTRY_ATTEMPT_ENDED = 1,
    SIM_ENTRY_ATTEMPT_STARTED = 2,
    SIM_ENTRY_INSTANCE_TERMINATED = 3,
    SIM_ENTRY_INSTANCE_INTERRUPTED = 4,
    SIM_ENTRY_INSTANCE_NOTICE = 5,
    SIM_ENTRY_INSTANCE_RUNNING = 6,
    SIM_ENTRY_INSTANCE_REGISTERED = 7,
};

enum { SIM_HANDLE_NONE = 0 };

struct sim_calendar {
    struct batch_host host;
    struct batch_arena heap;    /**< struct sim_entry */
    struct batch_arena handles; /**< Position of each handle's entry. */
    uint64_t sequence;
};

struct sim_entry {
    int64_t at_us;
    uint64_t order; /**< Class in the top byte, then the sequence. */
    uint32_t handle;
    uint32_t subject; /**< The world's slot of a job or an instance. */
};

void sim_calendar_init(struct sim_calendar *calendar, const struct batch_host *host);
void sim_calendar_release(struct sim_calendar *calendar);

/** Room for @p extra more entries; sim_calendar_add cannot fail after it. */
enum batch_rc sim_calendar_reserve(struct sim_calendar *calendar, uint32_t extra, struct batch_error *error);

/** Returns a handle, never SIM_HANDLE_NONE, good until the entry is taken or cancelled. O(log n). */
uint32_t sim_calendar_add(struct sim_calendar *calendar, int64_t at_us, enum sim_entry_kind kind, uint32_t subject);

void sim_calendar_cancel(struct sim_calendar *calendar, uint32_t handle);

/** Time of the least entry; INT64_MAX when there is none. */
static inline int64_t sim_calendar_next_us(const struct sim_calendar *calendar)
{
    return calendar->heap.count > 0 ? ((const struct sim_entry *)calendar->heap.items)->at_us : INT64_MAX;
}

/** Take the least entry; there must be one. */
struct sim_entry sim_calendar_take(struct sim_calendar *calendar);

static inline enum sim_entry_kind sim_entry_kind(const struct sim_entry *entry)
{
    return (enum sim_entry_kind)(entry->order >> 56);
}

#endif
