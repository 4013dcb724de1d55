/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Finds the data folder; a folder counts only when catalogue and default scenario are both in it. */
#define _POSIX_C_SOURCE 200809L
#include "harness/datadir.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/** false when it does not fit: such a folder is passed over like one that does not exist. */
static bool join(char path[HARNESS_PATH_MAX], const char *folder, const char *name)
{
    int length = snprintf(path, HARNESS_PATH_MAX, "%s/%s", folder, name);
    return length > 0 && length < HARNESS_PATH_MAX;
}

static bool has_file(const char *folder, const char *name)
{
    char path[HARNESS_PATH_MAX];
    return join(path, folder, name) && access(path, R_OK) == 0;
}

static bool is_data(const char *folder)
{
    return has_file(folder, "catalog.csv") && has_file(folder, "scenarios/default.json");
}

/** An installation keeps the files in the folder itself, a source tree in its data/. */
static bool take(const char *root, struct harness_datadir *datadir)
{
    struct harness_datadir found = {0};
    if (!join(found.plots, root, "plots") || !join(found.data, root, "data")) {
        return false;
    }
    if (is_data(root)) {
        (void)snprintf(found.data, sizeof found.data, "%s", root);
    } else if (!is_data(found.data)) {
        return false;
    }
    *datadir = found;
    return true;
}

/** Cut the last component of @p path; false when none is left. */
static bool ascend(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) {
        return false;
    }
    *slash = '\0';
    return true;
}

static bool executable_folder(char folder[HARNESS_PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, HARNESS_PATH_MAX - 1);
    if (length <= 0) {
        return false;
    }
    folder[length] = '\0';
    return ascend(folder);
}

static bool take_near(const char *executable, struct harness_datadir *datadir)
{
    char root[HARNESS_PATH_MAX];
    if (join(root, executable, "../share/batchlab") && take(root, datadir)) {
        return true;
    }
    (void)snprintf(root, sizeof root, "%s", executable);
    do {
        if (take(root, datadir)) {
            return true;
        }
    } while (ascend(root));
    return false;
}

enum batch_rc harness_datadir_find(struct harness_datadir *datadir, struct batch_error *error)
{
    const char *home = getenv("BATCHLAB_HOME");
    if (home != NULL && home[0] != '\0') {
        if (take(home, datadir)) {
            return BATCH_OK;
        }
        return batch_error_set(
            error, BATCH_E_INPUT,
            "BATCHLAB_HOME is \"%s\", but neither catalog.csv with scenarios/default.json nor a data/ "
            "folder with both is there; correct or unset it",
            home);
    }
    char executable[HARNESS_PATH_MAX] = "";
    if (executable_folder(executable) && take_near(executable, datadir)) {
        return BATCH_OK;
    }
    if (take(BATCHLAB_DATADIR, datadir)) {
        return BATCH_OK;
    }
    return batch_error_set(error, BATCH_E_INPUT,
                           "the program's data (catalog.csv) was not found in %.300s/../share/batchlab, in data/ of a "
                           "folder above the program, or in %.300s; install again or set BATCHLAB_HOME to the folder "
                           "that holds it",
                           executable, BATCHLAB_DATADIR);
}

enum batch_rc harness_datadir_file(const struct harness_datadir *datadir, const char *name, char path[HARNESS_PATH_MAX],
                                   struct batch_error *error)
{
    if (join(path, datadir->data, name)) {
        return BATCH_OK;
    }
    return batch_error_set(error, BATCH_E_INPUT, "%.300s: the path is too long", datadir->data);
}
