/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Opens results files of this version only: every table must have exactly the columns it is written with.
 */
#include "harness/results_hdf5.h"

#include "scheduler/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 1 << 28 };

struct harness_reader {
    char *path; /**< Owned; for messages. */
    hid_t file;
    hid_t datasets[HARNESS_TABLE_COUNT];
    hid_t types[HARNESS_TABLE_COUNT];
    uint64_t counts[HARNESS_TABLE_COUNT];
};

static enum batch_rc fail(const struct harness_reader *reader, const char *object, const char *expected,
                          struct batch_error *error)
{
    return batch_error_set(error, BATCH_E_INPUT,
                           "%s: %s: expected %s; is it a whole results file written by this version of batchlab?",
                           reader->path, object, expected);
}

static bool is_version_ours(hid_t file)
{
    uint64_t version = 0;
    hid_t attribute = H5Aopen(file, "results_version", H5P_DEFAULT);
    bool is_read = attribute >= 0 && H5Aread(attribute, H5T_NATIVE_UINT64, &version) >= 0;
    (void)H5Aclose(attribute);
    return is_read && version == HARNESS_RESULTS_VERSION;
}

static bool has_type(hid_t dataset, hid_t type)
{
    hid_t stored = H5Dget_type(dataset);
    bool is_equal = stored >= 0 && H5Tequal(stored, type) > 0;
    (void)H5Tclose(stored);
    return is_equal;
}

static bool count_rows(hid_t dataset, uint64_t *count)
{
    hsize_t extent[1] = {0};
    hid_t space = H5Dget_space(dataset);
    bool is_counted =
        space >= 0 && H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, extent, NULL) == 1;
    (void)H5Sclose(space);
    *count = extent[0];
    return is_counted;
}

static enum batch_rc open_table(struct harness_reader *reader, enum harness_table table, struct batch_error *error)
{
    const char *name = harness_table_describe(table)->name;
    hid_t type = harness_hdf5_row_type(table);
    hid_t dataset = H5Dopen2(reader->file, name, H5P_DEFAULT);
    reader->types[table] = type;
    reader->datasets[table] = dataset;
    if (type < 0 || dataset < 0 || !has_type(dataset, type) || !count_rows(dataset, &reader->counts[table])) {
        return fail(reader, name, "a table with the columns of docs/results.md", error);
    }
    return BATCH_OK;
}

static struct harness_reader *allocate(const char *path)
{
    struct harness_reader *reader = calloc(1, sizeof *reader);
    char *copy = malloc(strlen(path) + 1);
    if (reader == NULL || copy == NULL) {
        free(reader);
        free(copy);
        return NULL;
    }
    memcpy(copy, path, strlen(path) + 1);
    reader->path = copy;
    reader->file = H5I_INVALID_HID;
    for (size_t i = 0; i < HARNESS_TABLE_COUNT; i++) {
        reader->datasets[i] = H5I_INVALID_HID;
        reader->types[i] = H5I_INVALID_HID;
    }
    return reader;
}

enum batch_rc harness_reader_open(const char *path, struct harness_reader **ret, struct batch_error *error)
{
    harness_hdf5_listen(NULL);
    struct harness_reader *reader = allocate(path);
    if (reader == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory to read %s", path);
    }
    FILE *probe = fopen(path, "rb");
    enum batch_rc rc = BATCH_OK;
    if (probe == NULL) {
        rc = batch_error_set(error, BATCH_E_INPUT, "%s: cannot be opened; check the path and its permissions", path);
    } else {
        (void)fclose(probe);
        reader->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
        rc = reader->file < 0 ? fail(reader, "the file", "HDF5", error) : BATCH_OK;
    }
    if (rc == BATCH_OK && !is_version_ours(reader->file)) {
        rc = fail(reader, "attribute results_version", "version 1", error);
    }
    for (uint32_t i = 0; rc == BATCH_OK && i < HARNESS_TABLE_COUNT; i++) {
        rc = open_table(reader, (enum harness_table)i, error);
    }
    if (rc != BATCH_OK) {
        harness_reader_close(reader);
        return rc;
    }
    *ret = reader;
    return BATCH_OK;
}

void harness_reader_close(struct harness_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    for (size_t i = 0; i < HARNESS_TABLE_COUNT; i++) {
        (void)H5Dclose(reader->datasets[i]);
        (void)H5Tclose(reader->types[i]);
    }
    (void)H5Fclose(reader->file);
    free(reader->path);
    free(reader);
}

uint64_t harness_reader_count(const struct harness_reader *reader, enum harness_table table)
{
    return reader->counts[table];
}

enum batch_rc harness_reader_read(struct harness_reader *reader, enum harness_table table, uint64_t start, size_t count,
                                  void *rows, struct batch_error *error)
{
    BATCH_ASSERT(NULL, start <= reader->counts[table] && count <= reader->counts[table] - start);
    if (count == 0) {
        return BATCH_OK;
    }
    hsize_t first[1] = {start};
    hsize_t extent[1] = {count};
    hid_t memory = H5Screate_simple(1, extent, NULL);
    hid_t space = H5Dget_space(reader->datasets[table]);
    bool is_read = memory >= 0 && space >= 0 &&
                   H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, extent, NULL) >= 0 &&
                   H5Dread(reader->datasets[table], reader->types[table], memory, space, H5P_DEFAULT, rows) >= 0;
    (void)H5Sclose(memory);
    (void)H5Sclose(space);
    return is_read ? BATCH_OK : fail(reader, harness_table_describe(table)->name, "readable rows", error);
}

/** The bytes of a scalar fixed-length text; NULL: it is not one, or too long to be true. */
static char *read_text(hid_t dataset)
{
    char *text = NULL;
    hid_t type = H5Dget_type(dataset);
    hid_t space = H5Dget_space(dataset);
    size_t size = type >= 0 ? H5Tget_size(type) : 0;
    if (size > 0 && size <= TEXT_BYTES_MAX && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
        H5Sget_simple_extent_npoints(space) == 1) {
        text = calloc(size + 1, 1);
    }
    if (text != NULL && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0) {
        free(text);
        text = NULL;
    }
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    return text;
}

enum batch_rc harness_reader_text(struct harness_reader *reader, const char *object, char **ret,
                                  struct batch_error *error)
{
    hid_t dataset = H5Dopen2(reader->file, object, H5P_DEFAULT);
    char *text = dataset >= 0 ? read_text(dataset) : NULL;
    (void)H5Dclose(dataset);
    if (text == NULL) {
        return fail(reader, object, "a text", error);
    }
    *ret = text;
    return BATCH_OK;
}

enum batch_rc harness_reader_summary(struct harness_reader *reader, struct harness_summary *summary,
                                     struct batch_error *error)
{
    char *json = NULL;
    enum batch_rc rc = harness_reader_text(reader, "/summary", &json, error);
    if (rc == BATCH_OK) {
        rc = harness_summary_from_json(json, summary, error);
        rc = rc == BATCH_OK ? rc : batch_error_wrap(error, rc, "%s: /summary", reader->path);
    }
    free(json);
    return rc;
}
