/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file `batchlab policies`: the policy tables. */
#define _GNU_SOURCE /* argp */
#include "harness/command.h"
#include "harness/exit.h"
#include "scheduler/policy.h"

#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_JSON = 256 };

/** The tables have rows of different types; this is what they share. */
struct table {
    const char *key;   /**< In the JSON. */
    const char *title; /**< With the key path that chooses one. */
    uint32_t count;
    const char *(*name)(uint32_t index);
    const char *(*summary)(uint32_t index);
};

static const char *dispatch_name(uint32_t index)
{
    return batch_dispatch_policies[index]->name;
}
static const char *dispatch_summary(uint32_t index)
{
    return batch_dispatch_policies[index]->summary;
}
static const char *placement_name(uint32_t index)
{
    return batch_placement_policies[index]->name;
}
static const char *placement_summary(uint32_t index)
{
    return batch_placement_policies[index]->summary;
}
static const char *allocation_name(uint32_t index)
{
    return batch_allocation_strategies[index]->name;
}
static const char *allocation_summary(uint32_t index)
{
    return batch_allocation_strategies[index]->summary;
}

enum { TABLE_COUNT = 3 };

static void fill_tables(struct table tables[TABLE_COUNT])
{
    tables[0] = (struct table){"dispatchPolicies",
                               "Dispatch policies: which RUNNABLE job next (world.scheduler.dispatchPolicy)",
                               batch_dispatch_policy_count, dispatch_name, dispatch_summary};
    tables[1] =
        (struct table){"placementPolicies", "Placement policies: on which instance (world.scheduler.placementPolicy)",
                       batch_placement_policy_count, placement_name, placement_summary};
    tables[2] = (struct table){"allocationStrategies",
                               "Allocation strategies: which instances to launch "
                               "(computeEnvironments.NAME.computeResources.allocationStrategy)",
                               batch_allocation_strategy_count, allocation_name, allocation_summary};
}

static void print_text(const struct table *table)
{
    (void)printf("%s\n", table->title);
    for (uint32_t i = 0; i < table->count; i++) {
        (void)printf("  %-36s %s\n", table->name(i), table->summary(i));
    }
}

static json_t *rows_json(const struct table *table)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < table->count; i++) {
        (void)json_array_append_new(rows,
                                    json_pack("{s:s, s:s}", "name", table->name(i), "summary", table->summary(i)));
    }
    return rows;
}

static void print_json(const struct table tables[TABLE_COUNT])
{
    json_t *all = json_object();
    for (int i = 0; i < TABLE_COUNT; i++) {
        (void)json_object_set_new(all, tables[i].key, rows_json(&tables[i]));
    }
    (void)json_dumpf(all, stdout, JSON_INDENT(2));
    (void)printf("\n");
    json_decref(all);
}

static const struct argp_option options[] = {
    {"json", KEY_JSON, NULL, 0, "Print one JSON object", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    switch (key) {
    case KEY_JSON:
        *(bool *)state->input = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\" is too much: nothing but options follows", argument);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options, .parser = parse, .doc = "List the policies that a scenario may name."};
    bool json = false;
    struct table tables[TABLE_COUNT];
    (void)argp_parse(&argp, argc, argv, 0, NULL, &json);
    fill_tables(tables);
    if (json) {
        print_json(tables);
        return HARNESS_EXIT_OK;
    }
    for (int i = 0; i < TABLE_COUNT; i++) {
        (void)printf("%s", i > 0 ? "\n" : "");
        print_text(&tables[i]);
    }
    return HARNESS_EXIT_OK;
}

const struct harness_command harness_command_policies = {
    .name = "policies", .summary = "list the policies that a scenario may name", .run = run};
