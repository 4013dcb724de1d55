/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Types x zones x market become pools; environments that allow the same one share it. */
#include "harness/assembly_parts.h"

#include "scheduler/host.h"

#include <stdlib.h>

enum { MARKET_COUNT = 2 };

/** 1 + the number of each pool made so far, by market, type and zone; 0: not made. */
struct index {
    uint32_t *numbers;
    uint32_t types, zones;
};

static uint32_t *index_slot(const struct index *index, enum batch_market market, uint32_t type, uint32_t zone)
{
    return &index->numbers[((size_t)market * index->types + type) * index->zones + zone];
}

static uint32_t pool_take(struct harness_assembly *assembly, const struct index *index, enum batch_market market,
                          uint32_t type, uint32_t zone)
{
    uint32_t *slot = index_slot(index, market, type, zone);
    if (*slot == 0) {
        const struct cloud_type *figures = cloud_catalog_type(assembly->catalog, type);
        assembly->pools[assembly->pool_count++] = (struct harness_pool){
            .type = type,
            .zone = zone,
            .market = market,
            .price_usd_nano_per_h = harness_assembly_type_price(&assembly->scenario->world, figures, market),
            .on_demand_usd_nano_per_h = figures->on_demand_usd_nano_per_h,
        };
        *slot = assembly->pool_count;
    }
    return *slot - 1;
}

static void fill(struct harness_assembly *assembly, const struct harness_assembly_types *types,
                 const struct index *index, size_t *offsets)
{
    size_t next = 0;
    for (uint32_t e = 0; e < assembly->scenario->environment_count; e++) {
        offsets[e] = next;
        for (uint32_t t = 0; t < types[e].count; t++) {
            for (uint32_t zone = 0; zone < index->zones; zone++) {
                assembly->environment_pools[next++] =
                    pool_take(assembly, index, assembly->scenario->environments[e].market, types[e].types[t], zone);
            }
        }
    }
}

enum batch_rc harness_assembly_pools_fill(struct harness_assembly *assembly, const struct harness_assembly_types *types,
                                          size_t *offsets, struct batch_error *error)
{
    struct index index = {.types = cloud_catalog_count(assembly->catalog),
                          .zones = assembly->scenario->world.zone_count};
    size_t uses = 0;
    for (uint32_t e = 0; e < assembly->scenario->environment_count; e++) {
        uses += (size_t)types[e].count * index.zones;
    }
    BATCH_ASSERT(NULL, uses > 0);
    index.numbers = calloc((size_t)MARKET_COUNT * index.types * index.zones, sizeof *index.numbers);
    assembly->pools = calloc(uses, sizeof *assembly->pools);
    assembly->environment_pools = calloc(uses, sizeof *assembly->environment_pools);
    if (index.numbers == NULL || assembly->pools == NULL || assembly->environment_pools == NULL) {
        free(index.numbers);
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for %zu pools", uses);
    }
    fill(assembly, types, &index, offsets);
    free(index.numbers);
    return BATCH_OK;
}
