/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The jobs of a scenario, wherever they come from, behind one table of functions.
 */
#include "workloads/workload.h"

#include "scheduler/host.h"
#include "workloads/mapping.h"
#include "workloads/trace_source.h"

#include <inttypes.h>
#include <stdlib.h>

struct workload {
    struct workload_mapping mapping;
    struct workload_account account;
    struct workload_trace trace; /**< TRACE. */
    struct workload_generator generator;
};

const char *workload_anomaly_name(enum workload_anomaly anomaly)
{
    static const char *const names[WORKLOAD_ANOMALY_COUNT] = {
        [WORKLOAD_DROPPED_NO_SUBMIT] = "dropped_no_submit",
        [WORKLOAD_RUN_UNKNOWN] = "run_unknown",
        [WORKLOAD_PROCESSORS_REQUESTED] = "processors_requested",
        [WORKLOAD_PROCESSORS_ASSUMED] = "processors_assumed",
        [WORKLOAD_OUT_OF_ORDER] = "out_of_order",
        [WORKLOAD_EXTRA_FIELDS] = "extra_fields",
        [WORKLOAD_CLIPPED] = "clipped",
        [WORKLOAD_REJECTED] = "rejected",
        [WORKLOAD_MEMORY_ASSUMED] = "memory_assumed",
        [WORKLOAD_FIELDS_FRACTIONAL] = "fields_fractional",
    };
    BATCH_ASSERT(NULL, anomaly < WORKLOAD_ANOMALY_COUNT);
    return names[anomaly];
}

static enum batch_rc open_source(struct workload *workload, const struct workload_options *options,
                                 struct batch_error *error)
{
    if (options->spec->kind != WORKLOAD_TRACE) {
        workload_header_init(&workload->account.header);
        workload_generator_init(&workload->generator, options->spec, options->streams);
        return BATCH_OK;
    }
    struct workload_input *input = NULL;
    enum batch_rc rc = workload_input_open(options->spec->path, &input, error);
    if (rc == BATCH_OK) {
        rc = workload_trace_open(&workload->trace, input, &workload->account.header, error);
    }
    return rc;
}

enum batch_rc workload_open(const struct workload_options *options, struct workload **ret, struct batch_error *error)
{
    struct workload *workload = calloc(1, sizeof *workload);
    if (workload == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the workload");
    }
    enum batch_rc rc = workload_mapping_init(&workload->mapping, options, error);
    if (rc == BATCH_OK) {
        rc = open_source(workload, options, error);
    }
    if (rc != BATCH_OK) {
        workload_close(workload);
        return rc;
    }
    *ret = workload;
    return BATCH_OK;
}

static enum batch_source_result next_generated(struct workload *workload, struct batch_submission *submission,
                                               struct batch_error *error)
{
    struct workload_account *account = &workload->account;
    struct workload_row row;
    if (!workload_generator_next(&workload->generator, &row)) {
        (void)batch_error_set(error, BATCH_E_INPUT,
                              "workload: job %" PRIu64 " would be submitted after %" PRId64
                              " seconds: raise the arrival rate or ask for fewer jobs",
                              account->rows + 1, WORKLOAD_TIME_S_MAX);
        return BATCH_SOURCE_FAILED;
    }
    account->rows++;
    enum batch_rc rc = workload_mapping_apply(&workload->mapping, &row, account, submission, error);
    if (rc != BATCH_OK) {
        (void)batch_error_wrap(error, rc, "workload: job %" PRIu64, account->rows);
        return BATCH_SOURCE_FAILED;
    }
    return BATCH_SOURCE_JOB;
}

static enum batch_source_result next(void *context, struct batch_submission *submission, struct batch_error *error)
{
    struct workload *workload = context;
    const struct workload_spec *spec = workload->mapping.spec;
    bool is_trace = spec->kind == WORKLOAD_TRACE;
    bool is_limited = !is_trace || spec->jobs_max > 0;
    if (is_limited && workload->account.jobs == spec->jobs_max) {
        return BATCH_SOURCE_END;
    }
    return is_trace ? workload_trace_next(&workload->trace, &workload->mapping, &workload->account, submission, error)
                    : next_generated(workload, submission, error);
}

static void destroy(void *context)
{
    (void)context;
}

struct batch_job_source workload_source(struct workload *workload)
{
    return (struct batch_job_source){.context = workload, .next = next, .destroy = destroy};
}

const struct workload_account *workload_accounting(const struct workload *workload)
{
    return &workload->account;
}

void workload_progress(const struct workload *workload, uint64_t *read_bytes, uint64_t *total_bytes)
{
    *read_bytes = 0;
    *total_bytes = 0;
    if (workload->trace.input != NULL) {
        workload_input_progress(workload->trace.input, read_bytes, total_bytes);
    }
}

void workload_close(struct workload *workload)
{
    if (workload == NULL) {
        return;
    }
    workload_trace_close(&workload->trace);
    workload_mapping_clear(&workload->mapping);
    free(workload);
}
