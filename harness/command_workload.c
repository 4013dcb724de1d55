/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file `batchlab workload generate`: a trace drawn from a model, as SWF. */
#define _GNU_SOURCE /* argp */
#include "harness/command.h"
#include "harness/exit.h"
#include "harness/generate.h"
#include "harness/interrupt.h"
#include "harness/option.h"
#include "harness/output.h"
#include "workloads/gzip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MODEL = 256, KEY_COLUMN, KEY_PROCESSORS, KEY_JOBS, KEY_LOAD, KEY_SEED };

struct arguments {
    struct workload_spec spec;
    uint64_t seed;
    const char *output; /**< NULL: standard output. */
};

static const struct argp_option options[] = {
    {"model", KEY_MODEL, "MODEL", 0, "lublin (preset): Lublin and Feitelson 2003", 0},
    {"column", KEY_COLUMN, "COLUMN", 0, "batch, interactive, typeless (preset) or both", 0},
    {"processors", KEY_PROCESSORS, "N", 0, "Of the machine; jobs are at most as wide [256]", 0},
    {"jobs", KEY_JOBS, "N", 0, "How many [10000]", 0},
    {"load", KEY_LOAD, "X", 0, "Multiplies the arrival rate [1]", 0},
    {"seed", KEY_SEED, "N", 0, "Of the random draws [1]", 0},
    {"output", 'o', "FILE", 0, "Write there, compressed when it ends in .gz; else to standard output", 0},
    {0},
};

static enum workload_lublin_column find_column(struct argp_state *state, const char *word)
{
    static const char *const words[] = {[WORKLOAD_LUBLIN_BATCH] = "batch",
                                        [WORKLOAD_LUBLIN_INTERACTIVE] = "interactive",
                                        [WORKLOAD_LUBLIN_TYPELESS] = "typeless",
                                        [WORKLOAD_LUBLIN_BOTH] = "both"};
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], word) == 0) {
            return (enum workload_lublin_column)i;
        }
    }
    argp_error(state, "--column: \"%s\" is none of batch, interactive, typeless, both", word);
    return WORKLOAD_LUBLIN_TYPELESS;
}

static void take_argument(struct argp_state *state, const char *argument)
{
    if (state->arg_num > 0 || strcmp(argument, "generate") != 0) {
        argp_error(state, "\"%s\" is not understood; the one thing to do is generate", argument);
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_MODEL:
        if (strcmp(argument, "lublin") != 0) {
            argp_error(state, "--model: there is no model \"%s\"; there is lublin", argument);
        }
        return 0;
    case KEY_COLUMN:
        arguments->spec.lublin_column = find_column(state, argument);
        return 0;
    case KEY_PROCESSORS:
        arguments->spec.lublin_processors = (uint32_t)harness_option_uint(state, "--processors", argument, 1, 1U << 20);
        return 0;
    case KEY_JOBS:
        arguments->spec.jobs_max = harness_option_uint(state, "--jobs", argument, 1, UINT64_C(1) << 33);
        return 0;
    case KEY_LOAD:
        arguments->spec.lublin_load_factor = harness_option_positive(state, "--load", argument);
        return 0;
    case KEY_SEED:
        arguments->seed = harness_option_uint(state, "--seed", argument, 0, INT64_MAX);
        return 0;
    case 'o':
        arguments->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        take_argument(state, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "say what to do: generate");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum batch_rc generate(const struct arguments *arguments, FILE *out, struct batch_error *error)
{
    return harness_generate(out, &arguments->spec, arguments->seed, error);
}

static enum batch_rc generate_compressed(const struct arguments *arguments, FILE *out, struct batch_error *error)
{
    FILE *plain = tmpfile();
    if (plain == NULL) {
        return batch_error_set(error, BATCH_E_IO, "no temporary file can be made: %s", strerror(errno));
    }
    enum batch_rc rc = generate(arguments, plain, error);
    if (rc == BATCH_OK) {
        rewind(plain);
        rc = workload_gzip(plain, out, error);
    }
    (void)fclose(plain);
    return rc;
}

static enum batch_rc write_trace(const struct arguments *arguments, struct batch_error *error)
{
    struct harness_output output;
    const char *path = arguments->output;
    size_t size = path != NULL ? strlen(path) : 0;
    bool is_compressed = size > 3 && strcmp(path + size - 3, ".gz") == 0;
    enum batch_rc rc = harness_output_open(&output, path, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    rc = is_compressed ? generate_compressed(arguments, output.file, error) : generate(arguments, output.file, error);
    if (rc == BATCH_OK && harness_interrupt_take()) {
        rc = batch_error_set(error, BATCH_E_IO, "interrupted");
    }
    return harness_output_close(&output, rc, error);
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "generate",
        .doc = "Draw a synthetic trace from a model and write it in the Standard Workload Format.",
    };
    struct arguments arguments = {.seed = 1,
                                  .spec = {.kind = WORKLOAD_LUBLIN,
                                           .jobs_max = 10000,
                                           .lublin_column = WORKLOAD_LUBLIN_TYPELESS,
                                           .lublin_processors = 256,
                                           .lublin_load_factor = 1.0}};
    struct batch_error error;
    sigset_t before;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    harness_interrupt_hold(&before);
    enum batch_rc rc = write_trace(&arguments, &error);
    int status = rc == BATCH_OK ? HARNESS_EXIT_OK : harness_exit_report(rc, &error);
    harness_interrupt_restore(&before);
    return status;
}

const struct harness_command harness_command_workload = {
    .name = "workload", .summary = "generate a synthetic trace", .run = run};
