/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Opening the jobs of a scenario as a batch_job_source, with an account of every anomaly met.
 */
#ifndef BATCH_WORKLOADS_WORKLOAD_H
#define BATCH_WORKLOADS_WORKLOAD_H

#include "scheduler/source.h"
#include "workloads/generator.h"
#include "workloads/scenario.h"
#include "workloads/shape.h"
#include "workloads/swf.h"

/** Counted while reading; what each means is in docs/model.md. */
enum workload_anomaly {
    WORKLOAD_DROPPED_NO_SUBMIT = 0,    /**< Row without a submit time (negative): dropped. */
    WORKLOAD_RUN_UNKNOWN = 1,          /**< Field 4 negative: run time 0. */
    WORKLOAD_PROCESSORS_REQUESTED = 2, /**< Field 5 absent, field 8 taken. */
    WORKLOAD_PROCESSORS_ASSUMED = 3,   /**< Neither: 1 processor. */
    WORKLOAD_OUT_OF_ORDER = 4,         /**< Submitted before the row above: taken as at the same time. */
    WORKLOAD_EXTRA_FIELDS = 5,         /**< More than 18 fields: the rest ignored. */
    WORKLOAD_CLIPPED = 6,              /**< Wider than the widest allowed instance: clipped. */
    WORKLOAD_REJECTED = 7,             /**< The same, submitted to be rejected. */
    WORKLOAD_MEMORY_ASSUMED = 8,       /**< Requested memory absent: the per-processor rule taken. */
    WORKLOAD_FIELDS_FRACTIONAL = 9,    /**< A row with a fraction in a field that is used: cut off. */
    WORKLOAD_ANOMALY_COUNT = 10,
};

/** "dropped_no_submit" and so on: the keys of the summary. */
const char *workload_anomaly_name(enum workload_anomaly anomaly);

/** What was met so far. */
struct workload_account {
    uint64_t rows; /**< Data rows read, or jobs drawn. */
    uint64_t jobs; /**< Jobs handed out. */
    uint64_t anomalies[WORKLOAD_ANOMALY_COUNT];
    struct workload_header header;
};

struct workload_options {
    const struct workload_spec *spec;         /**< Borrowed until close. */
    const struct workload_shape_list *queues; /**< Copied: by queue, of every type that its environments allow. */
    uint32_t queue_count;                     /**< Beyond every queue that the spec feeds (workloads/route.h). */
    const struct workload_streams *streams;   /**< Borrowed until close; generators only, else may be NULL. */
    struct batch_resources definition;        /**< The job definition's: its GPUs, and its memory where the
                                                    workload's rules give none. */
};

struct workload;

/**
 * Open the workload. Of a trace, the header and the first row are read. The first submission is moved to time 0 of
 * the run: its submit time is subtracted from all. Exit codes are 0: a log's status is not replayed.
 *
 * @return BATCH_E_INPUT when the trace cannot be read, is no SWF log or has no row; BATCH_E_MEMORY.
 */
enum batch_rc workload_open(const struct workload_options *options, struct workload **ret, struct batch_error *error);

/** The source; valid until workload_close. Its destroy does nothing: the workload owns it. */
struct batch_job_source workload_source(struct workload *workload);

/** Valid until workload_close; complete once the source has ended. */
const struct workload_account *workload_accounting(const struct workload *workload);

/** Bytes of the file read so far and in all (compressed); 0, 0 for a generator. For progress. */
void workload_progress(const struct workload *workload, uint64_t *read_bytes, uint64_t *total_bytes);

void workload_close(struct workload *workload);

#endif
