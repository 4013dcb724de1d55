/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * From SWF records to submissions.
 */
#include "workloads/trace_source.h"

#include "scheduler/host.h"

#include <inttypes.h>

/** A fraction in another field is nobody's concern (field 6 has them in several logs); field 15 counts where it chooses
 * the queue. */
static const uint32_t used_fields = 1U << WORKLOAD_SWF_SUBMIT | 1U << WORKLOAD_SWF_RUN | 1U << WORKLOAD_SWF_ALLOCATED |
                                    1U << WORKLOAD_SWF_REQUESTED | 1U << WORKLOAD_SWF_ESTIMATE |
                                    1U << WORKLOAD_SWF_MEMORY_ASKED;

enum batch_rc workload_trace_open(struct workload_trace *trace, struct workload_input *input,
                                  struct workload_header *header, struct batch_error *error)
{
    *trace = (struct workload_trace){.input = input, .submit_s = -1};
    workload_swf_reader_init(&trace->reader, input, header);
    switch (workload_swf_reader_next(&trace->reader, &trace->record, error)) {
    case BATCH_SOURCE_JOB:
        trace->has_record = true;
        return BATCH_OK;
    case BATCH_SOURCE_END:
        (void)batch_error_set(error, BATCH_E_INPUT,
                              "%s: has no job: expected an SWF log, one row of 18 numbers for each job",
                              workload_input_name(input));
        break;
    case BATCH_SOURCE_FAILED:
        break;
    }
    workload_trace_close(trace);
    return error != NULL ? error->rc : BATCH_E_INPUT;
}

void workload_trace_close(struct workload_trace *trace)
{
    workload_input_close(trace->input);
    trace->input = NULL;
}

static enum batch_rc check_time(const struct workload_trace *trace, int field, struct batch_error *error)
{
    int64_t value = trace->record.fields[field];
    if (value <= WORKLOAD_TIME_S_MAX) {
        return BATCH_OK;
    }
    return batch_error_set(error, BATCH_E_INPUT,
                           "%s:%" PRIu64 ": field %d (%s) is %" PRId64 ": expected at most %" PRId64
                           " seconds; correct the row or remove it",
                           workload_input_name(trace->input), trace->reader.line, field, workload_swf_field_name(field),
                           value, WORKLOAD_TIME_S_MAX);
}

static int64_t count_processors(const int64_t *fields, struct workload_account *account)
{
    if (fields[WORKLOAD_SWF_ALLOCATED] > 0) {
        return fields[WORKLOAD_SWF_ALLOCATED];
    }
    if (fields[WORKLOAD_SWF_REQUESTED] > 0) {
        account->anomalies[WORKLOAD_PROCESSORS_REQUESTED]++;
        return fields[WORKLOAD_SWF_REQUESTED];
    }
    account->anomalies[WORKLOAD_PROCESSORS_ASSUMED]++;
    return 1;
}

/** The record at hand, which has a submit time, as a row. */
static enum batch_rc read_row(struct workload_trace *trace, struct workload_account *account, struct workload_row *row,
                              struct batch_error *error)
{
    const int64_t *fields = trace->record.fields;
    if (check_time(trace, WORKLOAD_SWF_SUBMIT, error) != BATCH_OK ||
        check_time(trace, WORKLOAD_SWF_RUN, error) != BATCH_OK ||
        check_time(trace, WORKLOAD_SWF_ESTIMATE, error) != BATCH_OK) {
        return BATCH_E_INPUT;
    }
    if (fields[WORKLOAD_SWF_SUBMIT] < trace->submit_s) {
        account->anomalies[WORKLOAD_OUT_OF_ORDER]++;
    } else {
        trace->submit_s = fields[WORKLOAD_SWF_SUBMIT];
    }
    account->anomalies[WORKLOAD_RUN_UNKNOWN] += fields[WORKLOAD_SWF_RUN] < 0;
    int64_t run_s = fields[WORKLOAD_SWF_RUN] > 0 ? fields[WORKLOAD_SWF_RUN] : 0;
    int64_t estimate_s = fields[WORKLOAD_SWF_ESTIMATE];
    *row = (struct workload_row){
        .submit_us = trace->submit_s * BATCH_US_PER_S,
        .run_us = run_s * BATCH_US_PER_S,
        .estimate_us = estimate_s < 0 ? -1 : estimate_s * BATCH_US_PER_S,
        .processors = count_processors(fields, account),
        .kib_per_processor = fields[WORKLOAD_SWF_MEMORY_ASKED],
        .queue_number = fields[WORKLOAD_SWF_QUEUE],
    };
    return BATCH_OK;
}

static enum batch_source_result next_record(struct workload_trace *trace, struct workload_account *account,
                                            struct batch_error *error)
{
    if (trace->has_record) {
        trace->has_record = false;
        return BATCH_SOURCE_JOB;
    }
    enum batch_source_result result = workload_swf_reader_next(&trace->reader, &trace->record, error);
    if (result == BATCH_SOURCE_END && account->jobs == 0) {
        (void)batch_error_set(error, BATCH_E_INPUT,
                              "%s: none of its %" PRIu64 " rows has a submit time (field 2): there is no job to run",
                              workload_input_name(trace->input), account->rows);
        return BATCH_SOURCE_FAILED;
    }
    return result;
}

enum batch_source_result workload_trace_next(struct workload_trace *trace, struct workload_mapping *mapping,
                                             struct workload_account *account, struct batch_submission *submission,
                                             struct batch_error *error)
{
    bool uses_queue = mapping->spec->route_count > 0;
    uint32_t used = uses_queue ? used_fields | 1U << WORKLOAD_SWF_QUEUE : used_fields;
    enum batch_source_result result = next_record(trace, account, error);
    while (result == BATCH_SOURCE_JOB) {
        account->rows++;
        account->anomalies[WORKLOAD_EXTRA_FIELDS] += trace->record.has_extra;
        account->anomalies[WORKLOAD_FIELDS_FRACTIONAL] += (trace->record.fractional & used) != 0;
        if (trace->record.fields[WORKLOAD_SWF_SUBMIT] >= 0) {
            break;
        }
        account->anomalies[WORKLOAD_DROPPED_NO_SUBMIT]++;
        result = next_record(trace, account, error);
    }
    if (result != BATCH_SOURCE_JOB) {
        return result;
    }

    struct workload_row row;
    if (read_row(trace, account, &row, error) != BATCH_OK) {
        return BATCH_SOURCE_FAILED;
    }
    enum batch_rc rc = workload_mapping_apply(mapping, &row, account, submission, error);
    if (rc != BATCH_OK) {
        (void)batch_error_wrap(error, rc, "%s:%" PRIu64, workload_input_name(trace->input), trace->reader.line);
        return BATCH_SOURCE_FAILED;
    }
    return BATCH_SOURCE_JOB;
}
