/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The test host: a header before each block remembers its size, so that a wrong old_bytes is seen.
 */
#include "tests/support/t_host.h"

#include "tests/support/t_assert.h"

#include <stdio.h>
#include <stdlib.h>

/** As wide as the strictest alignment, so that what follows is aligned like malloc's own. */
union prefix {
    size_t bytes;
    max_align_t align;
};

static void *resize(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    struct t_host *t = context;
    union prefix *old = block == NULL ? NULL : (union prefix *)block - 1;
    if ((old == NULL ? 0 : old->bytes) != old_bytes) {
        t->wrong_sizes++;
    }

    if (new_bytes == 0) {
        if (old != NULL) {
            t->live_blocks--;
            t->live_bytes -= old->bytes;
            free(old);
        }
        return NULL;
    }

    t->requests++;
    if (t->refuse_from != 0 && t->requests >= t->refuse_from) {
        t->refused++;
        return NULL;
    }

    size_t bytes_before = old == NULL ? 0 : old->bytes;
    union prefix *new = realloc(old, sizeof *new + new_bytes);
    if (new == NULL) {
        return NULL;
    }
    t->live_blocks += block == NULL;
    t->live_bytes += new_bytes - bytes_before;
    t->peak_bytes = t->live_bytes > t->peak_bytes ? t->live_bytes : t->peak_bytes;
    new->bytes = new_bytes;
    return new + 1;
}

/** Keeps the words, because the caller's buffer is gone once cmocka has jumped out of it. */
static void panic(void *context, const char *message)
{
    struct t_host *t = context;
    (void)snprintf(t->panic_message, sizeof t->panic_message, "%s", message);
    mock_assert(0, t->panic_message, "panic", 0);
}

void t_host_init(struct t_host *t)
{
    *t = (struct t_host){.host = {.context = t, .resize = resize, .panic = panic}};
}

void t_host_assert_clean(const struct t_host *t)
{
    t_assert_u64(t->wrong_sizes, 0);
    t_assert_u64(t->live_blocks, 0);
    t_assert_u64(t->live_bytes, 0);
}
