/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The progress line of a run on a terminal. Reads the wall clock, which nothing of the result may depend on.
 */
#ifndef BATCH_HARNESS_PROGRESS_H
#define BATCH_HARNESS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** Where a run is. */
struct harness_progress_state {
    int64_t now_us; /**< Virtual time. */
    uint64_t jobs_ended;
    double share_done; /**< 0..1 of the work; negative: unknown. */
};

struct harness_progress {
    FILE *out;        /**< NULL: silent. */
    double started_s; /**< Wall clock. */
    double drawn_s;
    bool is_drawn;
};

enum { HARNESS_PROGRESS_LINE_MAX = 160 };

/** Begin; draws only when @p is_wanted and @p out is a terminal. */
struct harness_progress harness_progress_begin(FILE *out, bool is_wanted);

/** Redraw, at most ten times a second. */
void harness_progress_update(struct harness_progress *progress, const struct harness_progress_state *state);

/** Wipe the line, so that what is printed next starts clean. */
void harness_progress_end(struct harness_progress *progress);

/** The line for @p state after @p elapsed_s of wall clock, without a line end. Cut to @p size. */
void harness_progress_format(const struct harness_progress_state *state, double elapsed_s, char *line, size_t size);

#endif
