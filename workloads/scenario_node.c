/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Reading typed members of a scenario document; every fault is reported where it stands.
 */
#include "workloads/scenario_node.h"

#include "scheduler/host.h"
#include "workloads/scenario.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPECTED_MAX = 160, KEYS_MAX = 48, LIST_MAX = 400 };

struct workload_node workload_node_root(struct workload_reader *reader)
{
    return (struct workload_node){.reader = reader, .value = reader->root};
}

struct workload_node workload_node_member(const struct workload_node *object, const char *key)
{
    return (struct workload_node){
        .reader = object->reader, .parent = object, .key = key, .value = json_object_get(object->value, key)};
}

struct workload_node workload_node_element(const struct workload_node *array, size_t index)
{
    return (struct workload_node){
        .reader = array->reader, .parent = array, .index = index, .value = json_array_get(array->value, index)};
}

bool workload_node_given(const struct workload_node *node)
{
    return node->value != NULL;
}

void workload_node_path(const struct workload_node *node, struct workload_path *path)
{
    path->depth = 0;
    for (const struct workload_node *at = node; at->parent != NULL; at = at->parent) {
        path->depth++;
    }
    BATCH_ASSERT(NULL, path->depth <= WORKLOAD_PATH_DEPTH_MAX);
    size_t i = path->depth;
    for (const struct workload_node *at = node; at->parent != NULL; at = at->parent) {
        path->steps[--i] = (struct workload_step){at->key, at->index};
    }
}

bool workload_node_is_override(const struct workload_node *node)
{
    struct workload_path path;
    workload_node_path(node, &path);
    for (size_t i = 0; i < node->reader->override_count; i++) {
        if (workload_path_is_within(&path, &node->reader->overrides[i].path)) {
            return true;
        }
    }
    return false;
}

/** `[]`, `{}`, "", 0, false, null, or an object of nothing else: what AWS prints for a member not used. */
static bool is_blank_scalar(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return json_object_size(value) == 0;
    case JSON_ARRAY:
        return json_array_size(value) == 0;
    case JSON_STRING:
        return json_string_length(value) == 0;
    case JSON_INTEGER:
        return json_integer_value(value) == 0;
    case JSON_REAL:
    case JSON_TRUE:
        return false;
    case JSON_FALSE:
    case JSON_NULL:
        return true;
    }
    return false;
}

static bool is_blank(json_t *value)
{
    if (!json_is_object(value)) {
        return is_blank_scalar(value);
    }
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(value, key, member)
    {
        if (!is_blank_scalar(member)) {
            return false;
        }
    }
    return true;
}

static void fail_unknown_key(const struct workload_node *node, const struct workload_key *keys)
{
    const char *all[KEYS_MAX];
    const char *read[KEYS_MAX];
    size_t all_count = 0;
    size_t read_count = 0;
    for (const struct workload_key *key = keys; key->name != NULL && all_count < KEYS_MAX; key++) {
        all[all_count++] = key->name;
        if (key->rule == WORKLOAD_KEY_READ) {
            read[read_count++] = key->name;
        }
    }
    const char *near = workload_word_nearest(node->key, all, all_count);
    char list[LIST_MAX];
    workload_words_join(read, read_count, list, sizeof(list));
    if (near != NULL) {
        workload_node_fail(node, "unknown key; did you mean \"%s\"?", near);
    } else {
        workload_node_fail(node, "unknown key; the keys here are %s", list);
    }
}

static void check_key(const struct workload_node *member, const struct workload_key *keys)
{
    const struct workload_key *key = keys;
    while (key->name != NULL && strcmp(key->name, member->key) != 0) {
        key++;
    }
    if (key->name == NULL) {
        fail_unknown_key(member, keys);
    } else if (key->rule == WORKLOAD_KEY_UNMODELLED && !is_blank(member->value)) {
        workload_node_fail(member, "is not modelled by this version; remove it");
    }
}

void workload_node_check_keys(const struct workload_node *node, const struct workload_key *keys)
{
    if (node->value == NULL) {
        return;
    }
    if (!json_is_object(node->value)) {
        workload_node_expect(node, "an object");
        return;
    }
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(node->value, key, value)
    {
        struct workload_node member = {.reader = node->reader, .parent = node, .key = key, .value = value};
        check_key(&member, keys);
        if (node->reader->rc != BATCH_OK) {
            return;
        }
    }
}

bool workload_node_require(const struct workload_node *node, const char *expected)
{
    if (node->value == NULL) {
        workload_node_expect(node, expected);
    }
    return node->value != NULL;
}

size_t workload_node_count(const struct workload_node *node, size_t min, size_t max, const char *what)
{
    size_t count = json_array_size(node->value);
    if (json_is_array(node->value) && count >= min && count <= max) {
        return node->reader->rc == BATCH_OK ? count : 0;
    }
    char expected[EXPECTED_MAX];
    (void)snprintf(expected, sizeof(expected), "an array of %zu to %zu %s", min, max, what);
    workload_node_expect(node, expected);
    return 0;
}

int64_t workload_node_integer(const struct workload_node *node, int64_t min, int64_t max)
{
    if (json_is_integer(node->value)) {
        json_int_t value = json_integer_value(node->value);
        if (value >= min && value <= max) {
            return value;
        }
    }
    char expected[EXPECTED_MAX];
    (void)snprintf(expected, sizeof(expected), "a whole number from %lld to %lld", (long long)min, (long long)max);
    workload_node_expect(node, expected);
    return min;
}

int64_t workload_node_integer_or(const struct workload_node *node, int64_t min, int64_t max, int64_t fallback)
{
    return node->value == NULL ? fallback : workload_node_integer(node, min, max);
}

double workload_node_number(const struct workload_node *node, double min, double max)
{
    if (json_is_number(node->value)) {
        double value = json_number_value(node->value);
        if (value >= min && value <= max) {
            return value;
        }
    }
    char expected[EXPECTED_MAX];
    (void)snprintf(expected, sizeof(expected), "a number from %.12g to %.12g", min, max);
    workload_node_expect(node, expected);
    return min;
}

double workload_node_number_or(const struct workload_node *node, double min, double max, double fallback)
{
    return node->value == NULL ? fallback : workload_node_number(node, min, max);
}

double workload_node_positive(const struct workload_node *node, double max)
{
    if (json_is_number(node->value)) {
        double value = json_number_value(node->value);
        if (value > 0.0 && value <= max) {
            return value;
        }
    }
    char expected[EXPECTED_MAX];
    (void)snprintf(expected, sizeof(expected), "a number above 0, at most %.12g", max);
    workload_node_expect(node, expected);
    return max;
}

int64_t workload_node_seconds_us_or(const struct workload_node *node, double max_s, double fallback_s)
{
    return (int64_t)llround(workload_node_number_or(node, 0.0, max_s, fallback_s) * BATCH_US_PER_S);
}

const char *workload_node_text(const struct workload_node *node, size_t max)
{
    const char *text = json_string_value(node->value);
    if (text != NULL && json_string_length(node->value) <= max) {
        return text;
    }
    char expected[EXPECTED_MAX];
    (void)snprintf(expected, sizeof(expected), "a string of at most %zu bytes", max);
    workload_node_expect(node, expected);
    return "";
}

void workload_node_text_copy(const struct workload_node *node, const char *fallback, char *buffer, size_t size)
{
    bool absent = node->value == NULL && fallback != NULL;
    (void)snprintf(buffer, size, "%s", absent ? fallback : workload_node_text(node, size - 1));
}

void workload_node_name(const struct workload_node *node, char *buffer)
{
    const char *text = json_string_value(node->value);
    buffer[0] = '\0';
    if (text == NULL || !workload_name_is_legal(text)) {
        workload_node_expect(node, "a name of 1 to 128 letters, digits, '-' and '_'");
    } else {
        memcpy(buffer, text, strlen(text) + 1);
    }
}

static size_t words_count(const char *const *words)
{
    size_t count = 0;
    while (words != NULL && words[count] != NULL) {
        count++;
    }
    return count;
}

static int words_find(const char *const *words, const char *text)
{
    for (size_t i = 0; words != NULL && text != NULL && words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int workload_node_word(const struct workload_node *node, const char *const *words, const char *const *unmodelled,
                       int fallback)
{
    if (node->value == NULL && fallback >= 0) {
        return fallback;
    }
    const char *text = json_string_value(node->value);
    int index = words_find(words, text);
    if (index >= 0) {
        return index;
    }
    size_t count = words_count(words);
    char list[LIST_MAX];
    workload_words_join(words, count, list, sizeof(list));
    const char *near = text == NULL ? NULL : workload_word_nearest(text, words, count);
    char got[128];
    workload_value_describe(node->value, got, sizeof(got));
    if (words_find(unmodelled, text) >= 0) {
        workload_node_fail(node, "%s is not modelled by this version; use %s", got, list);
    } else if (near != NULL) {
        workload_node_fail(node, "expected one of %s; got %s; did you mean \"%s\"?", list, got, near);
    } else {
        workload_node_fail(node, "expected %s%s; got %s", count > 1 ? "one of " : "", list, got);
    }
    return 0;
}

char *workload_reader_copy(struct workload_reader *reader, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy == NULL) {
        workload_node_fail_memory(reader);
        return NULL;
    }
    memcpy(copy, text, size);
    return copy;
}

void *workload_reader_allocate(struct workload_reader *reader, size_t count, size_t size)
{
    void *block = calloc(count > 0 ? count : 1, size);
    if (block == NULL) {
        workload_node_fail_memory(reader);
    }
    return block;
}
