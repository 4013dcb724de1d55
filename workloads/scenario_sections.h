/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The sections of a scenario document, each read by its own file. Faults stay in the node's reader.
 */
#ifndef BATCH_WORKLOADS_SCENARIO_SECTIONS_H
#define BATCH_WORKLOADS_SCENARIO_SECTIONS_H

#include "workloads/scenario.h"
#include "workloads/scenario_node.h"

/** Largest numbers that keep what is derived from them within its type (milli-vCPU in 32 bits). */
enum {
    WORKLOAD_VCPUS_MAX = 2000000,
    WORKLOAD_MIB_MAX = 1 << 30,
    WORKLOAD_GPUS_MAX = 1024,
};

/* In this order: environments take the scale-in delay of the world, queues name environments. */
void workload_world_read(const struct workload_node *node, struct workload_world *world);
void workload_environments_read(const struct workload_node *node, struct workload_scenario *scenario);
void workload_queues_read(const struct workload_node *node, struct workload_scenario *scenario);
void workload_definitions_read(const struct workload_node *node, struct workload_scenario *scenario);
void workload_spec_read(const struct workload_node *node, const struct workload_scenario *scenario,
                        struct workload_spec *spec);

/** A number of seconds, or an object of one family; @p fallback (NULL: required) when absent. */
struct workload_distribution workload_distribution_read(const struct workload_node *node,
                                                        const struct workload_distribution *fallback);

/** workload.jobQueue: a name, or names by queue number; the only queue when absent. */
void workload_routes_read(const struct workload_node *node, const struct workload_scenario *scenario,
                          struct workload_spec *spec);

/* The index of the one that @p node names by its name or ARN; 0 after a fault, which offers the nearest name. */
uint32_t workload_reference_environment(const struct workload_node *node, const struct workload_scenario *scenario);
/** The only queue when absent. */
uint32_t workload_reference_queue(const struct workload_node *node, const struct workload_scenario *scenario);
/** The only definition when absent; a revision is cut off. */
uint32_t workload_reference_definition(const struct workload_node *node, const struct workload_scenario *scenario);

#endif
