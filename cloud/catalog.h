/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The EC2 instance types: sizes, prices and Spot figures, read from the project's own data file.
 */
#ifndef BATCH_CLOUD_CATALOG_H
#define BATCH_CLOUD_CATALOG_H

#include "scheduler/error.h"
#include "scheduler/types.h"

/** Name lengths include the end. */
enum { CLOUD_TYPE_NAME_MAX = 32, CLOUD_SPOT_BAND_UNKNOWN = -1 };

struct cloud_type {
    char name[CLOUD_TYPE_NAME_MAX];   /**< "c6i.large" */
    char family[CLOUD_TYPE_NAME_MAX]; /**< "c6i" */
    char arch[8];                     /**< "x86_64" or "arm64" */
    uint32_t vcpus;
    uint32_t mib;            /**< Nominal. */
    uint32_t registered_mib; /**< What the agent registers (reference 5.8). */
    uint32_t gpus;
    bool is_metal;
    int64_t on_demand_usd_nano_per_h; /**< us-east-1, Linux. */
    uint32_t spot_savings_percent;    /**< Off the on-demand price, 0..99; 0: none or unknown. */
    int32_t spot_band;                /**< Advisor's interruption band 0..4 or CLOUD_SPOT_BAND_UNKNOWN. */
    uint32_t network_mbps;            /**< Sustained; 0: unknown. */
    uint32_t nvme_gb;
    uint32_t coremark_per_s; /**< 0: not measured. */
};

struct cloud_catalog;

/**
 * Read a catalogue file: '#' lines, the header row, one row per type (data/catalog.csv shows the columns).
 *
 * Types keep the order of the file. Strict: BATCH_E_INPUT names file, line and column, what was expected and the
 * remedy. "# source: ", "# date: YYYY-MM-DD" and "# rows: N" (then checked, so that a cut file is seen) may each
 * stand once before the header row. Printable ASCII, lines below 1,024 bytes, at most 65,536 types and 16 MiB; a
 * byte order mark and CRLF are accepted. On failure *@p ret is untouched.
 */
enum batch_rc cloud_catalog_load(const char *path, struct cloud_catalog **ret, struct batch_error *error);
/** The same from memory; @p name stands for the file in messages. Never reads beyond @p size (fuzzed). */
enum batch_rc cloud_catalog_parse(const char *name, const char *bytes, size_t size, struct cloud_catalog **ret,
                                  struct batch_error *error);
/** NULL is allowed. */
void cloud_catalog_destroy(struct cloud_catalog *catalog);

uint32_t cloud_catalog_count(const struct cloud_catalog *catalog);
/** @p index below the count. Valid until the catalogue is destroyed. */
const struct cloud_type *cloud_catalog_type(const struct cloud_catalog *catalog, uint32_t index);
/** Index of the type called @p name, or -1. O(log n). */
int32_t cloud_catalog_find(const struct cloud_catalog *catalog, const char *name);
/** The file's "# source:" and "# date:" lines; "" when it has none. */
const char *cloud_catalog_source(const struct cloud_catalog *catalog);
const char *cloud_catalog_date(const struct cloud_catalog *catalog);

/**
 * Expand one entry of an environment's instanceTypes (reference 5.3): an exact type, a family (metal sizes
 * left out) or a bundle (`optimal`, `default_x86_64`, `default_arm64`).
 *
 * @param types  Room for @p capacity indices; written in catalogue order.
 * @return how many types the word names (may exceed @p capacity); 0: it names none. O(types) but for a type.
 */
uint32_t cloud_catalog_expand(const struct cloud_catalog *catalog, const char *word, uint32_t *types,
                              uint32_t capacity);

#endif
