/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The rows of an SWF log, one after another, with the place of every fault.
 */
#ifndef BATCH_WORKLOADS_SWF_READER_H
#define BATCH_WORKLOADS_SWF_READER_H

#include "scheduler/error.h"
#include "scheduler/source.h"
#include "workloads/input.h"
#include "workloads/swf.h"

struct workload_swf_reader {
    struct workload_input *input;   /**< Borrowed. */
    struct workload_header *header; /**< Borrowed; as far as read: complete with the first row, as a rule. */
    const char *at, *end;           /**< What is left of the lines at hand. */
    uint64_t line;                  /**< Of the row last returned, from 1. */
};

/** @p header is emptied. */
void workload_swf_reader_init(struct workload_swf_reader *reader, struct workload_input *input,
                              struct workload_header *header);

/**
 * The next row. Blank lines are skipped, comments go to the header.
 *
 * @return BATCH_SOURCE_FAILED with file, line, field, what was expected and the remedy; the reader is then done.
 */
enum batch_source_result workload_swf_reader_next(struct workload_swf_reader *reader,
                                                  struct workload_swf_record *record, struct batch_error *error);

#endif
