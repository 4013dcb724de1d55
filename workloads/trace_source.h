/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * An SWF log as a source of jobs: which field counts, what is dropped, and what is counted as an anomaly.
 */
#ifndef BATCH_WORKLOADS_TRACE_SOURCE_H
#define BATCH_WORKLOADS_TRACE_SOURCE_H

#include "workloads/input.h"
#include "workloads/mapping.h"
#include "workloads/swf_reader.h"

struct workload_trace {
    struct workload_input *input; /**< Owned. */
    struct workload_swf_reader reader;
    struct workload_swf_record record; /**< The first row is read at open and waits here. */
    bool has_record;
    int64_t submit_s; /**< Of the row above; -1 before the first. */
};

/**
 * Read up to the first row.
 *
 * @param input   Owned by the trace from now on, also on failure.
 * @param header  Borrowed until close; filled as comments are met.
 * @return BATCH_E_INPUT when there is no row, or the first one is wrong.
 */
enum batch_rc workload_trace_open(struct workload_trace *trace, struct workload_input *input,
                                  struct workload_header *header, struct batch_error *error);

/** One that was zeroed but never opened is fine. */
void workload_trace_close(struct workload_trace *trace);

/** The next job that is kept, and its anomalies. A log of which no row is kept fails. */
enum batch_source_result workload_trace_next(struct workload_trace *trace, struct workload_mapping *mapping,
                                             struct workload_account *account, struct batch_submission *submission,
                                             struct batch_error *error);

#endif
