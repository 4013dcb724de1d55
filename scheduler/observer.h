/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Who is told everything that happens: implemented by the harness, called by both worlds.
 *
 * A world calls on_event after the core has applied the event and before any command it caused, and
 * on_command as it drains each command. `time is` and `decide` events are passed too. A submission's event
 * carries the world's tag; on_submitted adds its truth.
 */
#ifndef BATCH_SCHEDULER_OBSERVER_H
#define BATCH_SCHEDULER_OBSERVER_H

#include "scheduler/command.h"
#include "scheduler/error.h"
#include "scheduler/event.h"
#include "scheduler/source.h"

/** Every function may fail (a full disk): the world then stops and passes the error up. None may be NULL. */
struct batch_observer {
    void *context;
    /** In place of on_event for BATCH_EVENT_JOB_SUBMITTED. @p job is the sequence number the core gave. */
    enum batch_rc (*on_submitted)(void *context, uint64_t job, const struct batch_submission *submission,
                                  struct batch_error *error);
    enum batch_rc (*on_event)(void *context, const struct batch_event *event, struct batch_error *error);
    enum batch_rc (*on_command)(void *context, const struct batch_command *command, struct batch_error *error);
};

#endif
