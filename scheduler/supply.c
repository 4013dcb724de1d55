/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Bins of room, split as demand fills them.
 *
 * Their number is bounded: when the bound is reached leftovers are forgotten, which can only launch more.
 */
#include "scheduler/supply.h"

enum { BINS_SPARE = 4096 };

static uint32_t bins_capacity(const struct batch_core *core)
{
    return core->arenas[BATCH_ARENA_FLEETS].count + BINS_SPARE;
}

size_t batch_supply_bytes(const struct batch_core *core)
{
    return core->arenas[BATCH_ARENA_ENVIRONMENTS].count * sizeof(struct batch_supply_environment) +
           bins_capacity(core) * sizeof(struct batch_bin);
}

void *batch_supply_init(struct batch_supply *supply, const struct batch_core *core)
{
    uint32_t environments = core->arenas[BATCH_ARENA_ENVIRONMENTS].count;
    supply->core = core;
    supply->environments = core->scratch;
    supply->bins = (struct batch_bin *)(void *)(supply->environments + environments);
    supply->bin_capacity = bins_capacity(core);
    supply->bin_count = 0;
    for (uint32_t i = 0; i < environments; i++) {
        supply->environments[i] = (struct batch_supply_environment){.bin_first = BATCH_NO_SLOT};
    }
    return supply->bins + supply->bin_capacity;
}

static uint64_t at_most(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t batch_supply_units(uint64_t vcpu_milli, uint64_t mib, uint64_t gpu, const struct batch_resources *need)
{
    uint64_t units = vcpu_milli / need->vcpu_milli;
    units = need->mib > 0 ? at_most(units, mib / need->mib) : units;
    return need->gpu > 0 ? at_most(units, gpu / need->gpu) : units;
}

static void bin_push(struct batch_supply *supply, struct batch_supply_environment *environment, uint64_t count,
                     const struct batch_resources *room)
{
    if (count == 0 || room->vcpu_milli == 0 || supply->bin_count == supply->bin_capacity) {
        return;
    }
    uint32_t at = supply->bin_count++;
    supply->bins[at] = (struct batch_bin){.next = environment->bin_first, .room = *room, .count = count};
    environment->bin_first = at;
}

/** Only environments that demand reaches are looked at. */
static struct batch_supply_environment *environment_load(struct batch_supply *supply, uint32_t number)
{
    struct batch_supply_environment *loaded = &supply->environments[number];
    if (loaded->is_loaded) {
        return loaded;
    }
    const struct batch_environment *environment = batch_environment_at(supply->core, number);
    loaded->is_loaded = true;
    loaded->free_vcpu_milli = environment->free.vcpu_milli;
    loaded->free_mib = environment->free.mib;
    loaded->free_gpu = environment->free.gpu;
    for (uint32_t i = 0; i < environment->fleet_count; i++) {
        const struct batch_fleet *fleet = batch_fleet_at(supply->core, environment->fleet_first + i);
        bin_push(supply, loaded, fleet->incoming, &batch_pool_at(supply->core, fleet->pool)->seen.capacity);
    }
    return loaded;
}

void batch_supply_take_free(struct batch_supply *supply, uint32_t environment, const struct batch_resources *need,
                            uint64_t *demand)
{
    struct batch_supply_environment *loaded = environment_load(supply, environment);
    uint64_t units = batch_supply_units(loaded->free_vcpu_milli, loaded->free_mib, loaded->free_gpu, need);
    uint64_t taken = at_most(units, *demand);
    loaded->free_vcpu_milli -= taken * need->vcpu_milli;
    loaded->free_mib -= taken * need->mib;
    loaded->free_gpu -= taken * need->gpu;
    *demand -= taken;
}

static struct batch_resources room_after(const struct batch_resources *room, uint64_t units,
                                         const struct batch_resources *need)
{
    return (struct batch_resources){.vcpu_milli = room->vcpu_milli - (uint32_t)(units * need->vcpu_milli),
                                    .mib = room->mib - (uint32_t)(units * need->mib),
                                    .gpu = room->gpu - (uint32_t)(units * need->gpu)};
}

void batch_supply_take_incoming(struct batch_supply *supply, uint32_t environment, const struct batch_resources *need,
                                uint64_t *demand)
{
    struct batch_supply_environment *loaded = environment_load(supply, environment);
    for (uint32_t at = loaded->bin_first; at != BATCH_NO_SLOT && *demand > 0; at = supply->bins[at].next) {
        struct batch_bin *bin = &supply->bins[at];
        uint64_t units = batch_supply_units(bin->room.vcpu_milli, bin->room.mib, bin->room.gpu, need);
        if (units == 0 || bin->count == 0) {
            continue;
        }
        uint64_t full = at_most(*demand / units, bin->count);
        struct batch_resources filled = room_after(&bin->room, units, need);
        bool has_partial = full<bin->count && * demand> full * units;
        uint64_t rest = has_partial ? *demand - full * units : 0;
        struct batch_resources partial = room_after(&bin->room, rest, need);
        bin->count -= full + (has_partial ? 1 : 0);
        bin_push(supply, loaded, full, &filled);
        if (has_partial) {
            bin_push(supply, loaded, 1, &partial);
        }
        *demand -= full * units + rest;
    }
}

void batch_supply_add(struct batch_supply *supply, uint32_t environment, uint64_t count,
                      const struct batch_resources *room)
{
    bin_push(supply, environment_load(supply, environment), count, room);
}
