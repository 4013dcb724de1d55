/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Maps return codes to exit statuses; the only writer of error messages. */
#include "harness/exit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum harness_exit harness_exit_status(enum batch_rc rc)
{
    switch (rc) {
    case BATCH_OK:
        return HARNESS_EXIT_OK;
    case BATCH_E_USAGE:
        return HARNESS_EXIT_USAGE;
    case BATCH_E_INPUT:
    case BATCH_E_UNSUPPORTED:
        return HARNESS_EXIT_INPUT;
    case BATCH_E_STATE:
    case BATCH_E_LIMIT:
    case BATCH_E_MEMORY:
    case BATCH_E_IO:
        return HARNESS_EXIT_FAILED;
    }
    return HARNESS_EXIT_FAILED;
}

int harness_exit_report(enum batch_rc rc, const struct batch_error *error)
{
    (void)fprintf(stderr, "batchlab: %s\n", error->text);
    return (int)harness_exit_status(rc);
}

int harness_exit_flush(int status)
{
    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return status;
    }
    (void)fprintf(stderr, "batchlab: cannot write standard output: %s\n",
                  errno != 0 ? strerror(errno) : "an earlier write failed");
    return HARNESS_EXIT_FAILED;
}
