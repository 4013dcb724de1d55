/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Key paths of a scenario document: one grammar for what is set and for what is told.
 */
#ifndef BATCH_WORKLOADS_SCENARIO_PATH_H
#define BATCH_WORKLOADS_SCENARIO_PATH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORKLOAD_PATH_DEPTH_MAX = 16 };

/** One step down: into an object by key, or into an array by index when the key is NULL. */
struct workload_step {
    const char *key; /**< Borrowed. */
    size_t index;
};

/** From the root of the document; depth 0 is the document itself. */
struct workload_path {
    struct workload_step steps[WORKLOAD_PATH_DEPTH_MAX];
    size_t depth;
};

/** True when @p path is @p prefix or lies below it. */
bool workload_path_is_within(const struct workload_path *path, const struct workload_path *prefix);

/** A name by AWS's rules: 1 to 128 letters, digits, '-' and '_' (reference 2.1, section 9). */
bool workload_name_is_legal(const char *name);

/** The environment's, queue's or definition's name in @p element; NULL: it has none. Borrowed. */
const char *workload_element_name(const json_t *element);

/** The first element of @p array called @p name; false when there is none. */
bool workload_element_find(const json_t *array, const char *name, size_t *index);

/**
 * Print as `computeEnvironments.NAME.computeResources.maxvCpus`, with `[index]` for an element that no legal name
 * leads to; cut to @p size, always terminated.
 *
 * @param root  The document, which need not hold all of the path.
 */
void workload_path_print(const struct workload_path *path, const json_t *root, char *buffer, size_t size);

#endif
