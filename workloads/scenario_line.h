/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The lines of a scenario document that key paths stand on (the JSON library keeps no lines).
 */
#ifndef BATCH_WORKLOADS_SCENARIO_LINE_H
#define BATCH_WORKLOADS_SCENARIO_LINE_H

#include "workloads/scenario_path.h"

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
