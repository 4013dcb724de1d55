/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * SIGINT, SIGTERM and SIGHUP as something to ask about: they are held back and looked for between slices of work, so
 * that no handler and no global flag is needed and an unfinished file is always cleaned up.
 */
#ifndef BATCH_HARNESS_INTERRUPT_H
#define BATCH_HARNESS_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/** Hold them back; @p before takes the mask to restore. */
void harness_interrupt_hold(sigset_t *before);

/** Whether one of them has arrived; it is taken, so that restoring the mask does not kill the process. */
bool harness_interrupt_take(void);

void harness_interrupt_restore(const sigset_t *before);

#endif
