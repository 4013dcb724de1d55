/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file `batchlab show`: the summary that a results file holds. */
#define _GNU_SOURCE /* argp */
#include "harness/command.h"
#include "harness/exit.h"
#include "harness/results.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_JSON = 256 };

struct arguments {
    const char *path;
    bool json;
};

static const struct argp_option options[] = {
    {"json", KEY_JSON, NULL, 0, "Print the summary as one JSON object", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_JSON:
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one results file at a time, but \"%s\" follows \"%s\"", argument, arguments->path);
        }
        arguments->path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a results file is missing");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum batch_rc print_text(struct harness_reader *reader, struct batch_error *error)
{
    struct harness_summary summary;
    enum batch_rc rc = harness_reader_summary(reader, &summary, error);
    if (rc == BATCH_OK) {
        harness_summary_print(&summary, stdout);
        harness_summary_release(&summary);
    }
    return rc;
}

/** As the run printed it, byte for byte: nothing is computed again. */
static enum batch_rc print_json(struct harness_reader *reader, struct batch_error *error)
{
    char *json = NULL;
    enum batch_rc rc = harness_reader_text(reader, "/summary", &json, error);
    if (rc == BATCH_OK) {
        (void)printf("%s\n", json);
        free(json);
    }
    return rc;
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options, .parser = parse, .args_doc = "RUN.h5", .doc = "Print the summary of a run."};
    struct arguments arguments = {0};
    struct harness_reader *reader = NULL;
    struct batch_error error;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    enum batch_rc rc = harness_reader_open(arguments.path, &reader, &error);
    if (rc == BATCH_OK) {
        rc = arguments.json ? print_json(reader, &error) : print_text(reader, &error);
        harness_reader_close(reader);
    }
    return rc == BATCH_OK ? HARNESS_EXIT_OK : harness_exit_report(rc, &error);
}

const struct harness_command harness_command_show = {
    .name = "show", .summary = "print the summary of a run", .run = run};
