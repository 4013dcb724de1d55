/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file `batchlab bench`: jobs per second of a whole replay, and where the time goes. */
#define _GNU_SOURCE /* argp */
#include "harness/bench.h"
#include "harness/command.h"
#include "harness/exit.h"
#include "harness/generate.h"
#include "harness/option.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_JOBS = 256, KEY_SEED, KEY_REPEAT, KEY_JSON };

/** The generated trace: a busy machine whose jobs keep a fleet of thousands of vCPUs growing and shrinking. */
enum { PROCESSORS = 256 };
static const double load_factor = 10.0;

struct arguments {
    const char *trace; /**< NULL: a generated one. */
    uint64_t jobs, seed, repeat;
    bool has_jobs, json;
};

/** What is written while measuring; removed at the end. */
struct scratch {
    char folder[HARNESS_PATH_MAX];
    char trace[HARNESS_PATH_MAX + 16];
    char output[HARNESS_PATH_MAX + 16];
};

static const struct argp_option options[] = {
    {"jobs", KEY_JOBS, "N", 0, "Jobs of the generated trace [1000000]", 0},
    {"seed", KEY_SEED, "N", 0, "Of trace and run [1]", 0},
    {"repeat", KEY_REPEAT, "N", 0, "Measure so often and keep the best [3]", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_JOBS:
        arguments->jobs = harness_option_uint(state, "--jobs", argument, 1, UINT64_C(1) << 33);
        arguments->has_jobs = true;
        return 0;
    case KEY_SEED:
        arguments->seed = harness_option_uint(state, "--seed", argument, 0, INT64_MAX);
        return 0;
    case KEY_REPEAT:
        arguments->repeat = harness_option_uint(state, "--repeat", argument, 1, 1000);
        return 0;
    case KEY_JSON:
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one trace at a time");
        }
        arguments->trace = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->trace != NULL && arguments->has_jobs) {
            argp_error(state, "--jobs is for the generated trace; \"%s\" has as many as it has", arguments->trace);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum batch_rc open_scratch(struct scratch *scratch, struct batch_error *error)
{
    const char *parent = getenv("TMPDIR");
    int length = snprintf(scratch->folder, sizeof scratch->folder, "%s/batchlab-bench-XXXXXX",
                          parent != NULL && parent[0] != '\0' ? parent : "/tmp");
    if (length >= HARNESS_PATH_MAX || mkdtemp(scratch->folder) == NULL) {
        return batch_error_set(error, BATCH_E_IO, "no temporary folder can be made: %s; set TMPDIR", strerror(errno));
    }
    (void)snprintf(scratch->trace, sizeof scratch->trace, "%s/trace.swf", scratch->folder);
    (void)snprintf(scratch->output, sizeof scratch->output, "%s/run.h5", scratch->folder);
    return BATCH_OK;
}

static void close_scratch(const struct scratch *scratch)
{
    (void)unlink(scratch->trace);
    (void)rmdir(scratch->folder);
}

static enum batch_rc generate(const struct arguments *arguments, const char *path, struct batch_error *error)
{
    const struct workload_spec spec = {.kind = WORKLOAD_LUBLIN,
                                       .jobs_max = arguments->jobs,
                                       .lublin_column = WORKLOAD_LUBLIN_TYPELESS,
                                       .lublin_processors = PROCESSORS,
                                       .lublin_load_factor = load_factor};
    FILE *out = fopen(path, "wb");
    if (out == NULL) {
        return batch_error_set(error, BATCH_E_IO, "%s: cannot be made: %s", path, strerror(errno));
    }
    enum batch_rc rc = harness_generate(out, &spec, arguments->seed, error);
    if (fclose(out) != 0 && rc == BATCH_OK) {
        rc = batch_error_set(error, BATCH_E_IO, "%s: cannot be written: %s", path, strerror(errno));
    }
    return rc;
}

/** Rounds of all kinds in turn, so that a slow minute of the machine does not fall on one of them. */
static enum batch_rc measure_all(const struct arguments *arguments, const struct harness_plan *plan, const char *output,
                                 struct harness_bench_result best[HARNESS_BENCH_COUNT], struct batch_error *error)
{
    for (uint64_t round = 0; round < arguments->repeat; round++) {
        for (int kind = 0; kind < HARNESS_BENCH_COUNT; kind++) {
            struct harness_bench_result result = {0};
            enum batch_rc rc = harness_bench_measure((enum harness_bench_kind)kind, plan, output, &result, error);
            if (rc != BATCH_OK) {
                return rc;
            }
            if (round == 0 || result.seconds < best[kind].seconds) {
                best[kind] = result;
            }
        }
    }
    return BATCH_OK;
}

static double ns_per_job(const struct harness_bench_result *result)
{
    return result->jobs > 0 ? result->seconds * 1e9 / (double)result->jobs : 0.0;
}

/** What each stage adds, in ns per job; the differences of measurements that contain one another. */
struct phases {
    double read, schedule, simulate, record, write, compress;
};

static struct phases split(const struct harness_bench_result best[HARNESS_BENCH_COUNT])
{
    double read = ns_per_job(&best[HARNESS_BENCH_READ]);
    double schedule = ns_per_job(&best[HARNESS_BENCH_SCHEDULE]);
    double bare = ns_per_job(&best[HARNESS_BENCH_BARE]);
    double recorded = ns_per_job(&best[HARNESS_BENCH_RECORD]);
    double written = ns_per_job(&best[HARNESS_BENCH_WRITE]);
    return (struct phases){.read = read,
                           .schedule = schedule,
                           .simulate = bare - read - schedule,
                           .record = recorded - bare,
                           .write = written - recorded,
                           .compress = ns_per_job(&best[HARNESS_BENCH_COMPRESS]) - written};
}

static void print_row(const char *name, const struct harness_bench_result *result)
{
    double seconds = result->seconds > 0.0 ? result->seconds : 1e-9;
    (void)printf("  %-24s %12.0f %10.0f %12.0f %10.1f\n", name, (double)result->jobs / seconds, ns_per_job(result),
                 (double)result->events / seconds, (double)result->peak_bytes / 1048576.0);
}

static void print_text(const struct arguments *arguments, const struct harness_bench_result best[HARNESS_BENCH_COUNT])
{
    struct phases phases = split(best);
    double floor_ns = ns_per_job(&best[HARNESS_BENCH_FLOOR]);
    (void)printf("%llu jobs of %s, seed %llu, best of %llu\n\n", (unsigned long long)best[HARNESS_BENCH_WRITE].jobs,
                 arguments->trace != NULL ? arguments->trace : "a generated trace", (unsigned long long)arguments->seed,
                 (unsigned long long)arguments->repeat);
    (void)printf("  %-24s %12s %10s %12s %10s\n", "", "jobs/s", "ns/job", "events/s", "peak MiB");
    print_row("end to end", &best[HARNESS_BENCH_WRITE]);
    print_row("end to end, compressed", &best[HARNESS_BENCH_COMPRESS]);
    print_row("without a file", &best[HARNESS_BENCH_RECORD]);
    print_row("floor: read, write rows", &best[HARNESS_BENCH_FLOOR]);
    (void)printf("\n  ratio to the floor       %.2f (compressed %.2f)\n",
                 floor_ns > 0.0 ? ns_per_job(&best[HARNESS_BENCH_WRITE]) / floor_ns : 0.0,
                 floor_ns > 0.0 ? ns_per_job(&best[HARNESS_BENCH_COMPRESS]) / floor_ns : 0.0);
    (void)printf("  ns per job by phase      read %.0f, schedule %.0f, simulate %.0f, record %.0f, write %.0f "
                 "(compress %.0f more)\n",
                 phases.read, phases.schedule, phases.simulate, phases.record, phases.write, phases.compress);
    if (phases.simulate < 0 || phases.record < 0 || phases.write < 0 || phases.compress < 0) {
        (void)puts(
            "  A phase is the difference of two measurements: a negative one is below the machine's noise; raise "
            "--repeat.");
    }
}

static json_t *result_json(const struct harness_bench_result *result)
{
    double seconds = result->seconds > 0.0 ? result->seconds : 1e-9;
    return json_pack("{s:f, s:f, s:f, s:f, s:I}", "seconds", result->seconds, "jobs_per_s",
                     (double)result->jobs / seconds, "ns_per_job", ns_per_job(result), "events_per_s",
                     (double)result->events / seconds, "peak_bytes", (json_int_t)result->peak_bytes);
}

static void print_json(const struct arguments *arguments, const struct harness_bench_result best[HARNESS_BENCH_COUNT])
{
    static const char *const names[HARNESS_BENCH_COUNT] = {"read",   "floor",      "schedule",  "bare",
                                                           "record", "end_to_end", "compressed"};
    struct phases phases = split(best);
    json_t *all = json_object();
    for (int kind = 0; kind < HARNESS_BENCH_COUNT; kind++) {
        (void)json_object_set_new(all, names[kind], result_json(&best[kind]));
    }
    (void)json_object_set_new(all, "jobs", json_integer((json_int_t)best[HARNESS_BENCH_WRITE].jobs));
    (void)json_object_set_new(all, "events", json_integer((json_int_t)best[HARNESS_BENCH_WRITE].events));
    (void)json_object_set_new(all, "seed", json_integer((json_int_t)arguments->seed));
    (void)json_object_set_new(all, "phases_ns_per_job",
                              json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "read", phases.read, "schedule",
                                        phases.schedule, "simulate", phases.simulate, "record", phases.record, "write",
                                        phases.write, "compress", phases.compress));
    (void)json_object_set_new(
        all, "ratio_to_floor",
        json_real(ns_per_job(&best[HARNESS_BENCH_WRITE]) / ns_per_job(&best[HARNESS_BENCH_FLOOR])));
    (void)json_dumpf(all, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
    (void)printf("\n");
    json_decref(all);
}

static enum batch_rc bench(const struct arguments *arguments, const struct scratch *scratch,
                           struct harness_bench_result best[HARNESS_BENCH_COUNT], struct batch_error *error)
{
    struct harness_plan plan;
    const struct harness_plan_options how = {.path = arguments->trace != NULL ? arguments->trace : scratch->trace,
                                             .has_seed = true,
                                             .seed = arguments->seed};
    enum batch_rc rc = BATCH_OK;
    if (arguments->trace == NULL) {
        rc = generate(arguments, scratch->trace, error);
    }
    if (rc == BATCH_OK) {
        rc = harness_plan_load(&how, &plan, error);
    }
    if (rc == BATCH_OK) {
        rc = measure_all(arguments, &plan, scratch->output, best, error);
        harness_plan_release(&plan);
    }
    return rc;
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[TRACE]",
        .doc = "Measure how fast a trace is replayed and where the time goes.\v"
               "Without TRACE one is generated. Compared with the floor: reading the trace and writing a row per job, "
               "with no simulation between. Run it in a release build on a quiet machine.",
    };
    struct arguments arguments = {.jobs = 1000000, .seed = 1, .repeat = 3};
    struct harness_bench_result best[HARNESS_BENCH_COUNT] = {0};
    struct scratch scratch;
    struct batch_error error;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
#ifndef __OPTIMIZE__
    (void)fprintf(stderr, "batchlab: this build is not optimised; measure a release build\n");
#endif
    enum batch_rc rc = open_scratch(&scratch, &error);
    if (rc == BATCH_OK) {
        rc = bench(&arguments, &scratch, best, &error);
        close_scratch(&scratch);
    }
    if (rc != BATCH_OK) {
        return harness_exit_report(rc, &error);
    }
    if (arguments.json) {
        print_json(&arguments, best);
    } else {
        print_text(&arguments, best);
    }
    return HARNESS_EXIT_OK;
}

const struct harness_command harness_command_bench = {
    .name = "bench", .summary = "measure the speed of a replay", .run = run};
