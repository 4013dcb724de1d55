/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What the core needs from whoever runs it: memory and a way to die.
 */
#ifndef BATCH_SCHEDULER_HOST_H
#define BATCH_SCHEDULER_HOST_H

#include <stddef.h>

/** Borrowed by the core for its whole life; copied at create, so the struct itself may go. */
struct batch_host {
    void *context; /**< Passed back to both functions; owned by the host. */
    /**
     * Resize @p block (NULL: allocate) from @p old_bytes to @p new_bytes (0: free, returns NULL).
     * Returns NULL when refused; @p block is then untouched. Alignment as malloc.
     */
    void *(*resize)(void *context, void *block, size_t old_bytes, size_t new_bytes);
    /** Report a programmer's mistake and never return. */
    void (*panic)(void *context, const char *message);
};

/** Call the host's panic with the place of a failed assertion; traps if there is no host or it returns. */
_Noreturn void batch_panic(const struct batch_host *host, const char *file, int line, const char *expression);

/**
 * Always on, in every build: the condition is a fact of the program, never of its input.
 * @p host may be NULL where none is at hand; the process then traps.
 */
#define BATCH_ASSERT(host, condition) ((condition) ? (void)0 : batch_panic((host), __FILE__, __LINE__, #condition))

#endif
