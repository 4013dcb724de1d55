/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Any bytes as a catalogue: refused with words, or every type is found again by name and by family.
 */
#include "cloud/catalog.h"

#include "scheduler/host.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_accepted(const struct cloud_catalog *catalog)
{
    uint32_t count = cloud_catalog_count(catalog);
    BATCH_ASSERT(NULL, count > 0);
    for (uint32_t i = 0; i < count; i++) {
        const struct cloud_type *type = cloud_catalog_type(catalog, i);
        uint32_t only = UINT32_MAX;
        BATCH_ASSERT(NULL, cloud_catalog_find(catalog, type->name) == (int32_t)i);
        BATCH_ASSERT(NULL, cloud_catalog_expand(catalog, type->name, &only, 1) == 1 && only == i);
        BATCH_ASSERT(NULL, type->vcpus > 0 && type->registered_mib > 0 && type->registered_mib <= type->mib);
        BATCH_ASSERT(NULL, type->on_demand_usd_nano_per_h > 0);
        BATCH_ASSERT(NULL, type->spot_savings_percent < 100 && type->spot_band >= CLOUD_SPOT_BAND_UNKNOWN);
    }

    const struct cloud_type *first = cloud_catalog_type(catalog, 0);
    uint32_t of_family = cloud_catalog_expand(catalog, first->family, NULL, 0);
    BATCH_ASSERT(NULL, of_family <= count && (first->is_metal || of_family > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cloud_catalog *catalog = NULL;
    struct batch_error error = {.rc = BATCH_OK};
    enum batch_rc rc = cloud_catalog_parse("fuzz", (const char *)data, size, &catalog, &error);
    if (rc == BATCH_OK) {
        check_accepted(catalog);
        cloud_catalog_destroy(catalog);
    } else {
        BATCH_ASSERT(NULL, catalog == NULL && error.rc == rc && strncmp(error.text, "fuzz", 4) == 0);
    }
    return 0;
}
