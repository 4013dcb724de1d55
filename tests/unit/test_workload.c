/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * From a log or a model to submissions: mapping, anomalies, the wide rule, and what cannot be run.
 */
#define _POSIX_C_SOURCE 200809L

#include "workloads/swf_write.h"
#include "workloads/workload.h"

#include "tests/support/t_assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEED = 20260801 };

/** All that queue 0 of a fixture has; queue 1 has nothing. */
static const struct workload_shape small = {1000, 1024};

/** One log on disk and what is asked of it. */
struct fixture {
    char path[32];
    struct workload_spec spec;
    struct workload_shape shapes[4]; /**< Of queue 2. */
    size_t shape_count;
    struct workload *workload;
    struct batch_job_source source;
    struct batch_error error;
};

static struct batch_resources definition(void)
{
    return (struct batch_resources){.vcpu_milli = 1000, .mib = 512, .gpu = 0};
}

static struct fixture fixture_make(const char *log)
{
    struct fixture f = {.path = "/tmp/batch-trace-XXXXXX",
                        .spec = {.kind = WORKLOAD_TRACE,
                                 .queue = 2,
                                 .definition = 3,
                                 .vcpu_milli_per_processor = 1000,
                                 .mib_per_processor = 2048,
                                 .wide_rule = WORKLOAD_WIDE_CLIP},
                        .shapes = {{4000, 16384}, {16000, 32768}, {2000, 65536}, {16000, 30000}},
                        .shape_count = 4};
    int file = mkstemp(f.path);
    assert_true(file >= 0);
    assert_int_equal(write(file, log, strlen(log)), (ssize_t)strlen(log));
    assert_int_equal(close(file), 0);
    return f;
}

static enum batch_rc fixture_open(struct fixture *f)
{
    f->spec.path = f->path;
    const struct workload_shape_list queues[] = {{&small, 1}, {NULL, 0}, {f->shapes, f->shape_count}};
    const struct workload_options options = {
        .spec = &f->spec, .queues = queues, .queue_count = 3, .streams = NULL, .definition = definition()};
    enum batch_rc rc = workload_open(&options, &f->workload, &f->error);
    if (rc == BATCH_OK) {
        f->source = workload_source(f->workload);
    }
    return rc;
}

static struct batch_submission fixture_next(struct fixture *f)
{
    struct batch_submission submission;
    assert_int_equal(f->source.next(f->source.context, &submission, &f->error), BATCH_SOURCE_JOB);
    return submission;
}

static void fixture_end(struct fixture *f)
{
    struct batch_submission submission;
    assert_int_equal(f->source.next(f->source.context, &submission, &f->error), BATCH_SOURCE_END);
    assert_int_equal(f->source.next(f->source.context, &submission, &f->error), BATCH_SOURCE_END);
}

static uint64_t anomalies(const struct fixture *f, enum workload_anomaly anomaly)
{
    return workload_accounting(f->workload)->anomalies[anomaly];
}

static void fixture_clear(struct fixture *f)
{
    workload_close(f->workload);
    f->workload = NULL;
    (void)unlink(f->path);
}

static void trace_maps_a_plain_row(void **state)
{
    (void)state;
    struct fixture f = fixture_make("; Computer: test\n1 1000 5 60 4 -1 -1 8 120 9 1 1 1 1 1 1 1 1\n"
                                    "2 1007 5 30 2 -1 -1 -1 -1 -1 0 1 1 1 1 1 1 1\n");
    assert_int_equal(fixture_open(&f), BATCH_OK);
    assert_string_equal(workload_accounting(f.workload)->header.computer, "test");
    t_assert_u64(workload_accounting(f.workload)->jobs, 0);
    struct batch_submission job = fixture_next(&f);
    t_assert_i64(job.submit_us, 0);
    t_assert_i64(job.truth.run_us, 60 * INT64_C(1000000));
    assert_int_equal(job.truth.exit_code, 0);
    assert_int_equal(job.job.queue, 2);
    assert_int_equal(job.job.definition, 3);
    assert_int_equal(job.job.resources.vcpu_milli, 4000);
    assert_int_equal(job.job.resources.mib, 8192);
    t_assert_i64(job.job.estimate_us, 120 * INT64_C(1000000));
    job = fixture_next(&f);
    t_assert_i64(job.submit_us, 7 * INT64_C(1000000));
    t_assert_i64(job.job.estimate_us, -1);
    assert_int_equal(job.truth.exit_code, 0);
    fixture_end(&f);
    for (int anomaly = 0; anomaly < WORKLOAD_ANOMALY_COUNT; anomaly++) {
        t_assert_u64(anomalies(&f, (enum workload_anomaly)anomaly), 0);
    }
    uint64_t read = 0;
    uint64_t total = 0;
    workload_progress(f.workload, &read, &total);
    assert_true(read > 0);
    t_assert_u64(read, total);
    fixture_clear(&f);
}

static void trace_counts_each_anomaly(void **state)
{
    (void)state;
    struct fixture f = fixture_make("1 -1 5 60 4 -1 -1 8 120 9 1 1 1 1 1 1 1 1\n"
                                    "2 100 5 -1 0 -1 -1 3 -1 -1 1 1 1 1 1 1 1 1\n"
                                    "3 90.5 5 10 -1 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1 19\n"
                                    "4 101 5 10 1 7.5 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n");
    assert_int_equal(fixture_open(&f), BATCH_OK);
    struct batch_submission job = fixture_next(&f);
    t_assert_i64(job.submit_us, 0);
    t_assert_i64(job.truth.run_us, 0);
    assert_int_equal(job.job.resources.vcpu_milli, 3000);
    job = fixture_next(&f);
    t_assert_i64(job.submit_us, 0);
    assert_int_equal(job.job.resources.vcpu_milli, 1000);
    t_assert_i64(fixture_next(&f).submit_us, 1000000);
    fixture_end(&f);
    t_assert_u64(workload_accounting(f.workload)->rows, 4);
    t_assert_u64(workload_accounting(f.workload)->jobs, 3);
    t_assert_u64(anomalies(&f, WORKLOAD_DROPPED_NO_SUBMIT), 1);
    t_assert_u64(anomalies(&f, WORKLOAD_RUN_UNKNOWN), 1);
    t_assert_u64(anomalies(&f, WORKLOAD_PROCESSORS_REQUESTED), 1);
    t_assert_u64(anomalies(&f, WORKLOAD_PROCESSORS_ASSUMED), 1);
    t_assert_u64(anomalies(&f, WORKLOAD_OUT_OF_ORDER), 1);
    t_assert_u64(anomalies(&f, WORKLOAD_EXTRA_FIELDS), 1);
    t_assert_u64(anomalies(&f, WORKLOAD_FIELDS_FRACTIONAL), 1);
    t_assert_u64(anomalies(&f, WORKLOAD_CLIPPED), 0);
    fixture_clear(&f);
}

static void trace_takes_requested_memory_where_the_rule_says_so(void **state)
{
    (void)state;
    struct fixture f = fixture_make("1 0 0 1 3 -1 -1 -1 -1 1000 1 1 1 1 1 1 1 1\n"
                                    "2 0 0 1 3 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n"
                                    "3 0 0 1 3 -1 -1 -1 -1 0 1 1 1 1 1 1 1 1\n");
    f.spec.memory_rule = WORKLOAD_MEMORY_REQUESTED;
    assert_int_equal(fixture_open(&f), BATCH_OK);
    assert_int_equal(fixture_next(&f).job.resources.mib, 3); /* 3,000 KiB, rounded up */
    assert_int_equal(fixture_next(&f).job.resources.mib, 6144);
    assert_int_equal(fixture_next(&f).job.resources.mib, 6144);
    t_assert_u64(anomalies(&f, WORKLOAD_MEMORY_ASSUMED), 2);
    fixture_clear(&f);
}

static void trace_takes_the_definition_s_memory_when_the_rule_gives_none(void **state)
{
    (void)state;
    struct fixture f = fixture_make("1 0 0 1 3 -1 -1 -1 -1 1000 1 1 1 1 1 1 1 1\n");
    f.spec.mib_per_processor = 0;
    assert_int_equal(fixture_open(&f), BATCH_OK);
    assert_int_equal(fixture_next(&f).job.resources.mib, 512);
    fixture_clear(&f);
}

/** Shapes: 4 vCPU/16384, 16/32768, 2/65536, 16/30000. */
static void wide_jobs_are_clipped_to_one_instance(void **state)
{
    (void)state;
    struct fixture f = fixture_make("1 0 0 1 16 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n"
                                    "2 0 0 1 17 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n"
                                    "3 0 0 1 3 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n"
                                    "4 0 0 1 2000000 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n");
    assert_int_equal(fixture_open(&f), BATCH_OK);
    struct batch_resources need = fixture_next(&f).job.resources;
    assert_int_equal(need.vcpu_milli, 16000);
    assert_int_equal(need.mib, 32768);
    t_assert_u64(anomalies(&f, WORKLOAD_CLIPPED), 0);
    need = fixture_next(&f).job.resources;
    assert_int_equal(need.vcpu_milli, 16000);
    assert_int_equal(need.mib, 32768);
    t_assert_u64(anomalies(&f, WORKLOAD_CLIPPED), 1);
    (void)fixture_next(&f);
    t_assert_u64(anomalies(&f, WORKLOAD_CLIPPED), 1);
    (void)fixture_next(&f);
    t_assert_u64(anomalies(&f, WORKLOAD_CLIPPED), 2);
    fixture_end(&f);
    fixture_clear(&f);
}

static void clipped_memory_follows_the_processors_that_are_left(void **state)
{
    (void)state;
    /* 1.5 vCPU and 100 MiB to a processor: 16 vCPU are 10.67 processors, so 1066.67 MiB. */
    struct fixture f = fixture_make("1 0 0 1 100 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n");
    f.spec.vcpu_milli_per_processor = 1500;
    f.spec.mib_per_processor = 100;
    assert_int_equal(fixture_open(&f), BATCH_OK);
    struct batch_resources need = fixture_next(&f).job.resources;
    assert_int_equal(need.vcpu_milli, 16000);
    assert_int_equal(need.mib, 1067);
    fixture_clear(&f);

    /* Narrow but with more memory than any shape of its width or above. */
    f = fixture_make("1 0 0 1 3 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n2 0 0 1 2 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n");
    f.spec.mib_per_processor = 40000;
    assert_int_equal(fixture_open(&f), BATCH_OK);
    need = fixture_next(&f).job.resources;
    assert_int_equal(need.vcpu_milli, 3000);
    assert_int_equal(need.mib, 32768);
    need = fixture_next(&f).job.resources;
    assert_int_equal(need.vcpu_milli, 2000);
    assert_int_equal(need.mib, 65536);
    t_assert_u64(anomalies(&f, WORKLOAD_CLIPPED), 2);
    fixture_clear(&f);
}

static void wide_jobs_are_left_and_counted_when_rejected(void **state)
{
    (void)state;
    struct fixture f = fixture_make("1 0 0 1 17 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n");
    f.spec.wide_rule = WORKLOAD_WIDE_REJECT;
    assert_int_equal(fixture_open(&f), BATCH_OK);
    struct batch_resources need = fixture_next(&f).job.resources;
    assert_int_equal(need.vcpu_milli, 17000);
    assert_int_equal(need.mib, 34816);
    t_assert_u64(anomalies(&f, WORKLOAD_REJECTED), 1);
    t_assert_u64(anomalies(&f, WORKLOAD_CLIPPED), 0);
    fixture_clear(&f);
}

/** The rule itself, over many random sets of shapes: what is clipped fits, and no more is taken than needed. */
static void clipped_jobs_fit_whatever_the_shapes(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    for (int round = 0; round < 2000; round++) {
        struct workload_shape list[12];
        size_t count = 1 + gsl_rng_uniform_int(rng, 12);
        for (size_t i = 0; i < count; i++) {
            list[i].vcpu_milli = (uint32_t)(1 + gsl_rng_uniform_int(rng, 8)) * 1000;
            list[i].mib = (uint32_t)(1 + gsl_rng_uniform_int(rng, 8)) * 1024;
        }
        struct workload_shapes shapes;
        assert_int_equal(workload_shapes_create(list, count, &shapes, NULL), BATCH_OK);
        for (uint32_t vcpu = 500; vcpu <= 9000; vcpu += 500) {
            uint32_t mib_max = 0;
            uint32_t widest = 0;
            for (size_t i = 0; i < count; i++) {
                widest = list[i].vcpu_milli > widest ? list[i].vcpu_milli : widest;
                mib_max = list[i].vcpu_milli >= vcpu && list[i].mib > mib_max ? list[i].mib : mib_max;
            }
            assert_int_equal(workload_shapes_widest(&shapes), widest);
            assert_int_equal(workload_shapes_mib_max(&shapes, vcpu), mib_max);
            assert_int_equal(workload_shapes_fit(&shapes, &(struct batch_resources){vcpu, mib_max, 0}), vcpu <= widest);
            assert_false(workload_shapes_fit(&shapes, &(struct batch_resources){vcpu, mib_max + 1, 0}));
        }
        workload_shapes_destroy(&shapes);
    }
    gsl_rng_free(rng);
}

static void trace_sends_each_row_to_the_queue_of_its_number(void **state)
{
    (void)state;
    struct fixture f = fixture_make("1 0 0 1 4 -1 -1 -1 -1 -1 1 1 1 1 7 1 1 1\n"
                                    "2 0 0 1 4 -1 -1 -1 -1 -1 1 1 1 1 3 1 1 1\n"
                                    "3 0 0 1 4 -1 -1 -1 -1 -1 1 1 1 1 -1 1 1 1\n"
                                    "4 0 0 1 4 -1 -1 -1 -1 -1 1 1 1 1 7.5 1 1 1\n"
                                    "5 0 0 1 4 -1 -1 -1 -1 -1 1 1 1 1 8 1 1 1\n");
    struct workload_route routes[] = {{-1, 2}, {7, 0}};
    f.spec.routes = routes;
    f.spec.route_count = 2;
    assert_int_equal(fixture_open(&f), BATCH_OK);
    static const uint32_t expected[] = {0, 2, 2, 0, 2};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct batch_submission job = fixture_next(&f);
        assert_int_equal(job.job.queue, expected[i]);
        /* The instances of queue 0 are narrower. */
        assert_int_equal(job.job.resources.vcpu_milli, expected[i] == 0 ? 1000 : 4000);
        assert_int_equal(job.job.resources.mib, expected[i] == 0 ? 1024 : 8192);
    }
    fixture_end(&f);
    t_assert_u64(anomalies(&f, WORKLOAD_CLIPPED), 2);
    t_assert_u64(anomalies(&f, WORKLOAD_FIELDS_FRACTIONAL), 1);
    fixture_clear(&f);
}

static void queue_numbers_play_no_part_when_all_jobs_go_to_one_queue(void **state)
{
    (void)state;
    struct fixture f = fixture_make("1 0 0 1 4 -1 -1 -1 -1 -1 1 1 1 1 7.5 1 1 1\n");
    assert_int_equal(fixture_open(&f), BATCH_OK);
    assert_int_equal(fixture_next(&f).job.queue, 2);
    fixture_end(&f);
    t_assert_u64(anomalies(&f, WORKLOAD_FIELDS_FRACTIONAL), 0);
    fixture_clear(&f);
}

static void trace_fails_at_the_row_whose_number_has_no_queue(void **state)
{
    (void)state;
    static const struct {
        const char *number, *words;
    } cases[] = {
        {"5", ":2: queue number 5 (SWF field 15) is not in workload.jobQueue.byQueueNumber: give it a queue there"},
        {"-1", ":2: queue number -1 (SWF field 15; -1: none) is not in workload.jobQueue"},
        {"8", ":2: queue number 8 (SWF field 15)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char log[256];
        (void)snprintf(log, sizeof log,
                       "1 0 0 1 1 -1 -1 -1 -1 -1 1 1 1 1 7 1 1 1\n"
                       "2 0 0 1 1 -1 -1 -1 -1 -1 1 1 1 1 %s 1 1 1\n",
                       cases[i].number);
        struct fixture f = fixture_make(log);
        struct workload_route routes[] = {{0, 2}, {7, 0}, {9, 2}};
        f.spec.routes = routes;
        f.spec.route_count = 3;
        f.spec.refuses_unrouted = true;
        f.spec.memory_rule = WORKLOAD_MEMORY_REQUESTED;
        assert_int_equal(fixture_open(&f), BATCH_OK);
        assert_int_equal(fixture_next(&f).job.queue, 0);
        struct batch_submission submission;
        assert_int_equal(f.source.next(f.source.context, &submission, &f.error), BATCH_SOURCE_FAILED);
        assert_int_equal(f.error.rc, BATCH_E_INPUT);
        t_assert_contains(f.error.text, f.path);
        t_assert_contains(f.error.text, cases[i].words);
        t_assert_u64(workload_accounting(f.workload)->jobs, 1);
        t_assert_u64(anomalies(&f, WORKLOAD_MEMORY_ASSUMED), 1);
        fixture_clear(&f);
    }
}

static void trace_stops_at_jobs_max(void **state)
{
    (void)state;
    struct fixture f =
        fixture_make("1 -1 0 1 1 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n2 5 0 1 1 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\n"
                     "3 6 0 1 1 -1 -1 -1 -1 -1 1 1 1 1 1 1 1 1\nnever read\n");
    f.spec.jobs_max = 2;
    assert_int_equal(fixture_open(&f), BATCH_OK);
    (void)fixture_next(&f);
    (void)fixture_next(&f);
    fixture_end(&f);
    t_assert_u64(workload_accounting(f.workload)->rows, 3);
    t_assert_u64(workload_accounting(f.workload)->jobs, 2);
    fixture_clear(&f);
}

static void trace_is_refused_at_open_when_it_has_no_row(void **state)
{
    (void)state;
    const struct {
        const char *log, *words;
    } cases[] = {
        {"", ": has no job: expected an SWF log"},
        {"; Version: 2.2\n\n", ": has no job: expected an SWF log"},
        {"{\"computeEnvironments\": []}\n", ":1: field 1 (job number) is \"{"},
        {"1 2 3\n", ":1: field 4 (run time) is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture f = fixture_make(cases[i].log);
        assert_int_equal(fixture_open(&f), BATCH_E_INPUT);
        assert_null(f.workload);
        t_assert_contains(f.error.text, f.path);
        t_assert_contains(f.error.text, cases[i].words);
        fixture_clear(&f);
    }
}

static void trace_fails_at_the_row_that_cannot_be_run(void **state)
{
    (void)state;
    const struct {
        const char *row, *words;
    } cases[] = {
        {"1 1000000000001 0 1 1 -1 -1 -1 -1 -1", ":1: field 2 (submit time) is 1000000000001: expected at most"},
        {"1 0 0 9223372036854775807 1 -1 -1 -1 -1 -1", ":1: field 4 (run time) is 9223372036854775807"},
        {"1 0 0 1 1 -1 -1 -1 1000000000001 -1", ":1: field 9 (requested time) is 1000000000001"},
        {"1 0 0 1 4294968 -1 -1 -1 -1 -1", ":1: 4294968 processors of 1000 thousandths of a vCPU are more"},
        {"1 0 0 1 9223372036854775807 -1 -1 -1 -1 -1", ":1: 9223372036854775807 processors of 1000"},
        {"1 0 0 1 3000000 -1 -1 -1 -1 -1", ":1: 3000000 processors of 2097152 KiB are more"},
        {"1 -1 0 1 1 -1 -1 -1 -1 -1", ": none of its 1 rows has a submit time"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char log[256];
        (void)snprintf(log, sizeof log, "%s 1 1 1 1 1 1 1 1\n", cases[i].row);
        struct fixture f = fixture_make(log);
        assert_int_equal(fixture_open(&f), BATCH_OK);
        struct batch_submission submission;
        assert_int_equal(f.source.next(f.source.context, &submission, &f.error), BATCH_SOURCE_FAILED);
        assert_int_equal(f.error.rc, BATCH_E_INPUT);
        t_assert_contains(f.error.text, f.path);
        t_assert_contains(f.error.text, cases[i].words);
        t_assert_u64(workload_accounting(f.workload)->jobs, 0);
        fixture_clear(&f);
    }
}

static void anomalies_have_distinct_names(void **state)
{
    (void)state;
    for (int i = 0; i < WORKLOAD_ANOMALY_COUNT; i++) {
        assert_true(strlen(workload_anomaly_name((enum workload_anomaly)i)) > 0);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(workload_anomaly_name((enum workload_anomaly)i),
                                    workload_anomaly_name((enum workload_anomaly)k));
        }
    }
}

static struct workload_spec generator_spec(void)
{
    return (struct workload_spec){.kind = WORKLOAD_LUBLIN,
                                  .jobs_max = 5000,
                                  .vcpu_milli_per_processor = 1000,
                                  .mib_per_processor = 1024,
                                  .wide_rule = WORKLOAD_WIDE_CLIP,
                                  .queue = 2,
                                  .lublin_column = WORKLOAD_LUBLIN_TYPELESS,
                                  .lublin_processors = 128,
                                  .lublin_load_factor = 1};
}

/** A generator gives the same jobs straight and by way of a log, in which its times are whole seconds already. */
static void generator_equals_its_own_log(void **state)
{
    (void)state;
    gsl_rng *rng[2];
    struct workload_route routes[] = {{0, 0}};
    struct workload_spec spec = generator_spec();
    spec.lublin_column = WORKLOAD_LUBLIN_BOTH;
    spec.routes = routes;
    spec.route_count = 1;
    struct fixture f = fixture_make("");
    f.spec = spec;
    f.spec.kind = WORKLOAD_TRACE;
    f.spec.jobs_max = 0;
    for (int i = 0; i < 2; i++) {
        rng[i] = gsl_rng_alloc(gsl_rng_mt19937);
        gsl_rng_set(rng[i], SEED);
    }
    const struct workload_streams streams[2] = {{rng[0], rng[0], rng[0]}, {rng[1], rng[1], rng[1]}};
    FILE *out = fopen(f.path, "wb");
    assert_non_null(out);
    assert_int_equal(workload_swf_write(out, &spec, &streams[0], &f.error), BATCH_OK);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(fixture_open(&f), BATCH_OK);
    assert_string_equal(workload_accounting(f.workload)->header.computer,
                        "Lublin-Feitelson model, batch and interactive jobs");
    t_assert_i64(workload_accounting(f.workload)->header.max_procs, 128);
    t_assert_i64(workload_accounting(f.workload)->header.max_records, 5000);

    const struct workload_shape_list queues[] = {{&small, 1}, {NULL, 0}, {f.shapes, f.shape_count}};
    const struct workload_options options = {
        .spec = &spec, .queues = queues, .queue_count = 3, .streams = &streams[1], .definition = definition()};
    struct workload *workload = NULL;
    uint64_t jobs[3] = {0, 0, 0};
    assert_int_equal(workload_open(&options, &workload, &f.error), BATCH_OK);
    struct batch_job_source source = workload_source(workload);
    struct batch_submission submission;
    while (source.next(source.context, &submission, &f.error) == BATCH_SOURCE_JOB) {
        struct batch_submission read = fixture_next(&f);
        jobs[submission.job.queue]++;
        assert_int_equal(submission.job.queue, read.job.queue);
        t_assert_i64(submission.submit_us, read.submit_us);
        t_assert_i64(submission.truth.run_us, read.truth.run_us);
        assert_int_equal(submission.job.resources.vcpu_milli, read.job.resources.vcpu_milli);
        assert_int_equal(submission.job.resources.mib, read.job.resources.mib);
    }
    fixture_end(&f);
    assert_true(anomalies(&f, WORKLOAD_CLIPPED) > 0);
    assert_true(jobs[0] > 0 && jobs[2] > 0);
    t_assert_u64(jobs[0] + jobs[2], 5000);
    t_assert_u64(workload_accounting(workload)->jobs, 5000);
    t_assert_u64(workload_accounting(workload)->anomalies[WORKLOAD_CLIPPED], anomalies(&f, WORKLOAD_CLIPPED));
    workload_close(workload);
    fixture_clear(&f);
    gsl_rng_free(rng[0]);
    gsl_rng_free(rng[1]);
}

static void generator_fails_when_arrivals_are_too_rare(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    const struct workload_streams streams = {rng, rng, rng};
    struct workload_spec spec = generator_spec();
    spec.lublin_load_factor = 1e-300;
    struct workload_shape shape = {1000, 1024};
    const struct workload_shape_list queue = {&shape, 1};
    const struct workload_options options = {
        .spec = &spec, .queues = &queue, .queue_count = 1, .streams = &streams, .definition = definition()};
    for (int i = 0; i < 2; i++) {
        struct workload *workload = NULL;
        struct batch_error error;
        assert_int_equal(workload_open(&options, &workload, &error), BATCH_OK);
        struct batch_job_source source = workload_source(workload);
        struct batch_submission submission;
        assert_int_equal(source.next(source.context, &submission, &error), BATCH_SOURCE_FAILED);
        t_assert_contains(error.text, "workload: job 1 would be submitted after 1000000000000 seconds");
        workload_close(workload);
        spec.kind = WORKLOAD_POISSON;
        spec.poisson_rate_per_s = 1e-300;
        spec.poisson_processors = 1;
    }
    gsl_rng_free(rng);
}

static void swf_write_notices_a_full_disk(void **state)
{
    (void)state;
    FILE *out = fopen("/dev/full", "wb");
    if (out == NULL) {
        print_message("SKIPPED: there is no /dev/full here\n");
        skip();
        return;
    }
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    const struct workload_streams streams = {rng, rng, rng};
    struct workload_spec spec = generator_spec();
    struct batch_error error;
    assert_int_equal(workload_swf_write(out, &spec, &streams, &error), BATCH_E_IO);
    t_assert_contains(error.text, "cannot be written: No space left");
    (void)fclose(out);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trace_maps_a_plain_row),
        cmocka_unit_test(trace_counts_each_anomaly),
        cmocka_unit_test(trace_takes_requested_memory_where_the_rule_says_so),
        cmocka_unit_test(trace_takes_the_definition_s_memory_when_the_rule_gives_none),
        cmocka_unit_test(wide_jobs_are_clipped_to_one_instance),
        cmocka_unit_test(clipped_memory_follows_the_processors_that_are_left),
        cmocka_unit_test(wide_jobs_are_left_and_counted_when_rejected),
        cmocka_unit_test(clipped_jobs_fit_whatever_the_shapes),
        cmocka_unit_test(trace_sends_each_row_to_the_queue_of_its_number),
        cmocka_unit_test(queue_numbers_play_no_part_when_all_jobs_go_to_one_queue),
        cmocka_unit_test(trace_fails_at_the_row_whose_number_has_no_queue),
        cmocka_unit_test(trace_stops_at_jobs_max),
        cmocka_unit_test(trace_is_refused_at_open_when_it_has_no_row),
        cmocka_unit_test(trace_fails_at_the_row_that_cannot_be_run),
        cmocka_unit_test(anomalies_have_distinct_names),
        cmocka_unit_test(generator_equals_its_own_log),
        cmocka_unit_test(generator_fails_when_arrivals_are_too_rare),
        cmocka_unit_test(swf_write_notices_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
