/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The summary as JSON and text, and docs/metrics.md and docs/results.md in step with what is printed. */
#define _POSIX_C_SOURCE 200809L
#include "harness/results.h"
#include "harness/summary_fields.h"

#include "tests/support/t_assert.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_BYTES_MAX = 1 << 18, KEY_BYTES_MAX = 128 };

static char scenario_name[] = "a\\b \"c\" \x01 \xff.json";

/** Every field another number, so that none can be taken for its neighbour. */
static void fill(struct harness_field_list list, void *base, int salt)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct harness_field *field = &list.fields[i];
        uint64_t count = 1000 * (uint64_t)salt + i;
        double real = (double)count + 1.0 / 3;
        int64_t usd_nano = (int64_t)count * 1000000007;
        const void *value = field->kind == HARNESS_FIELD_COUNT  ? (const void *)&count
                            : field->kind == HARNESS_FIELD_REAL ? (const void *)&real
                                                                : (const void *)&usd_nano;
        memcpy((char *)base + field->offset, value, sizeof count);
    }
}

static struct harness_named_figures groups[4];

static struct harness_summary make_summary(void)
{
    struct harness_summary summary = {
        .queues = groups,
        .queue_count = 2,
        .environments = groups + 2,
        .environment_count = 2,
        .seed = UINT64_MAX,
        .digest = 0xfedcba9876543210,
        .model_version = 7,
        .quantile_error = 0.00390625,
        .scenario_name = scenario_name,
    };
    for (int i = 0; i < 4; i++) {
        (void)snprintf(groups[i].name, sizeof groups[i].name, "group-%d", i);
        fill(harness_figures_fields(), &groups[i].figures, i);
        fill(harness_costs_fields(), &groups[i].costs, i + 10);
    }
    fill(harness_figures_fields(), &summary.all, 20);
    fill(harness_costs_fields(), &summary.costs, 21);
    summary.account.rows = 99;
    for (uint64_t i = 0; i < WORKLOAD_ANOMALY_COUNT; i++) {
        summary.account.anomalies[i] = 500 + i;
    }
    return summary;
}

static void assert_fields(struct harness_field_list list, const void *left, const void *right)
{
    for (size_t i = 0; i < list.count; i++) {
        if (memcmp((const char *)left + list.fields[i].offset, (const char *)right + list.fields[i].offset, 8) != 0) {
            fail_msg("%s differs", list.fields[i].key);
        }
    }
}

static void summary_is_the_same_when_read_back_from_its_json(void **state)
{
    (void)state;
    struct batch_error error = {.text = ""};
    struct harness_summary written = make_summary();
    struct harness_summary read;
    char *json = harness_summary_json(&written);
    if (harness_summary_from_json(json, &read, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    assert_fields(harness_figures_fields(), &written.all, &read.all);
    assert_fields(harness_costs_fields(), &written.costs, &read.costs);
    assert_int_equal(read.queue_count, 2);
    assert_int_equal(read.environment_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(read.queues[i].name, written.queues[i].name);
        assert_fields(harness_figures_fields(), &written.queues[i].figures, &read.queues[i].figures);
        assert_fields(harness_figures_fields(), &written.environments[i].figures, &read.environments[i].figures);
        assert_fields(harness_costs_fields(), &written.environments[i].costs, &read.environments[i].costs);
    }
    assert_memory_equal(written.account.anomalies, read.account.anomalies, sizeof read.account.anomalies);
    t_assert_u64(read.account.rows, 99);
    t_assert_u64(read.seed, UINT64_MAX);
    t_assert_u64(read.digest, 0xfedcba9876543210);
    assert_int_equal(read.model_version, 7);
    assert_false(read.quantiles_are_exact);
    assert_string_equal(read.scenario_name, "a\\b \"c\" \x01 ?.json");
    free(json);
    harness_summary_release(&read);
}

static void summary_prints_money_to_the_nano_dollar_when_asked_for_json(void **state)
{
    (void)state;
    struct harness_summary summary = make_summary();
    summary.costs.total_usd_nano = INT64_C(8000000000000000001);
    summary.costs.spot_usd_nano = 7;
    char *json = harness_summary_json(&summary);
    t_assert_contains(json, "\"cost_usd\":8000000000.000000001,");
    t_assert_contains(json, "\"cost_spot_usd\":0.000000007,");
    t_assert_contains(json, "\"digest\":\"fedcba9876543210\"");
    free(json);
}

static void summary_from_json_names_the_key_when_one_is_missing(void **state)
{
    (void)state;
    struct harness_summary summary = make_summary();
    struct harness_summary read;
    char *json = harness_summary_json(&summary);
    json_t *object = json_loads(json, 0, NULL);
    free(json);
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        const char *key = json_object_iter_key(at);
        struct batch_error error = {.text = ""};
        /* Only repeated under "anomalies", which is what is read. */
        if (strcmp(key, "clipped") == 0 || strcmp(key, "dropped") == 0) {
            continue;
        }
        json_t *copy = json_copy(object);
        assert_int_equal(json_object_del(copy, key), 0);
        char *text = json_dumps(copy, JSON_COMPACT);
        assert_int_equal(harness_summary_from_json(text, &read, &error), BATCH_E_INPUT);
        t_assert_contains(error.text, strcmp(key, "anomalies") == 0 ? "dropped_no_submit" : key);
        free(text);
        json_decref(copy);
    }
    json_decref(object);
    struct batch_error error = {.text = ""};
    assert_int_equal(harness_summary_from_json("{", &read, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "not JSON");
}

static char *print(const struct harness_summary *summary)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    harness_summary_print(summary, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void summary_text_uses_human_units_when_printed(void **state)
{
    (void)state;
    struct harness_summary summary = make_summary();
    summary.all.jobs = 1234567;
    summary.all.unfinished = 1;
    summary.all.makespan_s = 200000;
    summary.all.wait_s.mean = 12.345;
    summary.all.wait_s.max = 3700;
    summary.costs.total_usd_nano = INT64_C(1234567895000000);
    summary.costs.spot_usd_nano = summary.costs.total_usd_nano / 4;
    summary.account.anomalies[WORKLOAD_CLIPPED] = 0;
    char *text = print(&summary);
    t_assert_contains(text, "1,234,567");
    t_assert_contains(text, "2 d 07 h 33 m");
    t_assert_contains(text, "12.35 s");
    t_assert_contains(text, "1 h 02 m");
    t_assert_contains(text, "1,234,567.90 USD");
    t_assert_contains(text, "25.0 %");
    t_assert_contains(text, "group-1");
    t_assert_contains(text, "logarithmic histogram, within 0.39 %");
    t_assert_contains(text, "Warning: 1 job never ended");
    t_assert_contains(text, "dropped_no_submit");
    assert_null(strstr(text, "clipped"));
    free(text);
}

static void summary_text_is_silent_about_what_there_is_not_when_all_went_well(void **state)
{
    (void)state;
    struct harness_summary summary = make_summary();
    memset(&summary.account, 0, sizeof summary.account);
    summary.all.unfinished = 0;
    summary.queue_count = 1;
    summary.environment_count = 1;
    summary.quantiles_are_exact = true;
    char *text = print(&summary);
    assert_null(strstr(text, "Warning"));
    assert_null(strstr(text, "nomalies"));
    assert_null(strstr(text, "Queues"));
    assert_null(strstr(text, "environments"));
    assert_null(strstr(text, "histogram"));
    free(text);
}

static char *read_document(const char *name)
{
    const char *root = getenv("BATCHLAB_SOURCE");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/docs/%s", root != NULL ? root : ".", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("cannot open %s", path);
        return NULL;
    }
    char *text = calloc(1, DOCUMENT_BYTES_MAX);
    assert_non_null(text);
    assert_true(fread(text, 1, DOCUMENT_BYTES_MAX - 1, file) > 0);
    (void)fclose(file);
    return text;
}

/** A definition is a line of a table that begins with the key in backquotes. */
static bool defines(const char *document, const char *key)
{
    char line[KEY_BYTES_MAX + 8];
    (void)snprintf(line, sizeof line, "\n| `%s` |", key);
    return strstr(document, line) != NULL;
}

static void assert_defined(const char *document, const char *key)
{
    if (!defines(document, key)) {
        fail_msg("\"%s\" is printed but not defined", key);
    }
}

static void metrics_document_defines_every_key_that_is_printed(void **state)
{
    (void)state;
    char *document = read_document("metrics.md");
    struct harness_summary summary = make_summary();
    char *json = harness_summary_json(&summary);
    json_t *object = json_loads(json, 0, NULL);
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        assert_defined(document, key);
    }
    json_object_foreach(json_object_get(object, "anomalies"), key, value)
    {
        assert_defined(document, key);
    }
    json_object_foreach(json_object_get(json_object_get(object, "environments"), "group-2"), key, value)
    {
        assert_defined(document, key);
    }
    json_decref(object);
    free(json);
    free(document);
}

static void metrics_document_defines_nothing_that_is_not_printed(void **state)
{
    (void)state;
    char *document = read_document("metrics.md");
    struct harness_summary summary = make_summary();
    char *json = harness_summary_json(&summary);
    size_t count = 0;
    for (const char *at = strstr(document, "\n| `"); at != NULL; at = strstr(at + 1, "\n| `")) {
        char key[KEY_BYTES_MAX];
        char quoted[KEY_BYTES_MAX + 4];
        size_t length = strcspn(at + 4, "`");
        assert_true(length < sizeof key);
        (void)snprintf(key, sizeof key, "%.*s", (int)length, at + 4);
        (void)snprintf(quoted, sizeof quoted, "\"%s\":", key);
        if (strstr(json, quoted) == NULL) {
            fail_msg("\"%s\" is defined but not printed", key);
        }
        count++;
    }
    assert_true(count > 50);
    free(json);
    free(document);
}

static void assert_columns_defined(const char *section, const struct harness_table_description *table)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (!defines(section, table->columns[i].name)) {
            fail_msg("/%s: %s is not defined", table->name, table->columns[i].name);
        }
    }
}

/** The part of @p document about /@p table; the caller frees it. */
static char *copy_section(const char *document, const char *table)
{
    char heading[KEY_BYTES_MAX];
    (void)snprintf(heading, sizeof heading, "\n### /%s", table);
    const char *section = strstr(document, heading);
    if (section == NULL) {
        fail_msg("/%s has no section", table);
        return NULL;
    }
    const char *end = strstr(section + 1, "\n### ");
    return strndup(section, end != NULL ? (size_t)(end - section) : strlen(section));
}

static void results_document_defines_every_table_and_column(void **state)
{
    (void)state;
    char *document = read_document("results.md");
    for (uint32_t i = 0; i < HARNESS_TABLE_COUNT; i++) {
        const struct harness_table_description *table = harness_table_describe((enum harness_table)i);
        char *section = copy_section(document, table->name);
        assert_columns_defined(section, table);
        free(section);
    }
    free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summary_is_the_same_when_read_back_from_its_json),
        cmocka_unit_test(summary_prints_money_to_the_nano_dollar_when_asked_for_json),
        cmocka_unit_test(summary_from_json_names_the_key_when_one_is_missing),
        cmocka_unit_test(summary_text_uses_human_units_when_printed),
        cmocka_unit_test(summary_text_is_silent_about_what_there_is_not_when_all_went_well),
        cmocka_unit_test(metrics_document_defines_every_key_that_is_printed),
        cmocka_unit_test(metrics_document_defines_nothing_that_is_not_printed),
        cmocka_unit_test(results_document_defines_every_table_and_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
