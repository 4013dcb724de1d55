/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Blocks the signals that stop a run and polls for them. */
#define _POSIX_C_SOURCE 200809L
#include "harness/interrupt.h"

#include <stddef.h>
#include <time.h>

static sigset_t stopping_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGHUP);
    return set;
}

void harness_interrupt_hold(sigset_t *before)
{
    sigset_t set = stopping_signals();
    (void)sigprocmask(SIG_BLOCK, &set, before);
}

bool harness_interrupt_take(void)
{
    static const struct timespec at_once = {0};
    sigset_t set = stopping_signals();
    return sigtimedwait(&set, NULL, &at_once) > 0;
}

void harness_interrupt_restore(const sigset_t *before)
{
    (void)sigprocmask(SIG_SETMASK, before, NULL);
}
