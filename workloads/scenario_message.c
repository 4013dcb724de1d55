/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Words for the faults of a scenario document: where, what was expected, what is there, what was meant.
 */
#include "workloads/scenario_node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PLACE_MAX = 640, WORD_MAX = 64, QUOTED_MAX = 48 };

/** A document may hold anything; the terminal that shows the message should not obey it. */
static void blank_controls(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == '\x7f') {
            *text = '?';
        }
    }
}

/** The override that put the value at @p path there; else NULL. Later ones hide earlier ones. */
static const struct workload_override *find_origin(const struct workload_reader *reader,
                                                   const struct workload_path *path)
{
    for (size_t i = reader->override_count; i > 0; i--) {
        if (workload_path_is_within(path, &reader->overrides[i - 1].path)) {
            return &reader->overrides[i - 1];
        }
    }
    return NULL;
}

/** An override that created @p path on the way to a deeper member; else NULL. */
static const struct workload_override *find_creator(const struct workload_reader *reader,
                                                    const struct workload_path *path)
{
    for (size_t i = 0; i < reader->override_count; i++) {
        if (workload_path_is_within(&reader->overrides[i].path, path)) {
            return &reader->overrides[i];
        }
    }
    return NULL;
}

/** The line of @p path, or of the nearest thing around it that is in the document. */
static uint32_t find_line(const struct workload_reader *reader, struct workload_path path)
{
    uint32_t line = workload_line_find(reader->bytes, reader->size, &path);
    while (line == 0 && path.depth > 0) {
        path.depth--;
        line = workload_line_find(reader->bytes, reader->size, &path);
    }
    return line;
}

static void print_place(const struct workload_node *node, char *buffer)
{
    const struct workload_reader *reader = node->reader;
    struct workload_path path;
    workload_node_path(node, &path);
    const struct workload_override *override = find_origin(reader, &path);
    if (override == NULL && workload_line_find(reader->bytes, reader->size, &path) == 0) {
        override = find_creator(reader, &path);
    }
    char text[PLACE_MAX / 2];
    workload_path_print(&path, reader->root, text, sizeof(text));
    if (override != NULL) {
        (void)snprintf(buffer, PLACE_MAX, "%.200s: %s (from --set %.80s)", reader->name, text, override->written);
    } else {
        (void)snprintf(buffer, PLACE_MAX, "%.200s:%u%s%s", reader->name, find_line(reader, path),
                       path.depth > 0 ? ": " : "", text);
    }
}

void workload_node_fail(const struct workload_node *node, const char *format, ...)
{
    struct workload_reader *reader = node->reader;
    if (reader->rc != BATCH_OK) {
        return;
    }
    char place[PLACE_MAX];
    print_place(node, place);
    char words[BATCH_ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    reader->rc = batch_error_set(reader->error, BATCH_E_INPUT, "%s: %s", place, words);
    if (reader->error != NULL) {
        blank_controls(reader->error->text);
    }
}

void workload_node_fail_memory(struct workload_reader *reader)
{
    if (reader->rc == BATCH_OK) {
        reader->rc = batch_error_set(reader->error, BATCH_E_MEMORY, "%s: no memory for the scenario", reader->name);
    }
}

/** Cut at a whole UTF-8 character. */
static void describe_string(const char *text, char *buffer, size_t size)
{
    size_t length = strlen(text);
    if (length <= QUOTED_MAX) {
        (void)snprintf(buffer, size, "\"%s\"", text);
        return;
    }
    size_t cut = QUOTED_MAX;
    while (cut > 0 && ((unsigned char)text[cut] & 0xC0U) == 0x80U) {
        cut--;
    }
    (void)snprintf(buffer, size, "\"%.*s...\" (%zu bytes)", (int)cut, text, length);
}

void workload_value_describe(const json_t *value, char *buffer, size_t size)
{
    if (value == NULL) {
        (void)snprintf(buffer, size, "nothing");
        return;
    }
    switch (json_typeof(value)) {
    case JSON_INTEGER:
        (void)snprintf(buffer, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return;
    case JSON_REAL:
        (void)snprintf(buffer, size, "%.12g", json_real_value(value));
        return;
    case JSON_STRING:
        describe_string(json_string_value(value), buffer, size);
        return;
    case JSON_ARRAY:
        (void)snprintf(buffer, size, "an array of %zu", json_array_size(value));
        return;
    case JSON_OBJECT:
        (void)snprintf(buffer, size, "an object");
        return;
    case JSON_TRUE:
        (void)snprintf(buffer, size, "true");
        return;
    case JSON_FALSE:
        (void)snprintf(buffer, size, "false");
        return;
    case JSON_NULL:
        (void)snprintf(buffer, size, "null");
        return;
    }
}

void workload_node_expect(const struct workload_node *node, const char *expected)
{
    char got[128];
    workload_value_describe(node->value, got, sizeof(got));
    workload_node_fail(node, "expected %s; got %s", expected, got);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/** Levenshtein's distance with capitals folded, as `maxVcpus` is the usual slip; both below WORD_MAX. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[WORD_MAX];
    size_t width = strlen(b);
    for (size_t j = 0; j <= width; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = least(replaced, row[j] + 1, diagonal + 1);
        }
    }
    return row[width];
}

const char *workload_word_nearest(const char *word, const char *const *words, size_t count)
{
    size_t length = strlen(word);
    if (length >= WORD_MAX) {
        return NULL;
    }
    size_t best_distance = length < 5 ? 2 : (length < 10 ? 3 : 4);
    const char *best = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance = strlen(words[i]) < WORD_MAX ? edit_distance(word, words[i]) : WORD_MAX;
        if (distance < best_distance) {
            best_distance = distance;
            best = words[i];
        }
    }
    return best;
}

void workload_words_join(const char *const *words, size_t count, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *comma = i == 0 ? "" : ", ";
        if (used + strlen(comma) + strlen(words[i]) + sizeof(", ...") > size) {
            (void)snprintf(buffer + used, size - used, "%s...", comma);
            return;
        }
        int length = snprintf(buffer + used, size - used, "%s%s", comma, words[i]);
        used += length > 0 ? (size_t)length : 0;
    }
}
