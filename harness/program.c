/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Finds the verb and hands it the rest of the command line. */
#define _GNU_SOURCE /* argp */
#include "harness/program.h"
#include "harness/command.h"
#include "harness/exit.h"
#include "scheduler/types.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct harness_command *const commands[] = {
    &harness_command_run,      &harness_command_show,    &harness_command_export,   &harness_command_plot,
    &harness_command_policies, &harness_command_catalog, &harness_command_workload, &harness_command_bench,
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

struct choice {
    const struct harness_command *command;
    int first; /**< Index of the verb in argv. */
};

static void print_version(FILE *out, struct argp_state *state)
{
    (void)state;
    (void)fprintf(out, "batchlab %s (model version %d)\n", BATCHLAB_VERSION, BATCH_MODEL_VERSION);
}

static const struct harness_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct choice *choice = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        choice->command = find_command(argument);
        if (choice->command == NULL) {
            argp_error(state, "there is no verb \"%s\"", argument);
        }
        choice->first = state->next - 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a verb is missing");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/** The verbs come from the table, so the help cannot forget one. */
static char *add_verbs(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) {
        return (char *)(uintptr_t)text;
    }
    char *help = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&help, &size);
    if (out == NULL) {
        return NULL;
    }
    (void)fputs("Verbs:\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    (void)fputs("\n`batchlab VERB --help' explains one. Exit status: 0 ok, 1 the run failed or its output could not be "
                "written, 2 usage, 3 bad input.",
                out);
    return fclose(out) == 0 ? help : NULL;
}

static int run_command(const struct harness_command *command, int argc, char **argv)
{
    char name[64];
    (void)snprintf(name, sizeof name, "batchlab %s", command->name);
    argv[0] = name;
    return harness_exit_flush(command->run(argc, argv));
}

int harness_program_main(int argc, char **argv)
{
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "VERB [ARGUMENT...]",
        .doc = "Replay batch workloads on a simulated, autoscaling EC2 fleet; measure throughput, latency and cost.\v",
        .help_filter = add_verbs,
    };
    static char program[] = "batchlab";
    argp_err_exit_status = HARNESS_EXIT_USAGE;
    (void)signal(SIGXFSZ, SIG_IGN); /* a file over the limit is then a failed write, which is reported */
    argp_program_version_hook = print_version;
    if (argc > 0) {
        argv[0] = program;
    }
    struct choice choice = {0};
    error_t failed = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &choice);
    if (failed != 0 || choice.command == NULL) {
        (void)fprintf(stderr, "batchlab: %s\n", strerror(failed));
        return HARNESS_EXIT_USAGE;
    }
    return run_command(choice.command, argc - choice.first, argv + choice.first);
}
