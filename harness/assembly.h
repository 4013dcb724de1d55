/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A scenario and a catalogue become what a world runs: pools, configuration events, delays, a workload.
 *
 * This is the one place where the vocabulary of documents meets that of the core and the cloud.
 */
#ifndef BATCH_HARNESS_ASSEMBLY_H
#define BATCH_HARNESS_ASSEMBLY_H

#include "cloud/catalog.h"
#include "sim/world.h"
#include "workloads/workload.h"

/** One pool: an instance type in a zone on a market, as the results name it. */
struct harness_pool {
    uint32_t type; /**< Index into the catalogue. */
    uint32_t zone; /**< Index into the scenario's zones. */
    enum batch_market market;
    int64_t price_usd_nano_per_h;
    int64_t on_demand_usd_nano_per_h;
};

struct harness_assembly {
    const struct workload_scenario *scenario; /**< Borrowed. */
    const struct cloud_catalog *catalog;      /**< Borrowed. */
    struct harness_pool *pools;               /**< Owned; index = the core's pool number. */
    uint32_t pool_count;
    struct batch_event *setup; /**< Owned: pools, environments, queues, definitions. */
    size_t setup_count;
    uint32_t *environment_pools; /**< Owned: the pool numbers that the environments of setup point into. */
    /** Owned: by queue, the most that one job of the workload can be given; empty where none goes. */
    struct workload_shape_list *queue_shapes;
    struct workload_shape *shapes; /**< Owned: what queue_shapes points into. */
    struct sim_delays delays;
    struct cloud_spot spot;
    struct batch_configuration configuration;
};

/**
 * Checks what the document alone cannot: every instanceTypes word names a type, one architecture per
 * environment, the job definition fits an allowed type of every queue it can go to, SPOT types have a price.
 *
 * @return BATCH_E_INPUT with the key path and the remedy.
 */
enum batch_rc harness_assembly_create(const struct workload_scenario *scenario, const struct cloud_catalog *catalog,
                                      struct harness_assembly **ret, struct batch_error *error);
void harness_assembly_destroy(struct harness_assembly *assembly);

#endif
