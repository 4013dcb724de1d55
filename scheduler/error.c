/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Filling the shared error object; the text is always terminated and never overruns.
 */
#include "scheduler/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum batch_rc batch_error_set(struct batch_error *error, enum batch_rc rc, const char *format, ...)
{
    if (error == NULL) {
        return rc;
    }

    error->rc = rc;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return rc;
}

enum batch_rc batch_error_wrap(struct batch_error *error, enum batch_rc rc, const char *format, ...)
{
    if (error == NULL) {
        return rc;
    }

    char whole[BATCH_ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(whole, sizeof whole, format, arguments);
    va_end(arguments);

    strncat(whole, ": ", sizeof whole - 1 - strlen(whole));
    strncat(whole, error->text, sizeof whole - 1 - strlen(whole));
    memcpy(error->text, whole, sizeof whole);
    error->rc = rc;
    return rc;
}
