/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * A summary from its JSON: every key that is printed must be there with its type.
 */
#include "harness/summary_fields.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NANO_PER_USD = 1000000000, DECIMAL = 10, HEXADECIMAL = 16 };

static enum batch_rc fail(const char *key, const char *expected, struct batch_error *error)
{
    return batch_error_set(error, BATCH_E_INPUT, "key \"%s\": expected %s", key, expected);
}

static void store(const struct harness_field *field, void *base, const void *value, size_t size)
{
    memcpy((char *)base + field->offset, value, size);
}

static enum batch_rc parse_count(const json_t *object, const char *key, uint64_t *count, struct batch_error *error)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return fail(key, "a whole number", error);
    }
    *count = (uint64_t)json_integer_value(value);
    return BATCH_OK;
}

static enum batch_rc parse_field(const json_t *object, const struct harness_field *field, void *base,
                                 struct batch_error *error)
{
    const json_t *value = json_object_get(object, field->key);
    uint64_t count;
    if (field->kind == HARNESS_FIELD_COUNT) {
        enum batch_rc rc = parse_count(object, field->key, &count, error);
        if (rc == BATCH_OK) {
            store(field, base, &count, sizeof count);
        }
        return rc;
    }
    double real = json_number_value(value);
    if (!json_is_number(value)) {
        return fail(field->key, "a number", error);
    }
    if (field->kind == HARNESS_FIELD_MONEY) {
        if (fabs(real) >= (double)INT64_MAX / NANO_PER_USD) {
            return fail(field->key, "less than 9.2e9 dollars", error);
        }
        int64_t usd_nano = llround(real * NANO_PER_USD);
        store(field, base, &usd_nano, sizeof usd_nano);
    } else {
        store(field, base, &real, sizeof real);
    }
    return BATCH_OK;
}

static enum batch_rc parse_fields(const json_t *object, struct harness_field_list list, void *base,
                                  struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    for (size_t i = 0; rc == BATCH_OK && i < list.count; i++) {
        rc = parse_field(object, &list.fields[i], base, error);
    }
    return rc;
}

/** Whole numbers of 64 bits are kept as text, as JSON readers take numbers as doubles. */
static enum batch_rc parse_word(const json_t *object, const char *key, int base, uint64_t *word,
                                struct batch_error *error)
{
    const char *text = json_string_value(json_object_get(object, key));
    char *end = NULL;
    if (text == NULL || text[0] == '\0') {
        return fail(key, "a number as text", error);
    }
    *word = strtoull(text, &end, base);
    return *end == '\0' ? BATCH_OK : fail(key, "a number as text", error);
}

static enum batch_rc parse_account(const json_t *object, struct workload_account *account, struct batch_error *error)
{
    const json_t *anomalies = json_object_get(object, "anomalies");
    enum batch_rc rc = parse_count(object, "rows", &account->rows, error);
    for (uint32_t i = 0; rc == BATCH_OK && i < WORKLOAD_ANOMALY_COUNT; i++) {
        rc = parse_count(anomalies, workload_anomaly_name((enum workload_anomaly)i), &account->anomalies[i], error);
    }
    return rc;
}

static enum batch_rc parse_named(json_t *object, const char *key, bool has_costs, struct harness_named_figures **ret,
                                 uint32_t *ret_count, struct batch_error *error)
{
    json_t *groups = json_object_get(object, key);
    if (!json_is_object(groups)) {
        return fail(key, "an object", error);
    }
    struct harness_named_figures *named = calloc(json_object_size(groups) + 1, sizeof *named);
    if (named == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the summary");
    }
    *ret = named;
    *ret_count = (uint32_t)json_object_size(groups);
    enum batch_rc rc = BATCH_OK;
    const char *name;
    json_t *group;
    json_object_foreach(groups, name, group)
    {
        if (strlen(name) >= sizeof named->name) {
            return fail(key, "names of at most 128 bytes", error);
        }
        memcpy(named->name, name, strlen(name) + 1);
        rc = parse_fields(group, harness_figures_fields(), &named->figures, error);
        if (rc == BATCH_OK && has_costs) {
            rc = parse_fields(group, harness_costs_fields(), &named->costs, error);
        }
        if (rc != BATCH_OK) {
            return batch_error_wrap(error, rc, "key \"%s.%s\"", key, name);
        }
        named++;
    }
    return BATCH_OK;
}

static enum batch_rc parse_manifest(const json_t *object, struct harness_summary *summary, struct batch_error *error)
{
    const char *scenario = json_string_value(json_object_get(object, "scenario"));
    const char *quantiles = json_string_value(json_object_get(object, "quantiles"));
    const json_t *quantile_error = json_object_get(object, "quantile_error");
    uint64_t model_version = 0;
    if (scenario == NULL || quantiles == NULL || !json_is_number(quantile_error)) {
        return fail("scenario, quantiles, quantile_error", "two texts and a number", error);
    }
    summary->quantiles_are_exact = strcmp(quantiles, "exact") == 0;
    summary->quantile_error = json_number_value(quantile_error);
    summary->scenario_name = malloc(strlen(scenario) + 1);
    if (summary->scenario_name == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the summary");
    }
    memcpy(summary->scenario_name, scenario, strlen(scenario) + 1);
    enum batch_rc rc = parse_word(object, "seed", DECIMAL, &summary->seed, error);
    rc = rc == BATCH_OK ? parse_word(object, "digest", HEXADECIMAL, &summary->digest, error) : rc;
    rc = rc == BATCH_OK ? parse_count(object, "model_version", &model_version, error) : rc;
    summary->model_version = (uint32_t)model_version;
    return rc;
}

static enum batch_rc parse_summary(json_t *object, struct harness_summary *summary, struct batch_error *error)
{
    enum batch_rc rc = parse_manifest(object, summary, error);
    rc = rc == BATCH_OK ? parse_fields(object, harness_figures_fields(), &summary->all, error) : rc;
    rc = rc == BATCH_OK ? parse_fields(object, harness_costs_fields(), &summary->costs, error) : rc;
    rc = rc == BATCH_OK ? parse_account(object, &summary->account, error) : rc;
    rc = rc == BATCH_OK ? parse_named(object, "queues", false, &summary->queues, &summary->queue_count, error) : rc;
    if (rc == BATCH_OK) {
        rc = parse_named(object, "environments", true, &summary->environments, &summary->environment_count, error);
    }
    summary->account.jobs = summary->all.jobs;
    return rc;
}

enum batch_rc harness_summary_from_json(const char *json, struct harness_summary *summary, struct batch_error *error)
{
    json_error_t at;
    json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, &at);
    if (object == NULL) {
        return batch_error_set(error, BATCH_E_INPUT, "not JSON: %s (line %d)", at.text, at.line);
    }
    struct harness_summary parsed = {0};
    enum batch_rc rc = parse_summary(object, &parsed, error);
    json_decref(object);
    if (rc != BATCH_OK) {
        harness_summary_release(&parsed);
        return rc;
    }
    *summary = parsed;
    return BATCH_OK;
}
