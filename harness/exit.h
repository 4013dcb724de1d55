/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What the program tells whoever started it: one message on standard error and an exit status.
 */
#ifndef BATCH_HARNESS_EXIT_H
#define BATCH_HARNESS_EXIT_H

#include "scheduler/error.h"

/** The exit statuses of every verb (docs/batchlab.1). */
enum harness_exit {
    HARNESS_EXIT_OK = 0,
    HARNESS_EXIT_FAILED = 1, /**< The run failed, or its output could not be written. */
    HARNESS_EXIT_USAGE = 2,  /**< The command line is wrong. */
    HARNESS_EXIT_INPUT = 3,  /**< A file or document that was read is wrong. */
};

/** The status for @p rc. */
enum harness_exit harness_exit_status(enum batch_rc rc);

/** Print "batchlab: <text>" on standard error and return the status for @p rc. @p rc is not BATCH_OK. */
int harness_exit_report(enum batch_rc rc, const struct batch_error *error);

/** Flush standard output; a full disk or closed pipe there turns @p status into HARNESS_EXIT_FAILED with a message. */
int harness_exit_flush(int status);

#endif
