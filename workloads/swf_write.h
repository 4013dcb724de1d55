/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Writing a generator's jobs as an SWF log.
 */
#ifndef BATCH_WORKLOADS_SWF_WRITE_H
#define BATCH_WORKLOADS_SWF_WRITE_H

#include "workloads/scenario.h"
#include "workloads/streams.h"

#include <stdio.h>

/**
 * Write a header and spec->jobs_max rows to @p out; the same bytes for the same draws.
 *
 * Times are written in whole seconds as the format has them: what a Poisson model draws beyond that is cut off. Both
 * allocated and requested processors are given, and the queue number is that of the job's type. Submit times count from
 * the generator's own zero.
 *
 * @param spec  Of a generator's kind.
 * @param out   Borrowed; flushed but not closed.
 * @return BATCH_E_IO when writing fails; BATCH_E_INPUT when a job would come after WORKLOAD_TIME_S_MAX.
 */
enum batch_rc workload_swf_write(FILE *out, const struct workload_spec *spec, const struct workload_streams *streams,
                                 struct batch_error *error);

#endif
