/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Reading rows and header directives of the Standard Workload Format.
 *
 * Rows are read in one pass over their bytes; all that is unusual in a number (a fraction, nineteen digits, a
 * fault) is left to a second look, so that the usual case stays short.
 */
#include "workloads/swf.h"

#include "scheduler/host.h"

#include <string.h>

/** Any number of so many digits fits int64_t. */
enum { SAFE_DIGITS = 18 };

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static const char *skip_blanks(const char *at)
{
    while (is_blank(*at)) {
        at++;
    }
    return at;
}

static const char *fail(struct workload_swf_fault *fault, enum workload_swf_fault_kind kind, int field,
                        const char *token)
{
    size_t size = 0;
    while (!is_blank(token[size]) && token[size] != '\n') {
        unsigned char byte = (unsigned char)token[size];
        if (byte < 0x20 || byte == 0x7f) {
            kind = WORKLOAD_SWF_BINARY;
        }
        size++;
    }
    *fault = (struct workload_swf_fault){kind, field, token, size};
    return NULL;
}

/** The field at @p token once more, with all that a field may be. Returns its end or NULL. */
static const char *parse_unusual(const char *token, int field, struct workload_swf_record *record,
                                 struct workload_swf_fault *fault)
{
    bool is_negative = *token == '-';
    const char *at = token + is_negative;
    if (*token == '\n') {
        return fail(fault, WORKLOAD_SWF_MISSING, field, token);
    }
    if (!is_digit(*at)) {
        return fail(fault, WORKLOAD_SWF_NOT_NUMBER, field, token);
    }
    int64_t value = 0;
    bool is_too_big = false;
    for (; is_digit(*at); at++) {
        int digit = is_negative ? '0' - *at : *at - '0';
        is_too_big = __builtin_mul_overflow(value, INT64_C(10), &value) ||
                     __builtin_add_overflow(value, (int64_t)digit, &value) || is_too_big;
    }
    if (at[0] == '.' && is_digit(at[1])) {
        at++;
        while (is_digit(*at)) {
            at++;
        }
        record->fractional |= UINT32_C(1) << field;
    }
    if (!is_blank(*at) && *at != '\n') {
        return fail(fault, WORKLOAD_SWF_NOT_NUMBER, field, token);
    }
    if (is_too_big) {
        return fail(fault, WORKLOAD_SWF_TOO_BIG, field, token);
    }
    record->fields[field] = value;
    return at;
}

/** What follows field 18: only blanks, or fields that are ignored as long as they are text. */
static const char *parse_end(const char *at, struct workload_swf_record *record, struct workload_swf_fault *fault)
{
    at = skip_blanks(at);
    if (*at == '\n') {
        return at + 1;
    }
    record->has_extra = true;
    for (const char *extra = at; *at != '\n'; at++) {
        if (*at == '\0') {
            return fail(fault, WORKLOAD_SWF_BINARY, WORKLOAD_SWF_FIELDS + 1, extra);
        }
    }
    return at + 1;
}

const char *workload_swf_parse(const char *line, struct workload_swf_record *record, struct workload_swf_fault *fault)
{
    const char *at = line;
    record->fractional = 0;
    record->has_extra = false;
    for (int field = 1; field <= WORKLOAD_SWF_FIELDS; field++) {
        at = skip_blanks(at);
        const char *token = at;
        bool is_negative = *at == '-';
        at += is_negative;

        const char *digits = at;
        uint64_t value = 0;
        for (; is_digit(*at); at++) {
            value = value * 10U + (uint64_t)(*at - '0');
        }
        record->fields[field] = (int64_t)(is_negative ? 0U - value : value);
        if (at == digits || at - digits > SAFE_DIGITS || (!is_blank(*at) && *at != '\n')) {
            at = parse_unusual(token, field, record, fault);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    return parse_end(at, record, fault);
}

void workload_header_init(struct workload_header *header)
{
    *header = (struct workload_header){
        .max_jobs = -1, .max_records = -1, .max_procs = -1, .max_nodes = -1, .unix_start_time = -1};
}

static bool is_key(const struct workload_swf_fault *key, const char *name)
{
    return key->token_size == strlen(name) && memcmp(key->token, name, key->token_size) == 0;
}

static void take_text(char *to, size_t room, const char *value, size_t size)
{
    if (to[0] == '\0') {
        size = size < room ? size : room - 1;
        memcpy(to, value, size);
        to[size] = '\0';
    }
}

/** Numbers in headers are often followed by words: only the beginning is looked at. */
static void take_number(int64_t *to, const char *value, size_t size)
{
    size_t digits = 0;
    int64_t number = 0;
    while (digits < size && digits < SAFE_DIGITS && is_digit(value[digits])) {
        number = number * 10 + (value[digits] - '0');
        digits++;
    }
    if (*to < 0 && digits > 0 && (digits == size || !is_digit(value[digits]))) {
        *to = number;
    }
}

static bool is_key_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || is_digit(byte) || byte == '_' || byte == '-';
}

void workload_header_read(struct workload_header *header, const char *line, size_t size)
{
    BATCH_ASSERT(NULL, size > 0 && line[0] == ';');
    const char *end = line + size;
    while (end > line + 1 && is_blank(end[-1])) {
        end--;
    }
    const char *key = line + 1;
    while (key < end && is_blank(*key)) {
        key++;
    }
    const char *colon = key;
    while (colon < end && is_key_byte(*colon)) {
        colon++;
    }
    /* "http://" is no directive: a blank follows the colon of one. */
    if (colon == key || colon == end || *colon != ':' || (colon + 1 < end && !is_blank(colon[1]))) {
        return;
    }
    header->directives++;
    const char *value = colon + 1;
    while (value < end && is_blank(*value)) {
        value++;
    }
    size_t value_size = (size_t)(end - value);

    const struct workload_swf_fault word = {.token = key, .token_size = (size_t)(colon - key)};
    const struct {
        const char *name;
        int64_t *to;
    } numbers[] = {
        {"MaxJobs", &header->max_jobs},   {"MaxRecords", &header->max_records},        {"MaxProcs", &header->max_procs},
        {"MaxNodes", &header->max_nodes}, {"UnixStartTime", &header->unix_start_time},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (is_key(&word, numbers[i].name)) {
            take_number(numbers[i].to, value, value_size);
        }
    }
    if (is_key(&word, "Computer")) {
        take_text(header->computer, sizeof header->computer, value, value_size);
    } else if (is_key(&word, "Version")) {
        take_text(header->version, sizeof header->version, value, value_size);
    }
}

const char *workload_swf_field_name(int field)
{
    static const char *const names[WORKLOAD_SWF_FIELDS + 1] = {
        "",
        "job number",
        "submit time",
        "wait time",
        "run time",
        "allocated processors",
        "average CPU time",
        "used memory",
        "requested processors",
        "requested time",
        "requested memory",
        "status",
        "user",
        "group",
        "executable",
        "queue",
        "partition",
        "preceding job",
        "think time",
    };
    BATCH_ASSERT(NULL, field >= 1 && field <= WORKLOAD_SWF_FIELDS);
    return names[field];
}
