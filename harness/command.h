/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The verbs of the program: one row and one thin file each.
 */
#ifndef BATCH_HARNESS_COMMAND_H
#define BATCH_HARNESS_COMMAND_H

/** argv[0] is "batchlab VERB", so that usage messages name the verb. Returns the exit status. */
struct harness_command {
    const char *name;
    const char *summary; /**< For `batchlab --help`. */
    int (*run)(int argc, char **argv);
};

/** In the order of the help; main.c holds the list. */
extern const struct harness_command harness_command_run;
extern const struct harness_command harness_command_show;
extern const struct harness_command harness_command_export;
extern const struct harness_command harness_command_plot;
extern const struct harness_command harness_command_policies;
extern const struct harness_command harness_command_catalog;
extern const struct harness_command harness_command_workload;
extern const struct harness_command harness_command_bench;

#endif
