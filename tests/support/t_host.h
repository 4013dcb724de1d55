/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A host for tests: counts live memory, refuses the n-th request, and turns a panic into a test result.
 */
#ifndef BATCH_TESTS_SUPPORT_T_HOST_H
#define BATCH_TESTS_SUPPORT_T_HOST_H

#include "scheduler/host.h"

#include <stddef.h>
#include <stdint.h>

/** One per test; must outlive every object made with its host. */
struct t_host {
    struct batch_host host; /**< Hand this to the code under test. */
    uint64_t requests;      /**< Calls of resize that asked for memory. */
    uint64_t refused;       /**< Of them, answered with NULL. */
    uint64_t refuse_from;   /**< Refuse this request (1 is the first) and all after it; 0: never. */
    uint64_t live_blocks;   /**< Blocks not yet freed: 0 at the end, or something leaked. */
    size_t live_bytes;
    size_t peak_bytes;
    char panic_message[512]; /**< The last panic's words; also in cmocka's global_last_failed_assert. */
    uint64_t wrong_sizes;    /**< Calls whose old_bytes was not what the block was made with: must stay 0. */
};

/** Set up @p t with the counters at zero. A panic becomes a cmocka assertion: see expect_assert_failure(). */
void t_host_init(struct t_host *t);

/** Fail the test unless every block was freed and every old_bytes was true. */
void t_host_assert_clean(const struct t_host *t);

#endif
