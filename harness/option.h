/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Values on the command line, strictly read: the whole word is the number or it is a usage error.
 */
#ifndef BATCH_HARNESS_OPTION_H
#define BATCH_HARNESS_OPTION_H

#include <argp.h>
#include <stdint.h>

/** A whole number in @p least..@p most; otherwise argp_error names @p option and exits with status 2. */
uint64_t harness_option_uint(struct argp_state *state, const char *option, const char *text, uint64_t least,
                             uint64_t most);

/** A finite number above 0; otherwise argp_error. */
double harness_option_positive(struct argp_state *state, const char *option, const char *text);

#endif
