/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A synthetic trace with the named random streams of a seed, as a run of the generator itself would draw it.
 */
#ifndef BATCH_HARNESS_GENERATE_H
#define BATCH_HARNESS_GENERATE_H

#include "cloud/stream.h"
#include "workloads/workload.h"

#include <stdio.h>

/** Lives where it is declared: `named` points into it. */
struct harness_streams {
    struct cloud_stream arrivals, sizes, runtimes;
    struct workload_streams named;
};

void harness_streams_open(struct harness_streams *streams, uint64_t seed);

/** Write the jobs of @p spec to @p out as SWF; errors as workload_swf_write. */
enum batch_rc harness_generate(FILE *out, const struct workload_spec *spec, uint64_t seed, struct batch_error *error);

#endif
