/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The catalogue's inside, shared by its reader and its look-ups and by nobody else.
 */
#ifndef BATCH_CLOUD_CATALOG_INTERNAL_H
#define BATCH_CLOUD_CATALOG_INTERNAL_H

#include "cloud/catalog.h"

enum { CLOUD_CATALOG_LINE_MAX = 1024 };

/** One type in the order of names. */
struct cloud_catalog_entry {
    const char *name; /**< Points into types. */
    uint32_t index;
    uint32_t line; /**< Of the file, for messages. */
};

struct cloud_catalog {
    struct cloud_type *types;            /**< Owned; in the order of the file. */
    struct cloud_catalog_entry *by_name; /**< Owned; as many, sorted by name, all different. */
    uint32_t count;
    char source[CLOUD_CATALOG_LINE_MAX];
    char date[CLOUD_CATALOG_LINE_MAX];
};

/** All of @p text (not terminated) as a whole number of at most @p max; false: it is none. No sign, no blanks. */
bool cloud_field_whole(struct batch_text text, uint64_t max, uint64_t *ret);

/**
 * All of @p text as a decimal price in nano-dollars, exactly: digits, then optionally a point and 1 to 9 digits.
 * False when it is none or above @p max.
 */
bool cloud_field_usd_nano(struct batch_text text, uint64_t max, uint64_t *ret);

/**
 * Fill @p type from one row. On failure @p error names @p file, @p line and column, and @p type is undefined.
 */
enum batch_rc cloud_row_parse(const char *file, uint32_t line, struct batch_text row, struct cloud_type *type,
                              struct batch_error *error);

/** The header row that a catalogue must have. */
extern const char cloud_row_header[];

#endif
