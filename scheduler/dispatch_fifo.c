/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * FIFO: submission order, retried jobs first (reference 2.5, 6.1).
 */
#include "scheduler/policies.h"

static struct batch_rank fifo_key(const struct batch_job_view *job)
{
    return (struct batch_rank){.major = job->is_retry ? 0 : 1, .minor = (uint64_t)job->created_us};
}

const struct batch_dispatch_policy batch_dispatch_fifo = {
    .name = "fifo",
    .summary = "AWS Batch's default: in order of submission, retried jobs first",
    .key = fifo_key,
};
