/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Reads a catalogue: '#' lines, the header row, one row per type. Strict, bounded, and never beyond its bytes.
 *
 * Plain ASCII; a UTF-8 byte order mark and CRLF line ends are accepted, as spreadsheets write them. There are no
 * quotes, as no column needs any. A file cut short is noticed by its last line's missing end or by "# rows:".
 */
#include "cloud/catalog_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 65536, DATE_LENGTH = 10 };

struct parser {
    const char *name;
    const char *at;
    const char *end;
    uint32_t line; /**< Of the line read last; from 1. */
    struct cloud_catalog *catalog;
    uint32_t capacity;
    bool has_rows_line;
    uint64_t rows_expected; /**< "# rows:". */
    struct batch_error *error;
};

static enum batch_rc refuse(const struct parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));

static enum batch_rc refuse(const struct parser *parser, const char *format, ...)
{
    char text[BATCH_ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return batch_error_set(parser->error, BATCH_E_INPUT, "%s:%u: %s", parser->name, parser->line, text);
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

/** The next line without its end. Call only while at < end. */
static enum batch_rc next_line(struct parser *parser, struct batch_text *ret)
{
    parser->line++;
    size_t left = (size_t)(parser->end - parser->at);
    size_t seen = left < CLOUD_CATALOG_LINE_MAX ? left : CLOUD_CATALOG_LINE_MAX;
    const char *newline = memchr(parser->at, '\n', seen);
    size_t length = newline == NULL ? seen : (size_t)(newline - parser->at);
    size_t text_length = newline != NULL && length > 0 && newline[-1] == '\r' ? length - 1 : length;
    for (size_t i = 0; i < text_length; i++) {
        if (!is_printable(parser->at[i])) {
            return refuse(parser, "byte 0x%02x at column %zu is not printable ASCII; is this a catalogue in CSV form?",
                          (unsigned char)parser->at[i], i + 1);
        }
    }
    if (newline == NULL && left >= CLOUD_CATALOG_LINE_MAX) {
        return refuse(parser, "the line is longer than %d bytes; split it", CLOUD_CATALOG_LINE_MAX - 1);
    }
    if (newline == NULL) {
        return refuse(parser, "the last line has no line end; the file looks cut short: copy it again");
    }

    *ret = (struct batch_text){parser->at, (uint32_t)text_length};
    parser->at = newline + 1;
    return BATCH_OK;
}

/** True when @p line begins with @p key; @p value is then the rest. */
static bool has_key(struct batch_text line, const char *key, struct batch_text *value)
{
    size_t length = strlen(key);
    if (line.length < length || memcmp(line.bytes, key, length) != 0) {
        return false;
    }
    *value = (struct batch_text){line.bytes + length, line.length - (uint32_t)length};
    return true;
}

static bool is_date(struct batch_text text)
{
    static const char shape[] = "0000-00-00";
    if (text.length != DATE_LENGTH) {
        return false;
    }
    for (int i = 0; i < DATE_LENGTH; i++) {
        bool is_digit = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        if (shape[i] == '0' ? !is_digit : text.bytes[i] != shape[i]) {
            return false;
        }
    }
    return true;
}

/** Keep @p value in @p kept (of LINE_MAX bytes, empty until then). */
static enum batch_rc keep(const struct parser *parser, const char *key, struct batch_text value, char *kept)
{
    if (kept[0] != '\0') {
        return refuse(parser, "a second \"%s\" line; keep one", key);
    }
    memcpy(kept, value.bytes, value.length);
    kept[value.length] = '\0';
    return BATCH_OK;
}

static enum batch_rc parse_comment(struct parser *parser, struct batch_text line)
{
    struct batch_text value;
    if (has_key(line, "# source: ", &value)) {
        return keep(parser, "# source:", value, parser->catalog->source);
    }
    if (has_key(line, "# date: ", &value)) {
        if (!is_date(value)) {
            return refuse(parser, "expected \"# date: YYYY-MM-DD\"; correct the date");
        }
        return keep(parser, "# date:", value, parser->catalog->date);
    }
    if (has_key(line, "# rows: ", &value)) {
        if (parser->has_rows_line || !cloud_field_whole(value, ROWS_MAX, &parser->rows_expected)) {
            return refuse(parser, "expected one \"# rows: N\" line with N at most %d; correct it", ROWS_MAX);
        }
        parser->has_rows_line = true;
    }
    return BATCH_OK;
}

/** Comments, then the header row. */
static enum batch_rc parse_head(struct parser *parser)
{
    while (parser->at < parser->end) {
        struct batch_text line = {"", 0};
        enum batch_rc rc = next_line(parser, &line);
        if (rc != BATCH_OK) {
            return rc;
        }
        if (line.length > 0 && line.bytes[0] == '#') {
            rc = parse_comment(parser, line);
            if (rc != BATCH_OK) {
                return rc;
            }
            continue;
        }
        if (line.length != strlen(cloud_row_header) || memcmp(line.bytes, cloud_row_header, line.length) != 0) {
            return refuse(parser, "expected the header row \"%s\"; is this a catalogue?", cloud_row_header);
        }
        return BATCH_OK;
    }
    return refuse(parser, "the file ends before its header row; expected a catalogue in CSV form: copy it again");
}

static enum batch_rc parse_rows(struct parser *parser)
{
    struct cloud_catalog *catalog = parser->catalog;
    while (parser->at < parser->end) {
        struct batch_text line = {"", 0};
        enum batch_rc rc = next_line(parser, &line);
        if (rc != BATCH_OK) {
            return rc;
        }
        if (catalog->count == ROWS_MAX) {
            return refuse(parser, "more than %d types; split the catalogue", ROWS_MAX);
        }
        struct cloud_type *type = &catalog->types[catalog->count];
        rc = cloud_row_parse(parser->name, parser->line, line, type, parser->error);
        if (rc != BATCH_OK) {
            return rc;
        }
        catalog->by_name[catalog->count] = (struct cloud_catalog_entry){type->name, catalog->count, parser->line};
        catalog->count++;
    }

    if (catalog->count == 0) {
        return refuse(parser, "no instance type follows the header row; the file looks cut short: copy it again");
    }
    if (parser->has_rows_line && parser->rows_expected != catalog->count) {
        return refuse(parser,
                      "\"# rows:\" promises %llu types, found %u; the file looks cut short: copy it again, or correct "
                      "the number",
                      (unsigned long long)parser->rows_expected, catalog->count);
    }
    return BATCH_OK;
}

static int compare_entries(const void *left, const void *right)
{
    const struct cloud_catalog_entry *a = left;
    const struct cloud_catalog_entry *b = right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/** Sort by name; two types of one name are refused. */
static enum batch_rc index_names(struct parser *parser)
{
    struct cloud_catalog_entry *entries = parser->catalog->by_name;
    qsort(entries, parser->catalog->count, sizeof *entries, compare_entries);
    for (uint32_t i = 1; i < parser->catalog->count; i++) {
        if (strcmp(entries[i - 1].name, entries[i].name) == 0) {
            parser->line = entries[i].line;
            return refuse(parser, "column instance_type: \"%s\" is on line %u already; remove one of them",
                          entries[i].name, entries[i - 1].line);
        }
    }
    return BATCH_OK;
}

/** At least as many as there are rows, bounded, so that rows never move. */
static uint32_t count_lines(const char *at, const char *end)
{
    uint32_t lines = 1;
    while (lines < ROWS_MAX && at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        lines++;
    }
    return lines;
}

static enum batch_rc parse(struct parser *parser)
{
    struct cloud_catalog *catalog = parser->catalog;
    catalog->types = calloc(parser->capacity, sizeof *catalog->types);
    catalog->by_name = calloc(parser->capacity, sizeof *catalog->by_name);
    if (catalog->types == NULL || catalog->by_name == NULL) {
        return batch_error_set(parser->error, BATCH_E_MEMORY, "%s: no memory for %u instance types", parser->name,
                               parser->capacity);
    }

    enum batch_rc rc = parse_head(parser);
    rc = rc == BATCH_OK ? parse_rows(parser) : rc;
    return rc == BATCH_OK ? index_names(parser) : rc;
}

enum batch_rc cloud_catalog_parse(const char *name, const char *bytes, size_t size, struct cloud_catalog **ret,
                                  struct batch_error *error)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    if (size == 0) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: the file is empty; expected a catalogue in CSV form", name);
    }
    struct parser parser = {.name = name, .at = bytes, .end = bytes + size, .error = error};
    if (size >= 3 && memcmp(bytes, byte_order_mark, 3) == 0) {
        parser.at += 3;
    }
    parser.capacity = count_lines(parser.at, parser.end);
    parser.catalog = calloc(1, sizeof *parser.catalog);
    if (parser.catalog == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "%s: no memory for the catalogue", name);
    }

    enum batch_rc rc = parse(&parser);
    if (rc != BATCH_OK) {
        cloud_catalog_destroy(parser.catalog);
        return rc;
    }
    *ret = parser.catalog;
    return BATCH_OK;
}
