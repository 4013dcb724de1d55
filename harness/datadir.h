/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Where the program's own data lies: catalogue, bundled scenarios, plot scripts.
 */
#ifndef BATCH_HARNESS_DATADIR_H
#define BATCH_HARNESS_DATADIR_H

#include "scheduler/error.h"

enum { HARNESS_PATH_MAX = 4096 };

/** The two folders, the same names in a source tree and in an installation. */
struct harness_datadir {
    char data[HARNESS_PATH_MAX];  /**< Holds catalog.csv, scenarios/. */
    char plots[HARNESS_PATH_MAX]; /**< Holds the gnuplot scripts. */
};

/**
 * Look in $BATCHLAB_HOME (when set: only there), in ../share/batchlab beside the executable, in the folders
 * above the executable (a source tree), then where it was configured to be installed.
 *
 * @return BATCH_E_INPUT with every place that was looked at.
 */
enum batch_rc harness_datadir_find(struct harness_datadir *datadir, struct batch_error *error);

/** "<data folder>/<name>" into @p path; BATCH_E_INPUT when it is too long. */
enum batch_rc harness_datadir_file(const struct harness_datadir *datadir, const char *name, char path[HARNESS_PATH_MAX],
                                   struct batch_error *error);

#endif
