/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * CSV from rows, a batch at a time, as told by the table's description.
 */
#define _POSIX_C_SOURCE 200809L
#include "harness/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS = 4096 };

static void print_word(const struct harness_column *column, uint64_t code, FILE *out)
{
    size_t count = 0;
    while (column->words[count] != NULL) {
        count++;
    }
    if (code < count) {
        (void)fputs(column->words[code], out);
    } else {
        (void)fprintf(out, "%" PRIu64, code);
    }
}

/** Quoted as RFC 4180 says when it must be. */
static void print_text(const unsigned char *cell, size_t size, FILE *out)
{
    const char *text = (const char *)cell;
    size_t length = strnlen(text, size);
    bool is_quoted = false;
    for (size_t i = 0; i < length; i++) {
        is_quoted = is_quoted || strchr(",\"\r\n", text[i]) != NULL;
    }
    (void)fputs(is_quoted ? "\"" : "", out);
    for (size_t i = 0; i < length; i++) {
        (void)fputs(text[i] == '"' ? "\"" : "", out);
        (void)fputc(text[i], out);
    }
    (void)fputs(is_quoted ? "\"" : "", out);
}

static void print_unsigned(const struct harness_column *column, const unsigned char *cell, FILE *out)
{
    uint64_t value = 0;
    memcpy(&value, cell, column->size);
    if (column->words != NULL) {
        print_word(column, value, out);
    } else {
        (void)fprintf(out, "%" PRIu64, value);
    }
}

static void print_signed(int64_t value, FILE *out)
{
    if (value != HARNESS_ROW_NONE) {
        (void)fprintf(out, "%" PRId64, value);
    }
}

static void print_cell(const struct harness_column *column, const unsigned char *cell, FILE *out)
{
    int16_t small;
    int32_t middle;
    int64_t large;
    switch (column->kind) {
    case HARNESS_COLUMN_U8:
    case HARNESS_COLUMN_U16:
    case HARNESS_COLUMN_U32:
    case HARNESS_COLUMN_U64:
        print_unsigned(column, cell, out);
        break;
    case HARNESS_COLUMN_I16:
        memcpy(&small, cell, sizeof small);
        print_signed(small, out);
        break;
    case HARNESS_COLUMN_I32:
        memcpy(&middle, cell, sizeof middle);
        print_signed(middle, out);
        break;
    case HARNESS_COLUMN_I64:
        memcpy(&large, cell, sizeof large);
        print_signed(large, out);
        break;
    case HARNESS_COLUMN_TEXT:
        print_text(cell, column->size, out);
        break;
    }
}

static void print_row(const struct harness_table_description *description, const unsigned char *row, FILE *out)
{
    for (uint32_t i = 0; i < description->column_count; i++) {
        (void)fputs(i == 0 ? "" : ",", out);
        print_cell(&description->columns[i], row + description->columns[i].offset, out);
    }
    (void)fputc('\n', out);
}

static void print_header(const struct harness_table_description *description, FILE *out)
{
    for (uint32_t i = 0; i < description->column_count; i++) {
        (void)fprintf(out, "%s%s", i == 0 ? "" : ",", description->columns[i].name);
    }
    (void)fputc('\n', out);
}

enum batch_rc harness_export_csv(struct harness_reader *reader, enum harness_table table, FILE *out,
                                 struct batch_error *error)
{
    const struct harness_table_description *description = harness_table_describe(table);
    unsigned char *rows = calloc(BATCH_ROWS, description->row_size);
    if (rows == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory to export");
    }
    print_header(description, out);
    uint64_t count = harness_reader_count(reader, table);
    enum batch_rc rc = BATCH_OK;
    for (uint64_t start = 0; rc == BATCH_OK && start < count; start += BATCH_ROWS) {
        size_t some = count - start < BATCH_ROWS ? (size_t)(count - start) : BATCH_ROWS;
        rc = harness_reader_read(reader, table, start, some, rows, error);
        for (size_t i = 0; rc == BATCH_OK && i < some; i++) {
            print_row(description, rows + i * description->row_size, out);
        }
        if (rc == BATCH_OK && ferror(out) != 0) {
            rc = batch_error_set(error, BATCH_E_IO, "cannot write the CSV; free space or choose another place");
        }
    }
    free(rows);
    return rc;
}
