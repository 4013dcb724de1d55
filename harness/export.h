/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A table of a results file as CSV.
 */
#ifndef BATCH_HARNESS_EXPORT_H
#define BATCH_HARNESS_EXPORT_H

#include "harness/results.h"

/**
 * A header line of column names (units are in them), then a line per row. Codes are printed as their words;
 * a time or number that there is not is an empty field.
 *
 * @return BATCH_E_IO: @p out failed. What is still in its buffer is the caller's to flush and check.
 */
enum batch_rc harness_export_csv(struct harness_reader *reader, enum harness_table table, FILE *out,
                                 struct batch_error *error);

#endif
