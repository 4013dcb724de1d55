/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The catalogue once it is read: look-ups by number, by name, and by the words of instanceTypes.
 */
#include "cloud/catalog_internal.h"

#include "scheduler/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** More than ROWS_MAX rows of usual length; a larger file is no catalogue. */
static const size_t file_bytes_max = (size_t)16 << 20;

enum { BUNDLE_FAMILIES = 4 };

struct bundle {
    const char *word;
    const char *families[BUNDLE_FAMILIES];
};

/** Reference 5.3; `optimal` as since 2025-11-01. */
static const struct bundle bundles[] = {
    {"optimal", {"m6i", "c6i", "r6i", "c7i"}},
    {"default_x86_64", {"m6i", "c6i", "r6i", "c7i"}},
    {"default_arm64", {"m6g", "c6g", "r6g", "c7g"}},
};

/** All of @p file into @p bytes, which holds one byte more than the limit so that excess is seen. */
static enum batch_rc read_whole(const char *path, FILE *file, char *bytes, size_t *size, struct batch_error *error)
{
    errno = 0;
    *size = fread(bytes, 1, file_bytes_max + 1, file);
    if (ferror(file) != 0) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: cannot be read: %s; expected a catalogue file", path,
                               strerror(errno));
    }
    if (*size > file_bytes_max) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: larger than %zu bytes; is this a catalogue?", path,
                               file_bytes_max);
    }
    return BATCH_OK;
}

enum batch_rc cloud_catalog_load(const char *path, struct cloud_catalog **ret, struct batch_error *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: cannot be opened: %s; name a catalogue file", path,
                               strerror(errno));
    }

    size_t size = 0;
    char *bytes = malloc(file_bytes_max + 1);
    enum batch_rc rc = bytes == NULL ? batch_error_set(error, BATCH_E_MEMORY, "%s: no memory to read it", path)
                                     : read_whole(path, file, bytes, &size, error);
    (void)fclose(file);
    rc = rc == BATCH_OK ? cloud_catalog_parse(path, bytes, size, ret, error) : rc;
    free(bytes);
    return rc;
}

void cloud_catalog_destroy(struct cloud_catalog *catalog)
{
    if (catalog == NULL) {
        return;
    }
    free(catalog->types);
    free(catalog->by_name);
    free(catalog);
}

uint32_t cloud_catalog_count(const struct cloud_catalog *catalog)
{
    return catalog->count;
}

const struct cloud_type *cloud_catalog_type(const struct cloud_catalog *catalog, uint32_t index)
{
    BATCH_ASSERT(NULL, index < catalog->count);
    return &catalog->types[index];
}

static int compare_name(const void *key, const void *element)
{
    const struct cloud_catalog_entry *entry = element;
    return strcmp(key, entry->name);
}

int32_t cloud_catalog_find(const struct cloud_catalog *catalog, const char *name)
{
    const struct cloud_catalog_entry *entry =
        bsearch(name, catalog->by_name, catalog->count, sizeof *catalog->by_name, compare_name);
    return entry == NULL ? -1 : (int32_t)entry->index;
}

const char *cloud_catalog_source(const struct cloud_catalog *catalog)
{
    return catalog->source;
}

const char *cloud_catalog_date(const struct cloud_catalog *catalog)
{
    return catalog->date;
}

/** The bundle called @p word, or the one family that @p word may be. */
static struct bundle families_of(const char *word)
{
    for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++) {
        if (strcmp(bundles[i].word, word) == 0) {
            return bundles[i];
        }
    }
    return (struct bundle){word, {word, "", "", ""}};
}

static bool is_in_bundle(const struct bundle *bundle, const struct cloud_type *type)
{
    if (type->is_metal) {
        return false;
    }
    for (int i = 0; i < BUNDLE_FAMILIES; i++) {
        if (strcmp(bundle->families[i], type->family) == 0) {
            return true;
        }
    }
    return false;
}

uint32_t cloud_catalog_expand(const struct cloud_catalog *catalog, const char *word, uint32_t *types, uint32_t capacity)
{
    int32_t exact = cloud_catalog_find(catalog, word);
    if (exact >= 0) {
        if (capacity > 0) {
            types[0] = (uint32_t)exact;
        }
        return 1;
    }

    struct bundle bundle = families_of(word);
    uint32_t found = 0;
    for (uint32_t i = 0; i < catalog->count; i++) {
        if (is_in_bundle(&bundle, &catalog->types[i])) {
            if (found < capacity) {
                types[found] = i;
            }
            found++;
        }
    }
    return found;
}
