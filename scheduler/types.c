/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The words of AWS for states and reasons.
 */
#include "scheduler/types.h"

#include <stdio.h>

const char *batch_job_state_name(enum batch_job_state state)
{
    switch (state) {
    case BATCH_JOB_NONE:
        return "NONE";
    case BATCH_JOB_SUBMITTED:
        return "SUBMITTED";
    case BATCH_JOB_PENDING:
        return "PENDING";
    case BATCH_JOB_RUNNABLE:
        return "RUNNABLE";
    case BATCH_JOB_STARTING:
        return "STARTING";
    case BATCH_JOB_RUNNING:
        return "RUNNING";
    case BATCH_JOB_SUCCEEDED:
        return "SUCCEEDED";
    case BATCH_JOB_FAILED:
        return "FAILED";
    }
    return "UNKNOWN";
}

static const char *reason_literal(enum batch_reason reason)
{
    switch (reason) {
    case BATCH_REASON_NONE:
    case BATCH_REASON_HOST_TERMINATED:
    case BATCH_REASON_USER:
        return "";
    case BATCH_REASON_ESSENTIAL_EXITED:
        return "Essential container in task exited";
    case BATCH_REASON_TIMEOUT:
        return "Job attempt duration exceeded timeout";
    case BATCH_REASON_START_FAILED:
        return "Task failed to start";
    case BATCH_REASON_RESOURCE_REQUIREMENT:
        return "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher "
               "than that can be met by the CE(s) attached to the job queue.";
    case BATCH_REASON_MAX_RESOURCE:
        return "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet "
               "the CPU requirement of the job.";
    }
    return "";
}

size_t batch_reason_text(enum batch_reason reason, uint64_t instance, char *buffer, size_t size)
{
    int length = 0;
    if (reason == BATCH_REASON_HOST_TERMINATED) {
        length = snprintf(buffer, size, "Host EC2 (instance i-%017llx) terminated.", (unsigned long long)instance);
    } else {
        length = snprintf(buffer, size, "%s", reason_literal(reason));
    }
    size_t written = length > 0 ? (size_t)length : 0;
    return written < size ? written : size - 1;
}
