/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Compressing a finished file: equal bytes in give equal bytes out.
 */
#ifndef BATCH_WORKLOADS_GZIP_H
#define BATCH_WORKLOADS_GZIP_H

#include "scheduler/error.h"

#include <stdio.h>

/**
 * Write what is left of @p in to @p out as one gzip member without a name and with time 0.
 *
 * Both are borrowed; @p out is flushed but not closed. BATCH_E_IO when reading or writing fails.
 */
enum batch_rc workload_gzip(FILE *in, FILE *out, struct batch_error *error);

#endif
