/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Write beside, check, rename. */
#define _POSIX_C_SOURCE 200809L
#include "harness/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum batch_rc harness_output_check(const char *path, struct batch_error *error)
{
    struct stat status;
    if (path[0] == '\0') {
        return batch_error_set(error, BATCH_E_USAGE, "the name of the file to write is empty");
    }
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode)) {
        return BATCH_OK;
    }
    return batch_error_set(error, BATCH_E_IO, "%s: cannot be written: it is %s, not a regular file", path,
                           S_ISDIR(status.st_mode) ? "a folder" : "a device or pipe");
}

enum batch_rc harness_output_guard(const char *path, const char *input, struct batch_error *error)
{
    struct stat output_status;
    struct stat input_status;
    if (path == NULL || input == NULL || stat(path, &output_status) != 0 || stat(input, &input_status) != 0 ||
        output_status.st_dev != input_status.st_dev || output_status.st_ino != input_status.st_ino) {
        return BATCH_OK;
    }
    return batch_error_set(error, BATCH_E_USAGE,
                           "%s: is read by this command and would be lost; name another file with -o", path);
}

enum batch_rc harness_output_open(struct harness_output *output, const char *path, struct batch_error *error)
{
    output->path = path;
    output->file = stdout;
    if (path == NULL) {
        return BATCH_OK;
    }
    enum batch_rc rc = harness_output_check(path, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    int length = snprintf(output->partial, sizeof output->partial, "%s.%ld.partial", path, (long)getpid());
    errno = ENAMETOOLONG;
    output->file = length < HARNESS_PATH_MAX ? fopen(output->partial, "wb") : NULL;
    if (output->file == NULL) {
        return batch_error_set(error, BATCH_E_IO, "%.300s: cannot be written: %s", path, strerror(errno));
    }
    return BATCH_OK;
}

static enum batch_rc settle(const struct harness_output *output, struct batch_error *error)
{
    int failed = ferror(output->file);
    errno = 0;
    /* A full disk may be told as late as here; the rename must not come before the data. */
    if (fflush(output->file) != 0 || failed != 0 || fsync(fileno(output->file)) != 0) {
        return batch_error_set(error, BATCH_E_IO, "%s: cannot be written: %s", output->path,
                               errno != 0 ? strerror(errno) : "an earlier write failed");
    }
    return BATCH_OK;
}

enum batch_rc harness_output_close(struct harness_output *output, enum batch_rc rc, struct batch_error *error)
{
    if (output->path == NULL) {
        return rc; /* The program checks standard output as it ends. */
    }
    if (rc == BATCH_OK) {
        rc = settle(output, error);
    } else if (rc == BATCH_E_IO) {
        (void)batch_error_wrap(error, rc, "%s", output->path); /* The writer knows a stream, not its name. */
    }
    if (fclose(output->file) != 0 && rc == BATCH_OK) {
        rc = batch_error_set(error, BATCH_E_IO, "%s: cannot be written: %s", output->path, strerror(errno));
    }
    if (rc == BATCH_OK && rename(output->partial, output->path) != 0) {
        rc = batch_error_set(error, BATCH_E_IO, "%s: cannot be put into place: %s", output->path, strerror(errno));
    }
    if (rc != BATCH_OK) {
        (void)unlink(output->partial);
    }
    return rc;
}
