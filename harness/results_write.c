/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Appends rows in batches to packet tables and closes the file so that a full disk cannot go unnoticed.
 *
 * Closing an HDF5 file on a full disk can report success, therefore the counts are read back from what is on
 * the disk and the file is forced there before it gets its name. Each batch is one chunk: written once.
 */
#define _POSIX_C_SOURCE 200809L
#include "harness/results_hdf5.h"

#include "scheduler/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFLATE_LEVEL = 4, CODES_TEXT_MAX = 256 };

struct writer {
    hid_t table;
    unsigned char *batch; /**< Owned: batch_rows x row_size bytes. */
    uint32_t row_size;
    uint32_t batch_rows;
    uint32_t used;
    uint64_t count; /**< Rows appended, also those in the batch. */
};

struct harness_results {
    char *path;    /**< Owned. */
    char *partial; /**< Owned. */
    hid_t file;
    struct writer writers[HARNESS_TABLE_COUNT];
    bool is_named; /**< The file has its final name, or there is none to remove. */
    struct harness_hdf5_cause cause;
};

static enum batch_rc fail_hdf5(const struct harness_results *results, const char *doing, struct batch_error *error)
{
    const char *cause = results->cause.text[0] != '\0' ? results->cause.text : "unknown cause";
    return batch_error_set(error, BATCH_E_IO, "%s: cannot %s: %s; free space or choose another place with -o",
                           results->partial, doing, cause);
}

static enum batch_rc fail_system(const char *path, const char *doing, int number, struct batch_error *error)
{
    char cause[128] = "unknown cause";
    (void)strerror_r(number, cause, sizeof cause);
    return batch_error_set(error, BATCH_E_IO, "%s: cannot %s: %s; choose another place with -o", path, doing, cause);
}

/** The system's own words for a path that cannot be written are clearer than those of HDF5. */
static enum batch_rc touch(const char *path, struct batch_error *error)
{
    int file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0666);
    if (file < 0) {
        return fail_system(path, "create the results file", errno, error);
    }
    return close(file) == 0 ? BATCH_OK : fail_system(path, "create the results file", errno, error);
}

static hid_t create_file(const char *path)
{
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    hid_t file = H5I_INVALID_HID;
    if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0) {
        file = H5Fcreate(path, H5F_ACC_TRUNC, creation, H5P_DEFAULT);
    }
    (void)H5Pclose(creation);
    return file;
}

static hid_t creation_properties(bool compresses)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    bool is_set = creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0;
    if (is_set && compresses) {
        is_set = H5Pset_shuffle(creation) >= 0 && H5Pset_deflate(creation, DEFLATE_LEVEL) >= 0;
    }
    if (!is_set) {
        (void)H5Pclose(creation);
        return H5I_INVALID_HID;
    }
    return creation;
}

/** Units and codes as attributes, one per column, so that the file explains itself. */
static enum batch_rc describe_columns(struct harness_results *results,
                                      const struct harness_table_description *description, struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    for (uint32_t i = 0; rc == BATCH_OK && i < description->column_count; i++) {
        const struct harness_column *column = &description->columns[i];
        char text[CODES_TEXT_MAX];
        size_t used = (size_t)snprintf(text, sizeof text, "%s", column->unit);
        for (size_t code = 0; column->words != NULL && column->words[code] != NULL; code++) {
            used += (size_t)snprintf(text + used, sizeof text - used, " %zu=%s", code, column->words[code]);
            BATCH_ASSERT(NULL, used < sizeof text);
        }
        rc = harness_results_put_text(results, description->name, column->name, text, error);
    }
    return rc;
}

static enum batch_rc create_table(struct harness_results *results, enum harness_table table, hid_t creation,
                                  struct batch_error *error)
{
    const struct harness_table_description *description = harness_table_describe(table);
    struct writer *writer = &results->writers[table];
    writer->row_size = description->row_size;
    writer->batch_rows = description->batch_rows;
    writer->batch = calloc(writer->batch_rows, writer->row_size);
    if (writer->batch == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the results");
    }
    hid_t row = harness_hdf5_row_type(table);
    if (row >= 0) {
        writer->table = H5PTcreate(results->file, description->name, row, writer->batch_rows, creation);
        (void)H5Tclose(row);
    }
    if (writer->table < 0) {
        return fail_hdf5(results, "create a table", error);
    }
    return describe_columns(results, description, error);
}

static char *join(const char *left, const char *right)
{
    size_t size = strlen(left) + strlen(right) + 1;
    char *text = malloc(size);
    if (text != NULL) {
        (void)snprintf(text, size, "%s%s", left, right);
    }
    return text;
}

static struct harness_results *allocate(const char *path)
{
    struct harness_results *results = calloc(1, sizeof *results);
    if (results == NULL) {
        return NULL;
    }
    results->file = H5I_INVALID_HID;
    for (size_t i = 0; i < HARNESS_TABLE_COUNT; i++) {
        results->writers[i].table = H5I_INVALID_HID;
    }
    results->path = join(path, "");
    char ending[48]; /* of this process, so that two runs into one file cannot touch each other's */
    (void)snprintf(ending, sizeof ending, ".%ld.partial", (long)getpid());
    results->partial = join(path, ending);
    if (results->path == NULL || results->partial == NULL) {
        results->is_named = true;
        harness_results_destroy(results);
        return NULL;
    }
    return results;
}

static enum batch_rc create_tables(struct harness_results *results, bool compresses, struct batch_error *error)
{
    hid_t creation = creation_properties(compresses);
    if (creation < 0) {
        return fail_hdf5(results, "prepare the tables", error);
    }
    enum batch_rc rc = BATCH_OK;
    for (uint32_t i = 0; rc == BATCH_OK && i < HARNESS_TABLE_COUNT; i++) {
        rc = create_table(results, (enum harness_table)i, creation, error);
    }
    (void)H5Pclose(creation);
    return rc;
}

enum batch_rc harness_results_create(const char *path, bool compresses, struct harness_results **ret,
                                     struct batch_error *error)
{
    struct harness_results *results = allocate(path);
    if (results == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the results");
    }
    harness_hdf5_listen(&results->cause);
    enum batch_rc rc = touch(results->partial, error);
    if (rc == BATCH_OK) {
        results->file = create_file(results->partial);
        rc = results->file < 0 ? fail_hdf5(results, "create the results file", error)
                               : create_tables(results, compresses, error);
    } else {
        results->is_named = true;
    }
    if (rc != BATCH_OK) {
        harness_results_destroy(results);
        return rc;
    }
    *ret = results;
    return BATCH_OK;
}

static enum batch_rc flush(struct harness_results *results, struct writer *writer, struct batch_error *error)
{
    if (writer->used > 0 && H5PTappend(writer->table, writer->used, writer->batch) < 0) {
        return fail_hdf5(results, "write", error);
    }
    writer->used = 0;
    return BATCH_OK;
}

enum batch_rc harness_results_append(struct harness_results *results, enum harness_table table, const void *row,
                                     struct batch_error *error)
{
    struct writer *writer = &results->writers[table];
    memcpy(writer->batch + (size_t)writer->used * writer->row_size, row, writer->row_size);
    writer->used++;
    writer->count++;
    return writer->used < writer->batch_rows ? BATCH_OK : flush(results, writer, error);
}

static enum batch_rc put_attribute(struct harness_results *results, const char *object, const char *name, hid_t type,
                                   const void *value, struct batch_error *error)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute =
        H5Acreate_by_name(results->file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool is_written = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
    is_written = attribute >= 0 && H5Aclose(attribute) >= 0 && is_written;
    enum batch_rc rc = is_written ? BATCH_OK : fail_hdf5(results, "write an attribute", error);
    (void)H5Sclose(space);
    return rc;
}

/** A fixed-length string type for @p text; an empty text takes one byte, as HDF5 has no type of none. */
static hid_t text_type(const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    size_t length = strlen(text);
    if (type >= 0 && (H5Tset_size(type, length > 0 ? length : 1) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
                      H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        (void)H5Tclose(type);
        return H5I_INVALID_HID;
    }
    return type;
}

enum batch_rc harness_results_put_text(struct harness_results *results, const char *object, const char *name,
                                       const char *text, struct batch_error *error)
{
    hid_t type = text_type(text);
    enum batch_rc rc = put_attribute(results, object, name, type, text, error);
    (void)H5Tclose(type);
    return rc;
}

enum batch_rc harness_results_put_i64(struct harness_results *results, const char *object, const char *name,
                                      int64_t value, struct batch_error *error)
{
    return put_attribute(results, object, name, H5T_STD_I64LE, &value, error);
}

enum batch_rc harness_results_put_u64(struct harness_results *results, const char *object, const char *name,
                                      uint64_t value, struct batch_error *error)
{
    return put_attribute(results, object, name, H5T_STD_U64LE, &value, error);
}

enum batch_rc harness_results_put_f64(struct harness_results *results, const char *object, const char *name,
                                      double value, struct batch_error *error)
{
    return put_attribute(results, object, name, H5T_IEEE_F64LE, &value, error);
}

enum batch_rc harness_results_write_text(struct harness_results *results, const char *object, const char *text,
                                         struct batch_error *error)
{
    hid_t type = text_type(text);
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t creation = creation_properties(false);
    hid_t dataset = H5Dcreate2(results->file, object, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    bool is_written = dataset >= 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0;
    is_written = dataset >= 0 && H5Dclose(dataset) >= 0 && is_written;
    enum batch_rc rc = is_written ? BATCH_OK : fail_hdf5(results, "write", error);
    (void)H5Pclose(creation);
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    return rc;
}

static enum batch_rc close_tables(struct harness_results *results, struct batch_error *error)
{
    for (size_t i = 0; i < HARNESS_TABLE_COUNT; i++) {
        struct writer *writer = &results->writers[i];
        enum batch_rc rc = flush(results, writer, error);
        if (rc != BATCH_OK) {
            return rc;
        }
        hid_t table = writer->table;
        writer->table = H5I_INVALID_HID;
        if (H5PTclose(table) < 0) {
            return fail_hdf5(results, "close a table", error);
        }
    }
    return BATCH_OK;
}

static enum batch_rc close_file(struct harness_results *results, struct batch_error *error)
{
    hid_t file = results->file;
    if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) {
        return fail_hdf5(results, "write", error);
    }
    results->file = H5I_INVALID_HID;
    return H5Fclose(file) < 0 ? fail_hdf5(results, "close", error) : BATCH_OK;
}

static enum batch_rc force_to_disk(const char *path, struct batch_error *error)
{
    int file = open(path, O_RDWR);
    if (file < 0) {
        return fail_system(path, "reopen", errno, error);
    }
    int status = fsync(file);
    int number = errno;
    (void)close(file);
    return status == 0 ? BATCH_OK : fail_system(path, "force to the disk", number, error);
}

static enum batch_rc read_back(const struct harness_results *results, struct batch_error *error)
{
    struct harness_reader *reader = NULL;
    enum batch_rc rc = harness_reader_open(results->partial, &reader, error);
    for (uint32_t i = 0; rc == BATCH_OK && i < HARNESS_TABLE_COUNT; i++) {
        uint64_t count = harness_reader_count(reader, (enum harness_table)i);
        if (count != results->writers[i].count) {
            rc = batch_error_set(error, BATCH_E_IO, "%s: /%s reads back %llu rows of %llu written", results->partial,
                                 harness_table_describe((enum harness_table)i)->name, (unsigned long long)count,
                                 (unsigned long long)results->writers[i].count);
        }
    }
    harness_reader_close(reader);
    return rc == BATCH_OK ? rc : batch_error_wrap(error, BATCH_E_IO, "the results were not written whole");
}

enum batch_rc harness_results_close(struct harness_results *results, struct batch_error *error)
{
    enum batch_rc rc = harness_results_put_u64(results, "/", "results_version", HARNESS_RESULTS_VERSION, error);
    rc = rc == BATCH_OK ? close_tables(results, error) : rc;
    rc = rc == BATCH_OK ? close_file(results, error) : rc;
    rc = rc == BATCH_OK ? force_to_disk(results->partial, error) : rc;
    rc = rc == BATCH_OK ? read_back(results, error) : rc;
    if (rc == BATCH_OK && rename(results->partial, results->path) != 0) {
        rc = fail_system(results->path, "rename the results file into place", errno, error);
    }
    results->is_named = rc == BATCH_OK;
    return rc;
}

void harness_results_destroy(struct harness_results *results)
{
    if (results == NULL) {
        return;
    }
    for (size_t i = 0; i < HARNESS_TABLE_COUNT; i++) {
        if (results->writers[i].table >= 0) {
            (void)H5PTclose(results->writers[i].table);
        }
        free(results->writers[i].batch);
    }
    if (results->file >= 0) {
        (void)H5Fclose(results->file);
    }
    harness_hdf5_listen(NULL);
    if (!results->is_named) {
        /* HDF5 may still hold the file open if closing failed: the space is given back all the same. */
        (void)truncate(results->partial, 0);
        (void)unlink(results->partial);
    }
    free(results->path);
    free(results->partial);
    free(results);
}
