/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Where a world gets its jobs: implemented by workloads, consumed by sim and real.
 */
#ifndef BATCH_SCHEDULER_SOURCE_H
#define BATCH_SCHEDULER_SOURCE_H

#include "scheduler/error.h"
#include "scheduler/event.h"

/** What only a world may know of a job; the core never sees it. */
struct batch_job_truth {
    int64_t run_us;    /**< How long its container runs when nothing stops it; >= 0. */
    int32_t exit_code; /**< What it then exits with. */
};

struct batch_submission {
    int64_t submit_us;              /**< Never less than that of the submission before; the run begins at 0. */
    struct batch_job_submitted job; /**< The tag is the world's to set. */
    struct batch_job_truth truth;
};

enum batch_source_result {
    BATCH_SOURCE_JOB = 0,    /**< *submission is filled. */
    BATCH_SOURCE_END = 1,    /**< There are no more; asking again gives the same answer. */
    BATCH_SOURCE_FAILED = 2, /**< *error says why. */
};

struct batch_job_source {
    void *context; /**< Owned by the source. */
    enum batch_source_result (*next)(void *context, struct batch_submission *submission, struct batch_error *error);
    void (*destroy)(void *context); /**< Free the context. */
};

#endif
