/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Numbers of the command line; strtoull alone would take "-1", " 7" and "7x". */
#define _GNU_SOURCE /* argp */
#include "harness/option.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

uint64_t harness_option_uint(struct argp_state *state, const char *option, const char *text, uint64_t least,
                             uint64_t most)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = isdigit((unsigned char)text[0]) != 0 ? strtoull(text, &end, 10) : 0;
    if (end == NULL || *end != '\0' || errno != 0 || value < least || value > most) {
        argp_error(state, "%s: \"%s\" is not a whole number from %llu to %llu", option, text, (unsigned long long)least,
                   (unsigned long long)most);
    }
    return value;
}

double harness_option_positive(struct argp_state *state, const char *option, const char *text)
{
    char *end = NULL;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !isfinite(value) || value <= 0.0) {
        argp_error(state, "%s: \"%s\" is not a number above 0", option, text);
    }
    return value;
}
