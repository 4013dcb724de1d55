/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Overrides from the command line, applied to the document's tree before it is checked.
 */
#include "workloads/scenario_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 16, LIST_MAX = 300, INDEX_DIGITS_MAX = 9 };

/** One override on its way down the tree. */
struct descent {
    struct workload_reader *reader;
    const char *written;
    struct workload_path *path;
    json_t *value; /**< Owned until it is put in its place. */
};

/** Fails with where the first @p depth steps lead and what is there. */
static enum batch_rc fail_at(const struct descent *descent, size_t depth, const json_t *there, const char *words)
{
    struct workload_path reached = *descent->path;
    reached.depth = depth;
    char place[256];
    workload_path_print(&reached, descent->reader->root, place, sizeof(place));
    char got[128];
    workload_value_describe(there, got, sizeof(got));
    return batch_error_set(descent->reader->error, BATCH_E_INPUT, "%.200s: --set %.120s: %s is %s; %s",
                           descent->reader->name, descent->written, depth == 0 ? "the document" : place, got, words);
}

static bool push_step(struct workload_path *path, const char *key, size_t index)
{
    if (path->depth == WORKLOAD_PATH_DEPTH_MAX) {
        return false;
    }
    path->steps[path->depth++] = (struct workload_step){key, index};
    return true;
}

/** Reads the "[3][0]" at @p at; returns what follows, or NULL on a fault. */
static char *parse_indices(char *at, struct workload_path *path)
{
    while (*at == '[') {
        size_t digits = strspn(at + 1, "0123456789");
        if (digits == 0 || digits > INDEX_DIGITS_MAX || at[1 + digits] != ']' ||
            !push_step(path, NULL, strtoul(at + 1, NULL, 10))) {
            return NULL;
        }
        at += digits + 2;
    }
    return at;
}

/** Cuts @p text into steps in place. */
static bool parse_path(char *text, struct workload_path *path)
{
    char *at = text;
    for (;;) {
        char *key = at;
        at += strcspn(at, ".[]");
        if (at == key || !push_step(path, key, 0)) {
            return false;
        }
        char *end = at;
        at = parse_indices(at, path);
        if (at == NULL || (*at != '.' && *at != '\0')) {
            return false;
        }
        bool is_last = *at == '\0';
        *end = '\0';
        if (is_last) {
            return true;
        }
        at++;
    }
}

static json_t *parse_value(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    return value != NULL ? value : json_string(text);
}

static enum batch_rc fail_name(const struct descent *descent, size_t depth, const json_t *array)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(array) && count < NAMES_MAX; i++) {
        names[count] = workload_element_name(json_array_get(array, i));
        count += names[count] != NULL ? 1 : 0;
    }
    char list[LIST_MAX];
    workload_words_join(names, count, list, sizeof(list));
    char words[LIST_MAX + 160];
    (void)snprintf(words, sizeof(words), "it has no element named \"%.80s\"; %s%s", descent->path->steps[depth].key,
                   count > 0 ? "its elements are " : "its elements have no names, use [index]", list);
    return fail_at(descent, depth, array, words);
}

/** Turns the name at step @p depth into the index of the element that bears it. */
static enum batch_rc resolve_name(const struct descent *descent, size_t depth, const json_t *array)
{
    struct workload_step *step = &descent->path->steps[depth];
    size_t index = 0;
    if (!workload_element_find(array, step->key, &index)) {
        return fail_name(descent, depth, array);
    }
    *step = (struct workload_step){NULL, index};
    return BATCH_OK;
}

/** Put the value where the last step points, or step down; *@p at moves. */
static enum batch_rc descend_array(struct descent *descent, size_t depth, json_t **at)
{
    json_t *array = *at;
    enum batch_rc rc = BATCH_OK;
    if (descent->path->steps[depth].key != NULL) {
        rc = resolve_name(descent, depth, array);
    }
    if (rc != BATCH_OK) {
        return rc;
    }
    size_t index = descent->path->steps[depth].index;
    if (index >= json_array_size(array)) {
        return fail_at(descent, depth, array, "the index is beyond it; elements are not created");
    }
    *at = json_array_get(array, index);
    if (depth + 1 < descent->path->depth) {
        return BATCH_OK;
    }
    json_t *value = descent->value;
    descent->value = NULL;
    if (json_array_set_new(array, index, value) != 0) {
        return batch_error_set(descent->reader->error, BATCH_E_MEMORY, "--set %.120s: no memory", descent->written);
    }
    return BATCH_OK;
}

static enum batch_rc descend_object(struct descent *descent, size_t depth, json_t **at)
{
    json_t *object = *at;
    const char *key = descent->path->steps[depth].key;
    if (key == NULL) {
        return fail_at(descent, depth, object, "[index] needs an array");
    }
    bool is_last = depth + 1 == descent->path->depth;
    json_t *next = is_last ? NULL : json_object_get(object, key);
    if (next == NULL) {
        if (!is_last && descent->path->steps[depth + 1].key == NULL) {
            return fail_at(descent, depth + 1, NULL, "there is no such array; give the whole array as JSON");
        }
        next = is_last ? descent->value : json_object();
        if (is_last) {
            descent->value = NULL;
        }
        if (json_object_set_new(object, key, next) != 0) {
            return fail_at(descent, depth, object, "the member cannot be set; is its name UTF-8 text?");
        }
    }
    *at = next;
    return BATCH_OK;
}

static enum batch_rc descend(struct descent *descent)
{
    json_t *at = descent->reader->root;
    for (size_t depth = 0; depth < descent->path->depth; depth++) {
        enum batch_rc rc = BATCH_OK;
        if (json_is_array(at)) {
            rc = descend_array(descent, depth, &at);
        } else if (json_is_object(at)) {
            rc = descend_object(descent, depth, &at);
        } else {
            rc = fail_at(descent, depth, at, "the path cannot go on below it");
        }
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    return BATCH_OK;
}

static enum batch_rc fail_grammar(const struct workload_reader *reader, const char *written)
{
    return batch_error_set(reader->error, BATCH_E_USAGE,
                           "--set %.120s: expected path=value with a path of at most %d steps like "
                           "computeEnvironments.NAME.computeResources.maxvCpus or jobQueues[0].priority",
                           written, WORKLOAD_PATH_DEPTH_MAX);
}

/** @p text: a copy of what was written, cut up here and kept by the override on success. */
static enum batch_rc apply_text(struct workload_reader *reader, const char *written, char *text,
                                struct workload_override *override)
{
    struct workload_path path = {.depth = 0};
    char *equals = strchr(text, '=');
    if (equals == NULL) {
        return fail_grammar(reader, written);
    }
    *equals = '\0';
    if (!parse_path(text, &path)) {
        return fail_grammar(reader, written);
    }
    struct descent descent = {reader, written, &path, parse_value(equals + 1)};
    if (descent.value == NULL) {
        return batch_error_set(reader->error, BATCH_E_USAGE, "--set %.120s: the value is not UTF-8 text", written);
    }
    enum batch_rc rc = descend(&descent);
    json_decref(descent.value);
    if (rc == BATCH_OK) {
        *override = (struct workload_override){path, text, written};
    }
    return rc;
}

enum batch_rc workload_set_apply(struct workload_reader *reader, const char *written,
                                 struct workload_override *override)
{
    char *text = workload_reader_copy(reader, written);
    if (text == NULL) {
        return reader->rc;
    }
    enum batch_rc rc = apply_text(reader, written, text, override);
    if (rc != BATCH_OK) {
        free(text);
    }
    return rc;
}
