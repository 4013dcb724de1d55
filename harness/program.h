/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The whole program as a function.
 */
#ifndef BATCH_HARNESS_PROGRAM_H
#define BATCH_HARNESS_PROGRAM_H

/** @p argv as main has it. Returns the exit status; --help, --version and wrong options exit at once (argp). */
int harness_program_main(int argc, char **argv);

#endif
