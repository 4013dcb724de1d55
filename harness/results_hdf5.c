/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * HDF5 row types from the table descriptions, and its error stack boiled down to one cause.
 */
#include "harness/results_hdf5.h"

#include <stdio.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "rows are stored as they lie in memory: little-endian"
#endif

/** Descriptions of failed system calls hold addresses and times; only the system's own words are kept of them. */
static herr_t keep_cause(unsigned position, const H5E_error2_t *entry, void *context)
{
    static const char mark[] = "error message = '";
    struct harness_hdf5_cause *cause = context;
    const char *text = entry->desc != NULL ? entry->desc : "unknown";
    const char *words = strstr(text, mark);
    int length = (int)strlen(text);
    if (words != NULL) {
        text = words + sizeof mark - 1;
        length = (int)strcspn(text, "'");
    }
    if (position == 0 || words != NULL) {
        (void)snprintf(cause->text, sizeof cause->text, "%.*s", length, text);
    }
    return 0;
}

static herr_t on_failure(hid_t stack, void *context)
{
    struct harness_hdf5_cause *cause = context;
    return cause->text[0] != '\0' ? 0 : H5Ewalk2(stack, H5E_WALK_UPWARD, keep_cause, cause);
}

void harness_hdf5_listen(struct harness_hdf5_cause *cause)
{
    /* After a write has failed, HDF5 (1.10) cannot close the file and its exit handler crashes on what is left of it.
       Every file is closed explicitly, so nothing needs that handler. Must come before HDF5's first own call. */
    (void)H5dont_atexit();
    (void)H5Eset_auto2(H5E_DEFAULT, cause != NULL ? on_failure : NULL, cause);
}

static hid_t number_type(enum harness_column_kind kind)
{
    switch (kind) {
    case HARNESS_COLUMN_U8:
        return H5T_STD_U8LE;
    case HARNESS_COLUMN_U16:
        return H5T_STD_U16LE;
    case HARNESS_COLUMN_U32:
        return H5T_STD_U32LE;
    case HARNESS_COLUMN_U64:
        return H5T_STD_U64LE;
    case HARNESS_COLUMN_I16:
        return H5T_STD_I16LE;
    case HARNESS_COLUMN_I32:
        return H5T_STD_I32LE;
    case HARNESS_COLUMN_I64:
        return H5T_STD_I64LE;
    case HARNESS_COLUMN_TEXT:
        break;
    }
    return H5I_INVALID_HID;
}

static herr_t insert_column(hid_t row, const struct harness_column *column)
{
    if (column->kind != HARNESS_COLUMN_TEXT) {
        return H5Tinsert(row, column->name, column->offset, number_type(column->kind));
    }
    hid_t text = H5Tcopy(H5T_C_S1);
    herr_t status = H5Tset_size(text, column->size);
    if (status >= 0) {
        status = H5Tinsert(row, column->name, column->offset, text);
    }
    (void)H5Tclose(text);
    return status;
}

hid_t harness_hdf5_row_type(enum harness_table table)
{
    const struct harness_table_description *description = harness_table_describe(table);
    hid_t row = H5Tcreate(H5T_COMPOUND, description->row_size);
    for (uint32_t i = 0; row >= 0 && i < description->column_count; i++) {
        if (insert_column(row, &description->columns[i]) < 0) {
            (void)H5Tclose(row);
            return H5I_INVALID_HID;
        }
    }
    return row;
}
