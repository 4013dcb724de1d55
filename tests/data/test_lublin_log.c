/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A log that the authors' own program of the Lublin-Feitelson model once wrote (256 processors, 10,000 jobs of no
 * type) beside what our generator draws: they are two samples of one model.
 */
#define _POSIX_C_SOURCE 200809L

#include "workloads/lublin.h"
#include "workloads/swf_reader.h"

#include "tests/support/t_assert.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { JOBS = 10000, PROCESSORS = 256, DAY_BUCKETS = WORKLOAD_LUBLIN_BUCKETS };

/** In whole seconds. */
struct job {
    int64_t submit_s, run_s, processors;
};

static struct job published[JOBS], drawn[JOBS];

/** One number per job, sorted, so that samples can be compared. */
typedef double job_value(const struct job *jobs, int index);

static void read_published(void)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/swf-uniform/lublin_256.swf.gz", getenv("BATCHLAB_DATA"));
    struct batch_error error = {.text = ""};
    struct workload_input *input = NULL;
    if (workload_input_open(path, &input, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    struct workload_header header;
    struct workload_swf_reader reader;
    struct workload_swf_record record;
    workload_swf_reader_init(&reader, input, &header);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(workload_swf_reader_next(&reader, &record, &error), BATCH_SOURCE_JOB);
        published[i] = (struct job){record.fields[WORKLOAD_SWF_SUBMIT], record.fields[WORKLOAD_SWF_RUN],
                                    record.fields[WORKLOAD_SWF_ALLOCATED]};
    }
    workload_input_close(input);
}

/** The generator's weights of the half hours, for judging both samples. */
static double weights[DAY_BUCKETS];

static void draw_our_own(void)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 20260804);
    const struct workload_streams streams = {rng, rng, rng};
    struct workload_lublin lublin;
    workload_lublin_init(&lublin, WORKLOAD_LUBLIN_TYPELESS, PROCESSORS, 1, &streams);
    for (int i = 0; i < DAY_BUCKETS; i++) {
        weights[i] = lublin.processes[0].weights[i];
    }
    for (int i = 0; i < JOBS; i++) {
        struct workload_row row;
        assert_true(workload_lublin_next(&lublin, &row));
        drawn[i] = (struct job){row.submit_us / BATCH_US_PER_S, row.run_us / BATCH_US_PER_S, row.processors};
    }
    gsl_rng_free(rng);
}

static int setup(void **state)
{
    (void)state;
    read_published();
    draw_our_own();
    return 0;
}

static double log2_size(const struct job *jobs, int index)
{
    return log2((double)jobs[index].processors);
}

static double log_run(const struct job *jobs, int index)
{
    return log((double)jobs[index].run_s);
}

/** Points that all buckets from midnight of the first day up to @p time_s cost. */
static double points_until(int64_t time_s)
{
    int64_t buckets = time_s / WORKLOAD_LUBLIN_BUCKET_S;
    double points = (double)(buckets - buckets % DAY_BUCKETS);
    for (int i = 0; i < buckets % DAY_BUCKETS; i++) {
        points += weights[i];
    }
    double part = (double)(time_s % WORKLOAD_LUBLIN_BUCKET_S) / WORKLOAD_LUBLIN_BUCKET_S;
    return points + part * weights[buckets % DAY_BUCKETS];
}

/** What was drawn for the gap before a job: ln of its points, in seconds; gaps below a second count as one. */
static double log_gap(const struct job *jobs, int index)
{
    double before = index > 0 ? points_until(jobs[index - 1].submit_s) : 0;
    double points = points_until(jobs[index].submit_s) - before;
    return log(fmax(1, WORKLOAD_LUBLIN_BUCKET_S * points));
}

static int compare_values(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;
    return (*a > *b) - (*a < *b);
}

static void sort_values(const struct job *jobs, job_value *value, double *to)
{
    for (int i = 0; i < JOBS; i++) {
        to[i] = value(jobs, i);
    }
    qsort(to, JOBS, sizeof to[0], compare_values);
}

/** The two samples' greatest difference in distribution (Kolmogorov-Smirnov). */
static void assert_same_distribution(job_value *value, const char *name)
{
    static double a[JOBS], b[JOBS];
    sort_values(published, value, a);
    sort_values(drawn, value, b);
    double most = 0;
    int k = 0;
    for (int i = 0; i < JOBS; i++) {
        while (k < JOBS && b[k] <= a[i]) {
            k++;
        }
        bool is_last_of_equals = i + 1 == JOBS || a[i + 1] > a[i];
        if (is_last_of_equals) {
            most = fmax(most, fabs((double)(i + 1) - k) / JOBS);
        }
    }
    /* Two samples of 10,000 from one distribution differ by more once in a thousand times: 1.95 sqrt(2/n). */
    double bound = 1.95 * sqrt(2.0 / JOBS);
    print_message("%s: medians %.3f (published) and %.3f, greatest difference %.4f of %.4f allowed\n", name,
                  a[JOBS / 2], b[JOBS / 2], most, bound);
    t_assert_near(most, 0, 0, bound);
}

static void sizes_agree(void **state)
{
    (void)state;
    assert_same_distribution(log2_size, "log2 of the size");
}

static void run_times_agree(void **state)
{
    (void)state;
    assert_same_distribution(log_run, "ln of the run time");
}

static void gaps_agree(void **state)
{
    (void)state;
    assert_same_distribution(log_gap, "ln of the gap in points");
}

static void shares_and_medians_agree(void **state)
{
    (void)state;
    double serial[2] = {0, 0};
    double power_of_two[2] = {0, 0};
    const struct job *const samples[] = {published, drawn};
    for (int sample = 0; sample < 2; sample++) {
        for (int i = 0; i < JOBS; i++) {
            int64_t size = samples[sample][i].processors;
            serial[sample] += size == 1;
            power_of_two[sample] += size > 1 && (size & (size - 1)) == 0;
        }
    }
    print_message("serial %.4f and %.4f, powers of two %.4f and %.4f\n", serial[0] / JOBS, serial[1] / JOBS,
                  power_of_two[0] / JOBS, power_of_two[1] / JOBS);
    /* Shares of 10,000: one standard error of a difference is at most 0.0071. */
    t_assert_near(serial[1] / JOBS, serial[0] / JOBS, 0, 0.025);
    t_assert_near(power_of_two[1] / JOBS, power_of_two[0] / JOBS, 0, 0.025);
}

int main(void)
{
    const char *data = getenv("BATCHLAB_DATA");
    if (data == NULL || access(data, R_OK) != 0) {
        (void)fprintf(stderr, "SKIPPED: BATCHLAB_DATA names no folder with traces\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_agree),
        cmocka_unit_test(run_times_agree),
        cmocka_unit_test(gaps_agree),
        cmocka_unit_test(shares_and_medians_agree),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
