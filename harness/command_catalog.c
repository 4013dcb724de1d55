/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file `batchlab catalog`: the EC2 instance types that the program knows. */
#define _GNU_SOURCE /* argp */
#include "harness/command.h"
#include "harness/exit.h"
#include "harness/plan.h"

#include <argp.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SORT = 256, KEY_JSON };

typedef int (*comparator)(const void *, const void *);

struct arguments {
    const char *pattern; /**< NULL: all. */
    comparator compare;  /**< NULL: order of the catalogue. */
    bool json;
};

static const struct cloud_type *row(const void *element)
{
    return *(const struct cloud_type *const *)element;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(row(a)->name, row(b)->name);
}

static int by_vcpus(const void *a, const void *b)
{
    int order = (row(a)->vcpus > row(b)->vcpus) - (row(a)->vcpus < row(b)->vcpus);
    return order != 0 ? order : by_name(a, b);
}

static int by_memory(const void *a, const void *b)
{
    int order = (row(a)->mib > row(b)->mib) - (row(a)->mib < row(b)->mib);
    return order != 0 ? order : by_name(a, b);
}

static int by_price(const void *a, const void *b)
{
    int64_t left = row(a)->on_demand_usd_nano_per_h;
    int64_t right = row(b)->on_demand_usd_nano_per_h;
    int order = (left > right) - (left < right);
    return order != 0 ? order : by_name(a, b);
}

static const struct {
    const char *word;
    comparator compare;
} sorts[] = {{"vcpus", by_vcpus}, {"memory", by_memory}, {"price", by_price}, {"name", by_name}};

static const struct argp_option options[] = {
    {"sort", KEY_SORT, "KEY", 0, "Sort by vcpus, memory, price or name; else the catalogue's order", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object", 0},
    {0},
};

static comparator find_sort(const char *word)
{
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        if (strcmp(sorts[i].word, word) == 0) {
            return sorts[i].compare;
        }
    }
    return NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_SORT:
        arguments->compare = find_sort(argument);
        if (arguments->compare == NULL) {
            argp_error(state, "--sort: \"%s\" is none of vcpus, memory, price, name", argument);
        }
        return 0;
    case KEY_JSON:
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one pattern at a time; quote it so that the shell leaves it alone");
        }
        arguments->pattern = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/** A pattern without wildcards is a family or the beginning of a name. */
static bool is_wanted(const struct cloud_type *type, const char *pattern)
{
    return pattern == NULL || fnmatch(pattern, type->name, 0) == 0 || strcmp(pattern, type->family) == 0;
}

static void print_text(const struct cloud_catalog *catalog, const struct cloud_type *const *types, size_t count)
{
    static const char *const bands[] = {"<5 %", "5-10 %", "10-15 %", "15-20 %", ">20 %"};
    (void)printf("%-20s %-7s %6s %9s %5s %12s %12s %8s\n", "TYPE", "ARCH", "VCPUS", "GIB", "GPUS", "USD/H",
                 "SPOT SAVING", "RECLAIM");
    for (size_t i = 0; i < count; i++) {
        const struct cloud_type *type = types[i];
        char saving[16] = "-";
        if (type->spot_savings_percent > 0) {
            (void)snprintf(saving, sizeof saving, "%u %%", type->spot_savings_percent);
        }
        bool has_band = type->spot_band >= 0 && (size_t)type->spot_band < sizeof bands / sizeof bands[0];
        (void)printf("%-20s %-7s %6u %9.1f %5u %12.4f %12s %8s\n", type->name, type->arch, type->vcpus,
                     type->mib / 1024.0, type->gpus, (double)type->on_demand_usd_nano_per_h / 1e9, saving,
                     has_band ? bands[type->spot_band] : "-");
    }
    (void)printf("\n%zu types. On-demand price: us-east-1, Linux. Spot saving off it and monthly share reclaimed: Spot "
                 "Instance Advisor.\nSource: %s. Date: %s.\n",
                 count, cloud_catalog_source(catalog), cloud_catalog_date(catalog));
}

static json_t *type_json(const struct cloud_type *type)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:f, s:o, s:o}", "name", type->name, "family",
                     type->family, "arch", type->arch, "vcpus", (json_int_t)type->vcpus, "memory_mib",
                     (json_int_t)type->mib, "registered_mib", (json_int_t)type->registered_mib, "gpus",
                     (json_int_t)type->gpus, "metal", (int)type->is_metal, "on_demand_usd_per_h",
                     (double)type->on_demand_usd_nano_per_h / 1e9, "spot_savings_percent",
                     type->spot_savings_percent > 0 ? json_integer(type->spot_savings_percent) : json_null(),
                     "spot_interruption_band", type->spot_band >= 0 ? json_integer(type->spot_band) : json_null());
}

static void print_json(const struct cloud_catalog *catalog, const struct cloud_type *const *types, size_t count)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(rows, type_json(types[i]));
    }
    json_t *all = json_pack("{s:s, s:s, s:o}", "source", cloud_catalog_source(catalog), "date",
                            cloud_catalog_date(catalog), "types", rows);
    (void)json_dumpf(all, stdout, JSON_INDENT(2));
    (void)printf("\n");
    json_decref(all);
}

static enum batch_rc list(const struct arguments *arguments, const struct cloud_catalog *catalog,
                          struct batch_error *error)
{
    uint32_t all = cloud_catalog_count(catalog);
    const struct cloud_type **types = calloc((size_t)all + 1, sizeof *types);
    if (types == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the catalogue");
    }
    size_t count = 0;
    for (uint32_t i = 0; i < all; i++) {
        if (is_wanted(cloud_catalog_type(catalog, i), arguments->pattern)) {
            types[count++] = cloud_catalog_type(catalog, i);
        }
    }
    if (arguments->compare != NULL) {
        qsort(types, count, sizeof *types, arguments->compare);
    }
    enum batch_rc rc = BATCH_OK;
    if (count == 0) {
        rc = batch_error_set(error, BATCH_E_INPUT,
                             "no instance type is called \"%s\"; a pattern such as \"c6i.*\" or a family such as c6i "
                             "lists several",
                             arguments->pattern);
    } else if (arguments->json) {
        print_json(catalog, types, count);
    } else {
        print_text(catalog, types, count);
    }
    free(types);
    return rc;
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[PATTERN]",
        .doc = "List the EC2 instance types: sizes, prices, Spot figures, their source and date.\v"
               "PATTERN is a shell pattern of names (\"c6i.*\") or a family (c6i).",
    };
    struct arguments arguments = {0};
    struct cloud_catalog *catalog = NULL;
    struct batch_error error;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    enum batch_rc rc = harness_plan_catalog(&catalog, &error);
    if (rc == BATCH_OK) {
        rc = list(&arguments, catalog, &error);
        cloud_catalog_destroy(catalog);
    }
    return rc == BATCH_OK ? HARNESS_EXIT_OK : harness_exit_report(rc, &error);
}

const struct harness_command harness_command_catalog = {
    .name = "catalog", .summary = "list the EC2 instance types", .run = run};
