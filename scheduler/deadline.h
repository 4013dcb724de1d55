/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The core's deadlines: the placing and scaling cycles and the attempts' timeouts, in one heap.
 *
 * Each owner knows its position, so a deadline can be taken back in O(log n).
 */
#ifndef BATCH_SCHEDULER_DEADLINE_H
#define BATCH_SCHEDULER_DEADLINE_H

#include "scheduler/state.h"

/** Arm a cycle for the first multiple of its period at or after @p not_before_us, unless it is armed for no later. */
void batch_deadline_arm_cycle(struct batch_core *core, enum batch_deadline_kind kind, int64_t not_before_us);

/** Arm an attempt's timeout; room must have been reserved. */
void batch_deadline_arm_timeout(struct batch_core *core, uint32_t attempt_slot, int64_t at_us);

/** Take back an attempt's timeout, if it has one. */
void batch_deadline_cancel(struct batch_core *core, uint32_t attempt_slot);

/** When the earliest is due; INT64_MAX: there is none. */
int64_t batch_deadline_next_us(const struct batch_core *core);

/** Take the earliest if it is due at @p now_us. */
bool batch_deadline_pop(struct batch_core *core, int64_t now_us, struct batch_deadline *deadline);

#endif
