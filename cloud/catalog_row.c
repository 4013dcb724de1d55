/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * One row of the catalogue: a table of columns says what each may hold. Prices never pass through floating point.
 */
#include "cloud/catalog_internal.h"

#include <stdio.h>
#include <string.h>

enum { USD_NANO_DIGITS = 9, SHOWN_MAX = 64, EXPECTED_MAX = 96 };

static const uint64_t usd_nano_per_usd = UINT64_C(1000000000);
/** A million dollars per hour: beyond any instance, and far from overflow. */
static const uint64_t price_usd_nano_max = UINT64_C(1000000) * UINT64_C(1000000000);

enum kind { KIND_NAME, KIND_FAMILY, KIND_ARCH, KIND_FLAG, KIND_PRICE, KIND_U32, KIND_BAND };

struct column {
    const char *name;
    size_t offset; /**< In struct cloud_type. */
    enum kind kind;
    uint32_t min;
    uint32_t max;
    bool may_be_empty; /**< Empty: 0 or, for the band, unknown. */
};

#define COLUMN(column_name, column_kind, field, ...)                                                                   \
    {                                                                                                                  \
        .name = (column_name), .kind = (column_kind), .offset = offsetof(struct cloud_type, field), __VA_ARGS__        \
    }

enum { COLUMN_COUNT = 14 };

static const struct column columns[COLUMN_COUNT] = {
    COLUMN("instance_type", KIND_NAME, name, .max = CLOUD_TYPE_NAME_MAX - 1),
    COLUMN("family", KIND_FAMILY, family, .max = CLOUD_TYPE_NAME_MAX - 1),
    COLUMN("arch", KIND_ARCH, arch, .max = 7),
    COLUMN("vcpus", KIND_U32, vcpus, .min = 1, .max = 65536),
    COLUMN("mib", KIND_U32, mib, .min = 1, .max = 1U << 30),
    COLUMN("registered_mib", KIND_U32, registered_mib, .min = 1, .max = 1U << 30),
    COLUMN("gpus", KIND_U32, gpus, .max = 1024),
    COLUMN("is_metal", KIND_FLAG, is_metal, .max = 1),
    COLUMN("on_demand_usd_per_h", KIND_PRICE, on_demand_usd_nano_per_h, .min = 1),
    COLUMN("spot_savings_percent", KIND_U32, spot_savings_percent, .max = 99, .may_be_empty = true),
    COLUMN("spot_band", KIND_BAND, spot_band, .max = 4, .may_be_empty = true),
    COLUMN("network_mbps", KIND_U32, network_mbps, .max = 100000000, .may_be_empty = true),
    COLUMN("nvme_gb", KIND_U32, nvme_gb, .max = 100000000),
    COLUMN("coremark_per_s", KIND_U32, coremark_per_s, .max = UINT32_MAX, .may_be_empty = true),
};

const char cloud_row_header[] =
    "instance_type,family,arch,vcpus,mib,registered_mib,gpus,is_metal,on_demand_usd_per_h,spot_savings_percent,"
    "spot_band,network_mbps,nvme_gb,coremark_per_s";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool cloud_field_whole(struct batch_text text, uint64_t max, uint64_t *ret)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < text.length; i++) {
        if (!is_digit(text.bytes[i])) {
            return false;
        }
        uint64_t digit = (uint64_t)(text.bytes[i] - '0');
        if (digit > max || value > (max - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    if (text.length == 0) {
        return false;
    }
    *ret = value;
    return true;
}

bool cloud_field_usd_nano(struct batch_text text, uint64_t max, uint64_t *ret)
{
    const char *point = text.length == 0 ? NULL : memchr(text.bytes, '.', text.length);
    uint32_t whole_length = point == NULL ? text.length : (uint32_t)(point - text.bytes);
    uint64_t whole = 0;
    if (!cloud_field_whole((struct batch_text){text.bytes, whole_length}, max / usd_nano_per_usd, &whole)) {
        return false;
    }

    uint64_t fraction = 0;
    if (point != NULL) {
        struct batch_text digits = {point + 1, text.length - whole_length - 1};
        if (digits.length > USD_NANO_DIGITS || !cloud_field_whole(digits, usd_nano_per_usd - 1, &fraction)) {
            return false;
        }
        for (uint32_t i = digits.length; i < USD_NANO_DIGITS; i++) {
            fraction *= 10;
        }
    }

    uint64_t usd_nano = whole * usd_nano_per_usd + fraction;
    if (usd_nano > max) {
        return false;
    }
    *ret = usd_nano;
    return true;
}

/** A word of lower-case letters, digits, '-' and, if @p dots, one '.' with something on both sides. */
static bool is_word(struct batch_text text, uint32_t dots)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == '.') {
            found++;
            if (i == 0 || i + 1 == text.length) {
                return false;
            }
        } else if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-') {
            return false;
        }
    }
    return text.length > 0 && found == dots;
}

static bool is_text(struct batch_text text, const char *expected)
{
    return text.length == strlen(expected) && memcmp(text.bytes, expected, text.length) == 0;
}

/** True when the name parsed before begins with this family and a dot. */
static bool is_family_of(struct batch_text text, const char *name)
{
    return is_word(text, 0) && strncmp(name, text.bytes, text.length) == 0 && name[text.length] == '.';
}

static bool store_text(void *field, struct batch_text text, uint32_t max)
{
    if (text.length > max) {
        return false;
    }
    memcpy(field, text.bytes, text.length);
    return true;
}

static bool store_whole(const struct column *column, void *field, struct batch_text text)
{
    uint64_t value = 0;
    bool is_empty = text.length == 0 && column->may_be_empty;
    if (!is_empty && (!cloud_field_whole(text, column->max, &value) || value < column->min)) {
        return false;
    }

    if (column->kind == KIND_FLAG) {
        *(bool *)field = value == 1;
    } else if (column->kind == KIND_BAND) {
        *(int32_t *)field = is_empty ? CLOUD_SPOT_BAND_UNKNOWN : (int32_t)value;
    } else {
        *(uint32_t *)field = (uint32_t)value;
    }
    return true;
}

static bool store(const struct column *column, struct batch_text text, struct cloud_type *type)
{
    void *field = (char *)type + column->offset;
    uint64_t price = 0;
    switch (column->kind) {
    case KIND_NAME:
        return is_word(text, 1) && store_text(field, text, column->max);
    case KIND_FAMILY:
        return text.length <= column->max && is_family_of(text, type->name) && store_text(field, text, column->max);
    case KIND_ARCH:
        return (is_text(text, "x86_64") || is_text(text, "arm64")) && store_text(field, text, column->max);
    case KIND_PRICE:
        if (!cloud_field_usd_nano(text, price_usd_nano_max, &price) || price < column->min) {
            return false;
        }
        *(int64_t *)field = (int64_t)price;
        return true;
    case KIND_FLAG:
    case KIND_U32:
    case KIND_BAND:
        return store_whole(column, field, text);
    }
    return false;
}

/** What a column may hold, in words. */
static const char *expectation(const struct column *column, char buffer[EXPECTED_MAX])
{
    switch (column->kind) {
    case KIND_NAME:
        return "an instance type such as c6i.large (lower case, at most 31 characters)";
    case KIND_FAMILY:
        return "the part of instance_type before the dot";
    case KIND_ARCH:
        return "x86_64 or arm64";
    case KIND_FLAG:
        return "0 or 1";
    case KIND_PRICE:
        return "a price in dollars above 0 and at most 1000000, with at most 9 decimals";
    case KIND_U32:
    case KIND_BAND:
        break;
    }
    (void)snprintf(buffer, EXPECTED_MAX, "a whole number from %u to %u%s", column->min, column->max,
                   column->may_be_empty ? ", or empty for unknown" : "");
    return buffer;
}

static enum batch_rc refuse(const char *file, uint32_t line, const struct column *column, struct batch_text text,
                            struct batch_error *error)
{
    char buffer[EXPECTED_MAX];
    int shown = text.length < SHOWN_MAX ? (int)text.length : SHOWN_MAX;
    return batch_error_set(error, BATCH_E_INPUT, "%s:%u: column %s: \"%.*s\" is not %s; correct this value", file, line,
                           column->name, shown, text.bytes, expectation(column, buffer));
}

static uint32_t count_fields(struct batch_text row)
{
    uint32_t fields = 1;
    for (uint32_t i = 0; i < row.length; i++) {
        fields += row.bytes[i] == ',';
    }
    return fields;
}

enum batch_rc cloud_row_parse(const char *file, uint32_t line, struct batch_text row, struct cloud_type *type,
                              struct batch_error *error)
{
    uint32_t fields = count_fields(row);
    if (fields != COLUMN_COUNT) {
        return batch_error_set(
            error, BATCH_E_INPUT,
            "%s:%u: expected %d columns separated by commas, found %u; the line may be cut or merged", file, line,
            COLUMN_COUNT, fields);
    }

    *type = (struct cloud_type){.vcpus = 0};
    uint32_t at = 0;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        struct batch_text text = {row.bytes + at, 0};
        while (at + text.length < row.length && text.bytes[text.length] != ',') {
            text.length++;
        }
        at += text.length + 1;
        if (!store(&columns[i], text, type)) {
            return refuse(file, line, &columns[i], text, error);
        }
    }

    if (type->registered_mib > type->mib) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s:%u: column registered_mib: %u is more than the type's mib (%u); correct one of them",
                               file, line, type->registered_mib, type->mib);
    }
    return BATCH_OK;
}
