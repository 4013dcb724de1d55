/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Assertions that cmocka lacks: they print both values in full and the place of the caller.
 *
 * Includes cmocka with the headers it needs, so that a test starts with this one line.
 */
#ifndef BATCH_TESTS_SUPPORT_T_ASSERT_H
#define BATCH_TESTS_SUPPORT_T_ASSERT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/** Pass when |a - b| <= max(absolute, relative * |b|); NaN never passes. */
#define t_assert_near(a, b, relative, absolute) t_check_near((a), (b), (relative), (absolute), __FILE__, __LINE__)
#define t_assert_u64(a, b) t_check_u64((a), (b), __FILE__, __LINE__)
#define t_assert_i64(a, b) t_check_i64((a), (b), __FILE__, __LINE__)
/** Pass when @p text (not NULL) holds @p part. */
#define t_assert_contains(text, part) t_check_contains((text), (part), __FILE__, __LINE__)

void t_check_near(double a, double b, double relative, double absolute, const char *file, int line);
void t_check_u64(uint64_t a, uint64_t b, const char *file, int line);
void t_check_i64(int64_t a, int64_t b, const char *file, int line);
void t_check_contains(const char *text, const char *part, const char *file, int line);

#endif
