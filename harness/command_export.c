/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file `batchlab export`: a table of a results file as CSV. */
#define _GNU_SOURCE /* argp */
#include "harness/command.h"
#include "harness/exit.h"
#include "harness/export.h"
#include "harness/output.h"

#include <argp.h>
#include <stdio.h>

struct arguments {
    const char *path;
    const char *output; /**< NULL: standard output. */
    enum harness_table table;
};

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "Write there; else to standard output", 0},
    {0},
};

static enum harness_table find_table(struct argp_state *state, const char *name)
{
    enum harness_table table = harness_table_find(name);
    if (table == HARNESS_TABLE_COUNT) {
        argp_error(state,
                   "there is no table \"%s\"; there are jobs, attempts, instances, timeseries, bill, pools, queues, "
                   "environments and definitions",
                   name);
    }
    return table;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) {
            arguments->path = argument;
        } else if (state->arg_num == 1) {
            arguments->table = find_table(state, argument);
        } else {
            argp_error(state, "one table at a time, but \"%s\" follows", argument);
        }
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2) {
            argp_error(state, "a results file and the name of a table are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum batch_rc export_table(const struct arguments *arguments, struct harness_reader *reader,
                                  struct batch_error *error)
{
    struct harness_output output;
    enum batch_rc rc = harness_output_guard(arguments->output, arguments->path, error);
    rc = rc == BATCH_OK ? harness_output_open(&output, arguments->output, error) : rc;
    if (rc != BATCH_OK) {
        return rc;
    }
    rc = harness_export_csv(reader, arguments->table, output.file, error);
    return harness_output_close(&output, rc, error);
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN.h5 TABLE",
        .doc = "Print a table of a run as CSV: a header line with units in the names, then a line per row.\v"
               "TABLE is one of jobs, attempts, instances, timeseries, bill, pools, queues, environments, definitions.",
    };
    struct arguments arguments = {0};
    struct harness_reader *reader = NULL;
    struct batch_error error;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    enum batch_rc rc = harness_reader_open(arguments.path, &reader, &error);
    if (rc == BATCH_OK) {
        rc = export_table(&arguments, reader, &error);
        harness_reader_close(reader);
    }
    return rc == BATCH_OK ? HARNESS_EXIT_OK : harness_exit_report(rc, &error);
}

const struct harness_command harness_command_export = {
    .name = "export", .summary = "print a table of a run as CSV", .run = run};
