/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A binary heap whose entries tell their owners where they are.
 */
#include "scheduler/deadline.h"

static bool deadline_less(const struct batch_deadline *a, const struct batch_deadline *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->key < b->key;
}

static void deadline_set(struct batch_core *core, uint32_t at, struct batch_deadline deadline)
{
    *batch_deadline_at(core, at) = deadline;
    if (deadline.kind == BATCH_DEADLINE_TIMEOUT) {
        batch_attempt_at(core, deadline.slot)->deadline = at;
    } else {
        core->scalars.cycles[deadline.kind] = at;
    }
}

static void heap_up(struct batch_core *core, uint32_t at, struct batch_deadline deadline)
{
    while (at > 0 && deadline_less(&deadline, batch_deadline_at(core, (at - 1) / 2))) {
        deadline_set(core, at, *batch_deadline_at(core, (at - 1) / 2));
        at = (at - 1) / 2;
    }
    deadline_set(core, at, deadline);
}

static void heap_down(struct batch_core *core, uint32_t at, struct batch_deadline deadline)
{
    uint32_t count = core->arenas[BATCH_ARENA_DEADLINES].count;
    for (;;) {
        uint32_t child = at * 2 + 1;
        if (child >= count) {
            break;
        }
        if (child + 1 < count && deadline_less(batch_deadline_at(core, child + 1), batch_deadline_at(core, child))) {
            child++;
        }
        if (!deadline_less(batch_deadline_at(core, child), &deadline)) {
            break;
        }
        deadline_set(core, at, *batch_deadline_at(core, child));
        at = child;
    }
    deadline_set(core, at, deadline);
}

static void heap_remove(struct batch_core *core, uint32_t at)
{
    struct batch_arena *heap = &core->arenas[BATCH_ARENA_DEADLINES];
    heap->count--;
    if (at == heap->count) {
        return;
    }
    struct batch_deadline last = *batch_deadline_at(core, heap->count);
    if (at > 0 && deadline_less(&last, batch_deadline_at(core, (at - 1) / 2))) {
        heap_up(core, at, last);
    } else {
        heap_down(core, at, last);
    }
}

static void heap_push(struct batch_core *core, struct batch_deadline deadline)
{
    struct batch_arena *heap = &core->arenas[BATCH_ARENA_DEADLINES];
    BATCH_ASSERT(&core->host, heap->count < heap->capacity);
    heap->count++;
    heap_up(core, heap->count - 1, deadline);
}

static int64_t cycle_align_us(int64_t not_before_us, int64_t period_us)
{
    if (period_us == 0 || not_before_us > INT64_MAX - period_us) {
        return not_before_us;
    }
    return (not_before_us + period_us - 1) / period_us * period_us;
}

void batch_deadline_arm_cycle(struct batch_core *core, enum batch_deadline_kind kind, int64_t not_before_us)
{
    int64_t period_us =
        kind == BATCH_DEADLINE_PLACE ? core->configuration.place_period_us : core->configuration.scale_period_us;
    bool is_due = kind == BATCH_DEADLINE_PLACE ? core->scalars.is_place_due : core->scalars.is_scale_due;
    int64_t at_us = cycle_align_us(not_before_us, period_us);
    if (is_due && at_us <= core->scalars.now_us) {
        return;
    }
    struct batch_deadline deadline = {.at_us = at_us, .key = kind, .kind = kind};
    uint32_t at = core->scalars.cycles[kind];
    if (at == BATCH_NO_SLOT) {
        heap_push(core, deadline);
    } else if (at_us < batch_deadline_at(core, at)->at_us) {
        heap_up(core, at, deadline);
    }
}

void batch_deadline_arm_timeout(struct batch_core *core, uint32_t attempt_slot, int64_t at_us)
{
    uint64_t key = BATCH_DEADLINE_CYCLES + batch_attempt_at(core, attempt_slot)->attempt;
    heap_push(core, (struct batch_deadline){
                        .at_us = at_us, .key = key, .kind = BATCH_DEADLINE_TIMEOUT, .slot = attempt_slot});
}

void batch_deadline_cancel(struct batch_core *core, uint32_t attempt_slot)
{
    struct batch_attempt *attempt = batch_attempt_at(core, attempt_slot);
    if (attempt->deadline != BATCH_NO_SLOT) {
        heap_remove(core, attempt->deadline);
        attempt->deadline = BATCH_NO_SLOT;
    }
}

int64_t batch_deadline_next_us(const struct batch_core *core)
{
    return core->arenas[BATCH_ARENA_DEADLINES].count > 0 ? batch_deadline_at(core, 0)->at_us : INT64_MAX;
}

bool batch_deadline_pop(struct batch_core *core, int64_t now_us, struct batch_deadline *deadline)
{
    if (core->arenas[BATCH_ARENA_DEADLINES].count == 0 || batch_deadline_next_us(core) > now_us) {
        return false;
    }
    *deadline = *batch_deadline_at(core, 0);
    heap_remove(core, 0);
    if (deadline->kind == BATCH_DEADLINE_TIMEOUT) {
        batch_attempt_at(core, deadline->slot)->deadline = BATCH_NO_SLOT;
    } else {
        core->scalars.cycles[deadline->kind] = BATCH_NO_SLOT;
    }
    return true;
}
