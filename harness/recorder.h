/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The observer that turns events and commands into rows, a bill and a summary; the same for both worlds.
 */
#ifndef BATCH_HARNESS_RECORDER_H
#define BATCH_HARNESS_RECORDER_H

#include "harness/assembly.h"
#include "harness/summary.h"
#include "scheduler/observer.h"

struct harness_recorder_options {
    const struct harness_assembly *assembly; /**< Borrowed until destroy. */
    const char *path; /**< Of the results file; NULL: rows are not written, the summary is still made. */
    bool compresses;  /**< shuffle + deflate. */
    uint64_t seed;
};

struct harness_recorder;

/** Opens "<path>.PID.partial" beside the final file; BATCH_E_IO names it. */
enum batch_rc harness_recorder_create(const struct harness_recorder_options *options, struct harness_recorder **ret,
                                      struct batch_error *error);
struct batch_observer harness_recorder_observer(struct harness_recorder *recorder);

/**
 * End the run: close open rows, check Little's law and the bill's identities (a breach trips an assertion),
 * write the rest, close, read the row counts back, rename into place.
 *
 * @param summary  Filled on success; released by the caller.
 * @return BATCH_E_IO, BATCH_E_MEMORY: only destroy may follow, which removes the partial file.
 */
enum batch_rc harness_recorder_finish(struct harness_recorder *recorder, const struct workload_account *account,
                                      const struct sim_status *status, struct harness_summary *summary,
                                      struct batch_error *error);

/** Frees; removes the partial file unless finish has succeeded. NULL is legal. */
void harness_recorder_destroy(struct harness_recorder *recorder);

#endif
