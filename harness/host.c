/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file realloc and abort in the shape the core asks for. */
#include "harness/host.h"

#include <stdio.h>
#include <stdlib.h>

static void *resize(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    if (new_bytes == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_bytes);
}

static void panic(void *context, const char *message)
{
    (void)context;
    (void)fprintf(stderr, "batchlab: internal error: %s\n", message);
    abort();
}

struct batch_host harness_host(void)
{
    return (struct batch_host){.resize = resize, .panic = panic};
}
