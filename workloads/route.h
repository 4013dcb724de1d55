/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Which job queue a job goes to, by the number of the queue it had in the log.
 */
#ifndef BATCH_WORKLOADS_ROUTE_H
#define BATCH_WORKLOADS_ROUTE_H

#include "workloads/scenario.h"

/** The queue of a job with queue number @p number; false when there is none. Cost O(log routes). */
bool workload_route_find(const struct workload_spec *spec, int64_t number, uint32_t *queue);

/** Can a job of the workload go to @p queue? Cost O(routes). */
bool workload_route_feeds(const struct workload_spec *spec, uint32_t queue);

#endif
