/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A small scanner that walks a JSON document along one key path and counts lines.
 *
 * It trusts the JSON library's verdict on the grammar, so it only needs to tell strings from structure;
 * every read is bounded all the same.
 */
#include "workloads/scenario_line.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct scanner {
    const char *bytes;
    size_t size;
    size_t at;
};

static void skip_space(struct scanner *scanner)
{
    while (scanner->at < scanner->size && strchr(" \t\r\n", scanner->bytes[scanner->at]) != NULL &&
           scanner->bytes[scanner->at] != '\0') {
        scanner->at++;
    }
}

static bool take(struct scanner *scanner, char wanted)
{
    skip_space(scanner);
    if (scanner->at >= scanner->size || scanner->bytes[scanner->at] != wanted) {
        return false;
    }
    scanner->at++;
    return true;
}

static void skip_string(struct scanner *scanner)
{
    scanner->at++;
    while (scanner->at < scanner->size && scanner->bytes[scanner->at] != '"') {
        scanner->at += scanner->bytes[scanner->at] == '\\' ? 2 : 1;
    }
    scanner->at = scanner->at < scanner->size ? scanner->at + 1 : scanner->size;
}

static void skip_value(struct scanner *scanner)
{
    size_t depth = 0;
    skip_space(scanner);
    while (scanner->at < scanner->size) {
        char c = scanner->bytes[scanner->at];
        if (c == '"') {
            skip_string(scanner);
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return;
        }
        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        }
        scanner->at++;
    }
}

/** Escapes are rare, so only a key that has one pays for the JSON library's decoding. */
static bool token_is(const char *token, size_t length, const char *key)
{
    if (length >= 2 && memchr(token, '\\', length) == NULL) {
        return strlen(key) == length - 2 && memcmp(token + 1, key, length - 2) == 0;
    }
    json_t *decoded = json_loadb(token, length, JSON_DECODE_ANY, NULL);
    const char *text = json_string_value(decoded);
    bool equal = text != NULL && strcmp(text, key) == 0;
    json_decref(decoded);
    return equal;
}

/** On true the scanner stands at the member's value and @p begin is where its key begins. */
static bool enter_member(struct scanner *scanner, const char *key, size_t *begin)
{
    if (!take(scanner, '{')) {
        return false;
    }
    do {
        skip_space(scanner);
        *begin = scanner->at;
        if (*begin >= scanner->size || scanner->bytes[*begin] != '"') {
            return false;
        }
        skip_string(scanner);
        size_t length = scanner->at - *begin;
        if (!take(scanner, ':')) {
            return false;
        }
        if (token_is(scanner->bytes + *begin, length, key)) {
            return true;
        }
        skip_value(scanner);
    } while (take(scanner, ','));
    return false;
}

/** On true the scanner stands at element @p index, which begins at @p begin. */
static bool enter_element(struct scanner *scanner, size_t index, size_t *begin)
{
    if (!take(scanner, '[')) {
        return false;
    }
    for (size_t i = 0; i < index; i++) {
        skip_value(scanner);
        if (!take(scanner, ',')) {
            return false;
        }
    }
    skip_space(scanner);
    *begin = scanner->at;
    return scanner->at < scanner->size && scanner->bytes[scanner->at] != ']';
}

/** On true @p begin is where the last step's key or element begins. */
static bool walk(struct scanner *scanner, const struct workload_path *path, size_t *begin)
{
    skip_space(scanner);
    *begin = scanner->at;
    for (size_t i = 0; i < path->depth; i++) {
        const struct workload_step *step = &path->steps[i];
        bool found =
            step->key != NULL ? enter_member(scanner, step->key, begin) : enter_element(scanner, step->index, begin);
        if (!found) {
            return false;
        }
    }
    return true;
}

static uint32_t count_lines(const char *bytes, size_t from, size_t to)
{
    uint32_t lines = 0;
    for (const char *at = bytes + from; (at = memchr(at, '\n', (size_t)(bytes + to - at))) != NULL; at++) {
        lines++;
    }
    return lines;
}

uint32_t workload_line_find(const char *bytes, size_t size, const struct workload_path *path)
{
    struct scanner scanner = {bytes, size, 0};
    size_t begin = 0;
    return walk(&scanner, path, &begin) ? 1 + count_lines(bytes, 0, begin) : 0;
}

void workload_line_find_elements(const char *bytes, size_t size, const struct workload_path *path, uint32_t *lines,
                                 size_t count)
{
    struct scanner scanner = {bytes, size, 0};
    size_t begin = 0;
    size_t counted = 0;
    uint32_t line = 1;
    bool more = walk(&scanner, path, &begin) && take(&scanner, '[');
    for (size_t i = 0; i < count; i++) {
        skip_space(&scanner);
        line += count_lines(bytes, counted, scanner.at);
        counted = scanner.at;
        lines[i] = more ? line : 0;
        skip_value(&scanner);
        more = more && take(&scanner, ',');
    }
}
