/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Return codes and the error object that every room shares.
 *
 * The outside world's faults (bad input, limits, full disks) are reported with a return code and words a
 * user can act on; a failing function has changed nothing. Programmer mistakes trip BATCH_ASSERT instead.
 */
#ifndef BATCH_SCHEDULER_ERROR_H
#define BATCH_SCHEDULER_ERROR_H

#include <stddef.h>

/** What went wrong, by who can mend it. Values are part of the results format: never renumber. */
enum batch_rc {
    BATCH_OK = 0,
    BATCH_E_INPUT = 1,       /**< A file, document or event is wrong; its author can mend it. */
    BATCH_E_STATE = 2,       /**< The fact cannot be true now (an unknown attempt ended, time ran back). */
    BATCH_E_LIMIT = 3,       /**< A limit given at creation is reached; its name is in the text. */
    BATCH_E_MEMORY = 4,      /**< The host refused memory. */
    BATCH_E_IO = 5,          /**< Writing failed (full disk, no permission). */
    BATCH_E_USAGE = 6,       /**< The command line is wrong. */
    BATCH_E_UNSUPPORTED = 7, /**< Known to AWS Batch, not modelled by this version. */
};

enum { BATCH_ERROR_TEXT_MAX = 1024 };

/** Filled on failure only. The text names the place (file, line, key path), what was expected, the remedy. */
struct batch_error {
    enum batch_rc rc;
    char text[BATCH_ERROR_TEXT_MAX];
};

/**
 * Fill @p error and return @p rc, so that reporting is one statement.
 *
 * @param error  May be NULL: the text is then dropped. Text beyond the buffer is cut.
 * @param rc     Not BATCH_OK.
 */
enum batch_rc batch_error_set(struct batch_error *error, enum batch_rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Put "<context>: " before the text of @p error (may be NULL) on its way up. Returns the error's code. */
enum batch_rc batch_error_wrap(struct batch_error *error, enum batch_rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
