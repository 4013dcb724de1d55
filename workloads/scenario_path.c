/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Comparing and printing key paths, and the names that stand for the elements of arrays.
 */
#include "workloads/scenario_path.h"

#include "workloads/scenario.h"

#include <stdio.h>
#include <string.h>

static bool step_equal(const struct workload_step *a, const struct workload_step *b)
{
    if (a->key == NULL || b->key == NULL) {
        return a->key == b->key && a->index == b->index;
    }
    return strcmp(a->key, b->key) == 0;
}

bool workload_path_is_within(const struct workload_path *path, const struct workload_path *prefix)
{
    if (path->depth < prefix->depth) {
        return false;
    }
    for (size_t i = 0; i < prefix->depth; i++) {
        if (!step_equal(&path->steps[i], &prefix->steps[i])) {
            return false;
        }
    }
    return true;
}

bool workload_name_is_legal(const char *name)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t length = strlen(name);
    return length > 0 && length < WORKLOAD_NAME_MAX && strspn(name, alphabet) == length;
}

const char *workload_element_name(const json_t *element)
{
    static const char *const members[] = {"computeEnvironmentName", "jobQueueName", "jobDefinitionName"};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *name = json_string_value(json_object_get(element, members[i]));
        if (name != NULL) {
            return name;
        }
    }
    return NULL;
}

bool workload_element_find(const json_t *array, const char *name, size_t *index)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *other = workload_element_name(json_array_get(array, i));
        if (other != NULL && strcmp(other, name) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

/** The name by which --set would find the element; NULL: none. */
static const char *name_of(const json_t *array, size_t index)
{
    const char *name = workload_element_name(json_array_get(array, index));
    size_t found = 0;
    bool is_found = name != NULL && workload_name_is_legal(name) && workload_element_find(array, name, &found);
    return is_found && found == index ? name : NULL;
}

void workload_path_print(const struct workload_path *path, const json_t *root, char *buffer, size_t size)
{
    size_t used = 0;
    const json_t *at = root;
    buffer[0] = '\0';
    for (size_t i = 0; i < path->depth && used < size; i++) {
        const struct workload_step *step = &path->steps[i];
        const char *word = step->key != NULL ? step->key : name_of(at, step->index);
        int length = word == NULL ? snprintf(buffer + used, size - used, "[%zu]", step->index)
                                  : snprintf(buffer + used, size - used, "%s%.100s", i == 0 ? "" : ".", word);
        if (length < 0) {
            return;
        }
        used += (size_t)length;
        at = step->key != NULL ? json_object_get(at, step->key) : json_array_get(at, step->index);
    }
}
