/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A text output that appears under its name only when it is whole.
 */
#ifndef BATCH_HARNESS_OUTPUT_H
#define BATCH_HARNESS_OUTPUT_H

#include "harness/datadir.h"

#include <stdio.h>

struct harness_output {
    const char *path; /**< Borrowed; NULL: standard output. */
    FILE *file;
    char partial[HARNESS_PATH_MAX]; /**< What is written until close. */
};

/**
 * Whether a file may be put at @p path: nothing is there yet, or a regular file. A rename would replace a device or
 * fail on a folder only after all the work. BATCH_E_IO.
 */
enum batch_rc harness_output_check(const char *path, struct batch_error *error);

/** BATCH_E_USAGE when @p path (NULL: none) is the very file that is read as @p input (NULL: none). */
enum batch_rc harness_output_guard(const char *path, const char *input, struct batch_error *error);

/** Check and open "<path>.PID.partial"; standard output for NULL. BATCH_E_IO names it and the cause. */
enum batch_rc harness_output_open(struct harness_output *output, const char *path, struct batch_error *error);

/**
 * Close; when @p rc is BATCH_OK and all could be written, rename into place, else remove.
 *
 * @return @p rc when it is a failure already (the path is put before the text of BATCH_E_IO), else BATCH_E_IO for a
 *         failure of this.
 */
enum batch_rc harness_output_close(struct harness_output *output, enum batch_rc rc, struct batch_error *error);

#endif
