/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What the scaling pass may count on before it launches more. Lives in scratch for one pass.
 *
 * Instances on their way are bins of known room, grouped by equal room. What is free on registered ones is
 * taken as a sum, and only for classes that fit somewhere now: a class that fits nowhere is never told that
 * scattered crumbs suffice, so a blocked head always gets its instance.
 */
#ifndef BATCH_SCHEDULER_SUPPLY_H
#define BATCH_SCHEDULER_SUPPLY_H

#include "scheduler/state.h"

/** @p count instances with the same room left. */
struct batch_bin {
    uint32_t next;
    struct batch_resources room;
    uint64_t count;
};

struct batch_supply_environment {
    bool is_loaded;
    uint32_t bin_first;
    uint64_t free_vcpu_milli, free_mib, free_gpu;
};

struct batch_supply {
    const struct batch_core *core;
    struct batch_supply_environment *environments;
    struct batch_bin *bins;
    uint32_t bin_count, bin_capacity;
};

/** Bytes of scratch a pass needs for its supply. */
size_t batch_supply_bytes(const struct batch_core *core);

/** Lay the supply into the core's scratch; returns where the scratch beyond it begins. */
void *batch_supply_init(struct batch_supply *supply, const struct batch_core *core);

/** How many requests the given room holds; a request needs at least vCPUs. */
uint64_t batch_supply_units(uint64_t vcpu_milli, uint64_t mib, uint64_t gpu, const struct batch_resources *need);

/** Serve demand from what is free now, or from what is coming; *demand is what is left. */
void batch_supply_take_free(struct batch_supply *supply, uint32_t environment, const struct batch_resources *need,
                            uint64_t *demand);
void batch_supply_take_incoming(struct batch_supply *supply, uint32_t environment, const struct batch_resources *need,
                                uint64_t *demand);

/** @p count instances of @p room have just been launched. */
void batch_supply_add(struct batch_supply *supply, uint32_t environment, uint64_t count,
                      const struct batch_resources *room);

#endif
