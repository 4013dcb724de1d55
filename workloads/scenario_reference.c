/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Where one part of a scenario document names another: by name or by ARN, of which the last segment counts.
 */
#include "workloads/scenario_sections.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 400 };

/** What may be named. */
struct candidates {
    const char *what; /**< "job queue" */
    const char *names[WORKLOAD_DEFINITIONS_MAX];
    uint32_t count;
};

static void fail_absent(const struct workload_node *node, const struct candidates *candidates)
{
    char list[LIST_MAX];
    workload_words_join(candidates->names, candidates->count, list, sizeof(list));
    workload_node_fail(node, "expected the name of a %s, as there are several: %s", candidates->what, list);
}

static void fail_unknown(const struct workload_node *node, const char *segment, const struct candidates *candidates)
{
    const char *near = workload_word_nearest(segment, candidates->names, candidates->count);
    char list[LIST_MAX];
    workload_words_join(candidates->names, candidates->count, list, sizeof(list));
    char got[128];
    workload_value_describe(node->value, got, sizeof(got));
    workload_node_fail(node, "no %s is called %s; there are %s%s%s%s", candidates->what, got, list,
                       near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

/** "arn:.../name:3" and "name:3" mean the name; what else is named has no revision, and no ':' in its name. */
static void cut_revision(char *segment)
{
    char *colon = strchr(segment, ':');
    if (colon != NULL && colon[1] != '\0' && strspn(colon + 1, "0123456789") == strlen(colon + 1)) {
        *colon = '\0';
    }
}

static uint32_t find(const struct workload_node *node, const struct candidates *candidates, bool has_revision)
{
    const char *text = workload_node_text(node, BATCH_TEXT_MAX);
    if (node->reader->rc != BATCH_OK) {
        return 0;
    }
    const char *slash = strrchr(text, '/');
    char segment[BATCH_TEXT_MAX + 1];
    (void)snprintf(segment, sizeof(segment), "%s", slash == NULL ? text : slash + 1);
    if (has_revision) {
        cut_revision(segment);
    }
    for (uint32_t i = 0; i < candidates->count; i++) {
        if (strcmp(candidates->names[i], segment) == 0) {
            return i;
        }
    }
    fail_unknown(node, segment, candidates);
    return 0;
}

/** The only candidate when @p node is absent. */
static uint32_t find_or_only(const struct workload_node *node, const struct candidates *candidates, bool has_revision)
{
    if (workload_node_given(node)) {
        return find(node, candidates, has_revision);
    }
    if (candidates->count != 1) {
        fail_absent(node, candidates);
    }
    return 0;
}

uint32_t workload_reference_environment(const struct workload_node *node, const struct workload_scenario *scenario)
{
    struct candidates candidates = {.what = "compute environment", .count = scenario->environment_count};
    for (uint32_t i = 0; i < candidates.count; i++) {
        candidates.names[i] = scenario->environments[i].name;
    }
    return find(node, &candidates, false);
}

uint32_t workload_reference_queue(const struct workload_node *node, const struct workload_scenario *scenario)
{
    struct candidates candidates = {.what = "job queue", .count = scenario->queue_count};
    for (uint32_t i = 0; i < candidates.count; i++) {
        candidates.names[i] = scenario->queues[i].name;
    }
    return find_or_only(node, &candidates, false);
}

uint32_t workload_reference_definition(const struct workload_node *node, const struct workload_scenario *scenario)
{
    struct candidates candidates = {.what = "job definition", .count = scenario->definition_count};
    for (uint32_t i = 0; i < candidates.count; i++) {
        candidates.names[i] = scenario->definitions[i].name;
    }
    return find_or_only(node, &candidates, true);
}
