/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The way to die: a failed assertion reaches the host's panic with its place, and never returns.
 */
#include "scheduler/host.h"

#include <stdio.h>

_Noreturn void batch_panic(const struct batch_host *host, const char *file, int line, const char *expression)
{
    char message[512];
    (void)snprintf(message, sizeof message, "%s:%d: assertion failed: %s", file, line, expression);
    if (host != NULL && host->panic != NULL) {
        host->panic(host->context, message);
    }
    __builtin_trap();
}
