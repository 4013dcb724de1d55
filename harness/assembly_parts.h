/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The steps of harness_assembly_create, one file each; private to harness/assembly*.c.
 */
#ifndef BATCH_HARNESS_ASSEMBLY_PARTS_H
#define BATCH_HARNESS_ASSEMBLY_PARTS_H

#include "harness/assembly.h"

/** The types that one environment allows: document order, then catalogue order; no type twice. */
struct harness_assembly_types {
    uint32_t *types; /**< Owned; room for the whole catalogue. */
    uint32_t count;
};

/** Expand instanceTypes and check them: known words, one architecture, a Spot price where one is needed. */
enum batch_rc harness_assembly_types_expand(const struct workload_scenario *scenario,
                                            const struct cloud_catalog *catalog,
                                            const struct workload_environment *environment,
                                            struct harness_assembly_types *ret, struct batch_error *error);

/** What an instance of @p type registers with ECS. */
struct batch_resources harness_assembly_type_capacity(const struct cloud_type *type);

/** Hourly price in the market; Spot: on-demand less the saving, rounded half to even. */
int64_t harness_assembly_type_price(const struct workload_world *world, const struct cloud_type *type,
                                    enum batch_market market);

/** Fill pools and environment_pools; @p counts and @p offsets say where each environment's part is. */
enum batch_rc harness_assembly_pools_fill(struct harness_assembly *assembly, const struct harness_assembly_types *types,
                                          size_t *offsets, struct batch_error *error);

/** Fill setup from pools and documents. @p offsets as harness_assembly_pools_fill left them. */
enum batch_rc harness_assembly_setup_fill(struct harness_assembly *assembly, const struct harness_assembly_types *types,
                                          const size_t *offsets, struct batch_error *error);

/** Fill shapes and queue_shapes; BATCH_E_INPUT when the workload's definition fits none of a queue it can go to. */
enum batch_rc harness_assembly_shapes_fill(struct harness_assembly *assembly,
                                           const struct harness_assembly_types *types, struct batch_error *error);

#endif
