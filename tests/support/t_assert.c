/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The assertions behind t_assert.h.
 */
#include "tests/support/t_assert.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void t_check_near(double a, double b, double relative, double absolute, const char *file, int line)
{
    double allowed = fmax(absolute, relative * fabs(b));
    if (!(fabs(a - b) <= allowed)) {
        print_error("%.17g is not within %.3g of %.17g\n", a, allowed, b);
        _fail(file, line);
    }
}

void t_check_u64(uint64_t a, uint64_t b, const char *file, int line)
{
    if (a != b) {
        print_error("%" PRIu64 " != %" PRIu64 "\n", a, b);
        _fail(file, line);
    }
}

void t_check_i64(int64_t a, int64_t b, const char *file, int line)
{
    if (a != b) {
        print_error("%" PRId64 " != %" PRId64 "\n", a, b);
        _fail(file, line);
    }
}

void t_check_contains(const char *text, const char *part, const char *file, int line)
{
    if (text == NULL || strstr(text, part) == NULL) {
        print_error("\"%s\" does not contain \"%s\"\n", text == NULL ? "(null)" : text, part);
        _fail(file, line);
    }
}
