/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The summary as one JSON object. Printed by hand, as JSON libraries cannot print money as an exact decimal.
 */
#define _POSIX_C_SOURCE 200809L
#include "harness/summary_fields.h"

#include "scheduler/host.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

enum { NANO_PER_USD = 1000000000, CONTROL_END = 0x20, ASCII_END = 0x80 };

/** Bytes that are not UTF-8 (file names may hold any) become question marks. */
static void print_text(FILE *out, const char *text)
{
    json_t *checked = json_string(text);
    bool is_utf8 = checked != NULL;
    json_decref(checked);
    (void)fputc('"', out);
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            (void)fprintf(out, "\\%c", byte);
        } else if (byte < CONTROL_END) {
            (void)fprintf(out, "\\u%04x", byte);
        } else {
            (void)fputc(byte >= ASCII_END && !is_utf8 ? '?' : byte, out);
        }
    }
    (void)fputc('"', out);
}

static void print_real(FILE *out, double value)
{
    BATCH_ASSERT(NULL, isfinite(value));
    (void)fprintf(out, "%.17g", value);
}

static void print_money(FILE *out, int64_t usd_nano)
{
    BATCH_ASSERT(NULL, usd_nano >= 0);
    (void)fprintf(out, "%" PRId64 ".%09" PRId64, usd_nano / NANO_PER_USD, usd_nano % NANO_PER_USD);
}

static void print_fields(FILE *out, struct harness_field_list list, const void *base)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct harness_field *field = &list.fields[i];
        (void)fprintf(out, "%s\"%s\":", i == 0 ? "" : ",", field->key);
        switch (field->kind) {
        case HARNESS_FIELD_COUNT:
            (void)fprintf(out, "%" PRIu64, harness_field_count(field, base));
            break;
        case HARNESS_FIELD_REAL:
            print_real(out, harness_field_real(field, base));
            break;
        case HARNESS_FIELD_MONEY:
            print_money(out, harness_field_money(field, base));
            break;
        }
    }
}

static void print_account(FILE *out, const struct workload_account *account)
{
    (void)fprintf(out, ",\"rows\":%" PRIu64 ",\"clipped\":%" PRIu64 ",\"dropped\":%" PRIu64 ",\"anomalies\":{",
                  account->rows, account->anomalies[WORKLOAD_CLIPPED], account->anomalies[WORKLOAD_DROPPED_NO_SUBMIT]);
    for (uint32_t i = 0; i < WORKLOAD_ANOMALY_COUNT; i++) {
        (void)fprintf(out, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", workload_anomaly_name((enum workload_anomaly)i),
                      account->anomalies[i]);
    }
    (void)fputc('}', out);
}

static void print_named(FILE *out, const char *key, const struct harness_named_figures *named, uint32_t count,
                        bool has_costs)
{
    (void)fprintf(out, ",\"%s\":{", key);
    for (uint32_t i = 0; i < count; i++) {
        (void)fputs(i == 0 ? "" : ",", out);
        print_text(out, named[i].name);
        (void)fputs(":{", out);
        print_fields(out, harness_figures_fields(), &named[i].figures);
        if (has_costs) {
            (void)fputc(',', out);
            print_fields(out, harness_costs_fields(), &named[i].costs);
        }
        (void)fputc('}', out);
    }
    (void)fputc('}', out);
}

static void print_summary(FILE *out, const struct harness_summary *summary)
{
    (void)fputs("{\"scenario\":", out);
    print_text(out, summary->scenario_name);
    (void)fprintf(out, ",\"seed\":\"%" PRIu64 "\",\"model_version\":%" PRIu32 ",\"digest\":\"%016" PRIx64 "\",",
                  summary->seed, summary->model_version, summary->digest);
    print_fields(out, harness_figures_fields(), &summary->all);
    (void)fputc(',', out);
    print_fields(out, harness_costs_fields(), &summary->costs);
    print_account(out, &summary->account);
    (void)fprintf(out,
                  ",\"quantiles\":\"%s\",\"quantile_error\":", summary->quantiles_are_exact ? "exact" : "histogram");
    print_real(out, summary->quantile_error);
    print_named(out, "queues", summary->queues, summary->queue_count, false);
    print_named(out, "environments", summary->environments, summary->environment_count, true);
    (void)fputc('}', out);
}

char *harness_summary_json(const struct harness_summary *summary)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    print_summary(out, summary);
    bool is_whole = ferror(out) == 0;
    is_whole = fclose(out) == 0 && is_whole;
    if (!is_whole) {
        free(text);
        return NULL;
    }
    return text;
}
