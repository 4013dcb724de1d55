/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * gnuplot as an external program: a folder of its own to work in, no shell, so any path is safe.
 */
#ifndef BATCH_HARNESS_GNUPLOT_H
#define BATCH_HARNESS_GNUPLOT_H

#include "harness/datadir.h"

#include <stdio.h>

/** Where figures are made before they are moved into place. */
struct harness_gnuplot {
    char folder[HARNESS_PATH_MAX]; /**< Made beside the figures, removed at close. */
    char plots[HARNESS_PATH_MAX];  /**< The scripts, absolute. */
};

/** Make the working folder in @p target. BATCH_E_IO names it and the cause. */
enum batch_rc harness_gnuplot_open(struct harness_gnuplot *gnuplot, const char *target, const char *plots,
                                   struct batch_error *error);

/** Remove the working folder with all that is in it. */
void harness_gnuplot_close(struct harness_gnuplot *gnuplot);

/** A new file in the working folder for data; close it with harness_gnuplot_finish. NULL: *error says why. */
FILE *harness_gnuplot_create(const struct harness_gnuplot *gnuplot, const char *name, struct batch_error *error);

/** Close @p file; BATCH_E_IO when anything could not be written. */
enum batch_rc harness_gnuplot_finish(FILE *file, struct batch_error *error);

/** Write "name = 'text'" so that gnuplot reads @p text back unchanged; line ends become blanks. */
void harness_gnuplot_put_text(FILE *file, const char *name, const char *text);

/**
 * Run setup.gp (made by the caller), style.gp and "<figure>.gp"; they leave "figure.<format>", which is moved
 * to @p destination.
 *
 * @return BATCH_E_IO: gnuplot is missing (the text names the package), failed (its words) or the disk is full.
 */
enum batch_rc harness_gnuplot_run(const struct harness_gnuplot *gnuplot, const char *figure, const char *format,
                                  const char *destination, struct batch_error *error);

#endif
