/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The path grammar of --set: `computeEnvironments.NAME.computeResources.maxvCpus=256`.
 *
 * Steps are separated by dots. An element of an array is named by its own name (computeEnvironmentName,
 * jobQueueName, jobDefinitionName) or by `[index]` after the array's step. The value is JSON where it parses as
 * JSON, else the text itself.
 */
#ifndef BATCH_WORKLOADS_SCENARIO_SET_H
#define BATCH_WORKLOADS_SCENARIO_SET_H

#include "workloads/scenario_node.h"

/**
 * Apply "path=value" to the reader's tree. Missing members of objects are created, elements of arrays are not.
 *
 * @param written   Borrowed as long as @p override is in use.
 * @param override  Filled on success; its text is then the caller's to free.
 * @return BATCH_E_USAGE for a fault of the grammar; BATCH_E_INPUT says where the path leaves the document and what
 *         is there. After a failure the tree may hold objects made on the way and is only good to be freed.
 */
enum batch_rc workload_set_apply(struct workload_reader *reader, const char *written,
                                 struct workload_override *override);

#endif
