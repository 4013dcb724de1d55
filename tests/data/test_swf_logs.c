/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Every log of the data folder to its last row: jobs and processor-seconds equal those counted by swf_count.py.
 */
#define _POSIX_C_SOURCE 200809L

#include "workloads/workload.h"

#include "tests/support/t_assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/** Rows as the archive's table has them; the rest from tests/data/swf_count.py. */
static const struct {
    const char *name;
    uint64_t rows, dropped, processor_seconds, clipped, clipped_processor_seconds; /**< Clipped to 64. */
    int64_t max_procs;
} logs[] = {
    {"swf/KTH-SP2-1996-2.1-cln", 28476, 0, 2016591521, 320, 1974352521, 100},
    {"swf/LLNL-Thunder-2007-1.1-cln", 121039, 1190, 44985495280, 10548, 9520613180, 4008},
    {"swf/LPC-EGEE-2004-1.2-cln", 234889, 0, 705375722, 0, 705375722, 140},
    {"swf/METACENTRUM-2009-2", 103656, 0, 4463326464, 0, 4463326464, -1},
    {"swf/OSC-Clust-2000-3.1-cln", 36097, 0, 1334503602, 0, 1334503602, 178},
    {"swf/RICC-2010-2", 447794, 0, 94418301028, 19071, 42359914645, -1},
    {"swf/SDSC-BLUE-2000-4.2-cln", 243306, 0, 74651402488, 26661, 39015178512, 1152},
    {"swf/SDSC-SP2-1998-4.2-cln", 59715, 0, 6727555216, 907, 6610440929, 128},
    {"swf/lublin_256", 10000, 0, 2092781168, 682, 1161227657, -1},
    {"swf-uniform/KTH-SP2", 28481, 0, 2013209080, 323, 1971157702, 100},
    {"swf-uniform/SDSC-BLUE", 232536, 0, 74321784456, 23404, 38832464296, 1152},
    {"swf-uniform/lublin_256", 10000, 0, 2092781168, 682, 1161227657, -1},
};

static struct workload *open_workload(struct workload_spec *spec, const struct workload_shape *shape)
{
    const struct workload_shape_list queue = {shape, 1};
    const struct workload_options options = {.spec = spec, .queues = &queue, .queue_count = 1};
    struct workload *workload = NULL;
    struct batch_error error = {.text = ""};
    if (workload_open(&options, &workload, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    return workload;
}

static struct workload_spec log_spec(char *path, size_t room, const char *name)
{
    (void)snprintf(path, room, "%s/%s.swf.gz", getenv("BATCHLAB_DATA"), name);
    return (struct workload_spec){.kind = WORKLOAD_TRACE,
                                  .path = path,
                                  .vcpu_milli_per_processor = 1000,
                                  .mib_per_processor = 1,
                                  .wide_rule = WORKLOAD_WIDE_CLIP};
}

/** Processor-seconds of all jobs, to the end. */
static uint64_t add_up(struct workload *workload)
{
    struct batch_job_source source = workload_source(workload);
    struct batch_submission job;
    struct batch_error error = {.text = ""};
    enum batch_source_result result = BATCH_SOURCE_JOB;
    uint64_t sum = 0;
    int64_t submit_us = 0;
    while ((result = source.next(source.context, &job, &error)) == BATCH_SOURCE_JOB) {
        assert_true(job.submit_us >= submit_us);
        submit_us = job.submit_us;
        sum += job.job.resources.vcpu_milli / 1000 * (uint64_t)(job.truth.run_us / BATCH_US_PER_S);
    }
    if (result != BATCH_SOURCE_END) {
        fail_msg("%s", error.text);
    }
    return sum;
}

static void logs_give_the_jobs_counted_independently(void **state)
{
    (void)state;
    const struct workload_shape wide = {UINT32_MAX, UINT32_MAX};
    const struct workload_shape narrow = {64000, 1024};
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        for (int is_narrow = 0; is_narrow < 2; is_narrow++) {
            char path[4096];
            struct workload_spec spec = log_spec(path, sizeof path, logs[i].name);
            struct workload *workload = open_workload(&spec, is_narrow ? &narrow : &wide);
            uint64_t sum = add_up(workload);
            const struct workload_account *account = workload_accounting(workload);
            t_assert_u64(sum, is_narrow ? logs[i].clipped_processor_seconds : logs[i].processor_seconds);
            t_assert_u64(account->anomalies[WORKLOAD_CLIPPED], is_narrow ? logs[i].clipped : 0);
            t_assert_u64(account->rows, logs[i].rows);
            t_assert_u64(account->jobs, logs[i].rows - logs[i].dropped);
            t_assert_u64(account->anomalies[WORKLOAD_DROPPED_NO_SUBMIT], logs[i].dropped);
            t_assert_u64(account->anomalies[WORKLOAD_OUT_OF_ORDER], 0);
            t_assert_u64(account->anomalies[WORKLOAD_FIELDS_FRACTIONAL], 0);
            t_assert_i64(account->header.max_procs, logs[i].max_procs);
            workload_close(workload);
        }
    }
}

int main(void)
{
    const char *data = getenv("BATCHLAB_DATA");
    if (data == NULL || access(data, R_OK) != 0) {
        (void)fprintf(stderr, "SKIPPED: BATCHLAB_DATA names no folder with traces\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_give_the_jobs_counted_independently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
