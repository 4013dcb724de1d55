/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Key paths of a scenario document, and the lines they stand on (the JSON library keeps no lines).
 */
#ifndef BATCH_WORKLOADS_SCENARIO_LINE_H
#define BATCH_WORKLOADS_SCENARIO_LINE_H

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

/** Print as `computeEnvironments[0].computeResources.maxvCpus`; cut to @p size, always terminated. */
void workload_path_print(const struct workload_path *path, char *buffer, size_t size);

/**
 * The line, from 1, on which the key (or the array element) that @p path names begins; 0 when it is absent.
 *
 * @param bytes  A document the JSON library has accepted; anything else gives some line or 0, never a fault.
 * Cost: one scan up to the place.
 */
uint32_t workload_line_find(const char *bytes, size_t size, const struct workload_path *path);

/** The lines of the first @p count elements of the array at @p path, in one scan; 0 where absent. */
void workload_line_find_elements(const char *bytes, size_t size, const struct workload_path *path, uint32_t *lines,
                                 size_t count);

#endif
