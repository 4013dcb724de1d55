/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * SWF logs from memory, plain and gzip: any bytes give jobs or words, the same whatever the size of the blocks.
 *
 * The first byte chooses the size of the blocks and the rules; the rest is the log.
 */
#include "scheduler/host.h"
#include "workloads/trace_source.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What reading came to. */
struct outcome {
    enum batch_source_result result;
    uint64_t line, jobs, sum;
};

static void check_job(const struct batch_submission *job, const struct batch_submission *before, bool is_clipped)
{
    const int64_t longest_us = WORKLOAD_TIME_S_MAX * BATCH_US_PER_S;
    BATCH_ASSERT(NULL, job->submit_us >= before->submit_us && job->submit_us <= longest_us);
    BATCH_ASSERT(NULL, job->truth.run_us >= 0 && job->truth.run_us <= longest_us);
    BATCH_ASSERT(NULL, job->job.estimate_us >= -1 && job->job.estimate_us <= longest_us);
    BATCH_ASSERT(NULL, job->job.resources.vcpu_milli > 0);
    BATCH_ASSERT(NULL, !is_clipped || job->job.resources.vcpu_milli <= 16000);
}

static void read_jobs(struct workload_trace *trace, struct workload_mapping *mapping, struct workload_account *account,
                      struct outcome *outcome)
{
    struct batch_error error = {.text = ""};
    struct batch_submission before = {0};
    struct batch_submission job;
    while ((outcome->result = workload_trace_next(trace, mapping, account, &job, &error)) == BATCH_SOURCE_JOB) {
        check_job(&job, &before, mapping->spec->wide_rule == WORKLOAD_WIDE_CLIP);
        outcome->sum = outcome->sum * 31 + (uint64_t)job.submit_us + (uint64_t)job.truth.run_us +
                       job.job.resources.vcpu_milli + job.job.resources.mib + job.job.queue;
        before = job;
    }
    BATCH_ASSERT(NULL, outcome->result != BATCH_SOURCE_FAILED || strstr(error.text, "fuzz.swf") == error.text);
    outcome->line = trace->reader.line;
    outcome->jobs = account->jobs;
}

static struct outcome read_log(const uint8_t *data, size_t size, size_t block, const struct workload_spec *spec)
{
    static const struct workload_shape shapes[] = {{2000, 8192}, {16000, 4096}};
    const struct workload_shape_list queues[] = {{shapes, 2}, {shapes, 1}};
    const struct workload_options options = {.spec = spec, .queues = queues, .queue_count = 2};
    struct outcome outcome = {.result = BATCH_SOURCE_FAILED};
    struct workload_account account = {0};
    struct workload_input *input = NULL;
    struct workload_trace trace = {0};
    struct workload_mapping mapping;
    if (workload_input_open_memory("fuzz.swf", data, size, block, &input, NULL) != BATCH_OK) {
        return outcome;
    }
    if (workload_trace_open(&trace, input, &account.header, NULL) == BATCH_OK &&
        workload_mapping_init(&mapping, &options, NULL) == BATCH_OK) {
        read_jobs(&trace, &mapping, &account, &outcome);
        workload_mapping_clear(&mapping);
    }
    workload_trace_close(&trace);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    uint8_t choice = data[0];
    struct workload_route routes[] = {{-1, 0}, {1, 1}, {3, 0}};
    const struct workload_spec spec = {
        .kind = WORKLOAD_TRACE,
        .vcpu_milli_per_processor = (choice & 64) != 0 ? 333 : 1000,
        .memory_rule = (choice & 128) != 0 ? WORKLOAD_MEMORY_REQUESTED : WORKLOAD_MEMORY_PER_PROCESSOR,
        .mib_per_processor = 2048,
        .refuses_unrouted = (choice & 48) == 48,
        .routes = routes,
        .route_count = (choice & 16) != 0 ? 3 : 0,
        .wide_rule = (choice & 32) != 0 ? WORKLOAD_WIDE_REJECT : WORKLOAD_WIDE_CLIP,
    };
    struct outcome small = read_log(data + 1, size - 1, 1 + (choice & 31U), &spec);
    struct outcome large = read_log(data + 1, size - 1, 8192, &spec);
    BATCH_ASSERT(NULL, small.result == large.result);
    /* What comes before damage in a gzip file depends on the block that it is in. */
    if (large.result == BATCH_SOURCE_END || (size > 1 && data[1] != 0x1f)) {
        BATCH_ASSERT(NULL, small.jobs == large.jobs && small.sum == large.sum && small.line == large.line);
    }
    return 0;
}
