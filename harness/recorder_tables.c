/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What is written once, when the run has ended: the small tables, the manifest, the summary.
 */
#include "harness/recorder_internal.h"

#include "harness/summary_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 64 };

static enum batch_rc write_series(struct harness_recorder *recorder, struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    for (uint32_t i = 0; rc == BATCH_OK && i < recorder->series.count; i++) {
        rc = harness_results_append(recorder->results, HARNESS_TABLE_TIMESERIES, &recorder->series.rows[i], error);
    }
    return rc;
}

static enum batch_rc write_pools(struct harness_recorder *recorder, struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    for (uint32_t i = 0; rc == BATCH_OK && i < recorder->assembly->pool_count; i++) {
        rc = harness_results_append(recorder->results, HARNESS_TABLE_POOLS, &recorder->pools[i], error);
    }
    return rc;
}

static enum batch_rc write_bill(struct harness_recorder *recorder, struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    uint32_t count = recorder->environment_count * HARNESS_BILL_CATEGORY_COUNT;
    for (uint32_t i = 0; rc == BATCH_OK && i < count; i++) {
        uint32_t environment = i / HARNESS_BILL_CATEGORY_COUNT;
        uint32_t category = i % HARNESS_BILL_CATEGORY_COUNT;
        const int64_t *by_market = recorder->environments[environment].category_usd_nano[category];
        bool is_spot = recorder->assembly->scenario->environments[environment].market == BATCH_MARKET_SPOT;
        struct harness_bill_row row = {
            .environment = (uint16_t)environment,
            .market = is_spot ? BATCH_MARKET_SPOT : BATCH_MARKET_ON_DEMAND,
            .category = (uint8_t)category,
            .usd_nano = by_market[is_spot],
        };
        rc = harness_results_append(recorder->results, HARNESS_TABLE_BILL, &row, error);
    }
    return rc;
}

static enum batch_rc write_name(struct harness_recorder *recorder, enum harness_table table, const char *name,
                                struct batch_error *error)
{
    struct harness_name_row row = {""};
    (void)snprintf(row.name, sizeof row.name, "%s", name);
    return harness_results_append(recorder->results, table, &row, error);
}

static enum batch_rc write_names(struct harness_recorder *recorder, struct batch_error *error)
{
    const struct workload_scenario *scenario = recorder->assembly->scenario;
    enum batch_rc rc = BATCH_OK;
    for (uint32_t i = 0; rc == BATCH_OK && i < scenario->queue_count; i++) {
        rc = write_name(recorder, HARNESS_TABLE_QUEUES, scenario->queues[i].name, error);
    }
    for (uint32_t i = 0; rc == BATCH_OK && i < scenario->environment_count; i++) {
        rc = write_name(recorder, HARNESS_TABLE_ENVIRONMENTS, scenario->environments[i].name, error);
    }
    for (uint32_t i = 0; rc == BATCH_OK && i < scenario->definition_count; i++) {
        rc = write_name(recorder, HARNESS_TABLE_DEFINITIONS, scenario->definitions[i].name, error);
    }
    return rc;
}

enum batch_rc harness_recorder_write_tables(struct harness_recorder *recorder, struct batch_error *error)
{
    enum batch_rc rc = write_series(recorder, error);
    rc = rc == BATCH_OK ? write_pools(recorder, error) : rc;
    rc = rc == BATCH_OK ? write_bill(recorder, error) : rc;
    return rc == BATCH_OK ? write_names(recorder, error) : rc;
}

static enum batch_rc put_field(struct harness_results *results, const struct harness_field *field, const void *base,
                               struct batch_error *error)
{
    char name[KEY_MAX];
    switch (field->kind) {
    case HARNESS_FIELD_COUNT:
        return harness_results_put_u64(results, "/summary", field->key, harness_field_count(field, base), error);
    case HARNESS_FIELD_REAL:
        return harness_results_put_f64(results, "/summary", field->key, harness_field_real(field, base), error);
    case HARNESS_FIELD_MONEY:
        break;
    }
    (void)snprintf(name, sizeof name, "%s_nano", field->key);
    return harness_results_put_i64(results, "/summary", name, harness_field_money(field, base), error);
}

static enum batch_rc put_fields(struct harness_results *results, struct harness_field_list list, const void *base,
                                struct batch_error *error)
{
    enum batch_rc rc = BATCH_OK;
    for (size_t i = 0; rc == BATCH_OK && i < list.count; i++) {
        rc = put_field(results, &list.fields[i], base, error);
    }
    return rc;
}

static enum batch_rc put_manifest(struct harness_results *results, const struct harness_summary *summary,
                                  struct batch_error *error)
{
    enum batch_rc rc = harness_results_put_text(results, "/", "program", "batchlab " BATCHLAB_VERSION, error);
    rc = rc == BATCH_OK ? harness_results_put_text(results, "/", "scenario_name", summary->scenario_name, error) : rc;
    rc = rc == BATCH_OK ? harness_results_put_u64(results, "/", "model_version", summary->model_version, error) : rc;
    rc = rc == BATCH_OK ? harness_results_put_u64(results, "/", "seed", summary->seed, error) : rc;
    return rc == BATCH_OK ? harness_results_put_u64(results, "/", "digest", summary->digest, error) : rc;
}

enum batch_rc harness_recorder_write_summary(struct harness_recorder *recorder, const struct harness_summary *summary,
                                             struct batch_error *error)
{
    struct harness_results *results = recorder->results;
    char *json = harness_summary_json(summary);
    if (json == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the summary");
    }
    enum batch_rc rc = harness_results_write_text(results, "/summary", json, error);
    free(json);
    rc = rc == BATCH_OK ? put_fields(results, harness_figures_fields(), &summary->all, error) : rc;
    rc = rc == BATCH_OK ? put_fields(results, harness_costs_fields(), &summary->costs, error) : rc;
    if (rc == BATCH_OK) {
        rc = harness_results_write_text(results, "/scenario", recorder->assembly->scenario->canonical, error);
    }
    return rc == BATCH_OK ? put_manifest(results, summary, error) : rc;
}
