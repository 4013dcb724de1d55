/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Tells documents from traces by their first character and loads what a run needs. */
#define _DEFAULT_SOURCE /* getentropy */
#define _POSIX_C_SOURCE 200809L
#include "harness/plan.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEEK_BYTES = 512 };
static const char trace_key[] = "workload.trace=";

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool begins_with_brace(FILE *file)
{
    int character = EOF;
    for (int i = 0; i < PEEK_BYTES; i++) {
        character = getc(file);
        if (character == EOF || isspace(character) == 0) {
            break;
        }
    }
    return character == '{';
}

/** A pipe cannot be looked into without losing what is read, so it is a trace. */
static enum batch_rc recognise(const char *path, bool *is_document, struct batch_error *error)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        enum batch_rc rc = batch_error_set(error, BATCH_E_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
        if (file != NULL) {
            (void)fclose(file);
        }
        return rc;
    }
    bool is_folder = S_ISDIR(status.st_mode);
    *is_document = ends_with(path, ".json") || (S_ISREG(status.st_mode) && begins_with_brace(file));
    (void)fclose(file);
    if (is_folder) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: is a folder; name a scenario document or a trace", path);
    }
    return BATCH_OK;
}

/** "workload.trace=" and the path as JSON, so that no character in it can be misread; owned by the caller. */
static char *trace_set(const char *path)
{
    json_t *text = json_string(path);
    char *quoted = text != NULL ? json_dumps(text, JSON_ENCODE_ANY) : NULL;
    char *set = NULL;
    if (quoted != NULL) {
        size_t size = sizeof trace_key + strlen(quoted);
        set = malloc(size);
        if (set != NULL) {
            (void)snprintf(set, size, "%s%s", trace_key, quoted);
        }
    }
    free(quoted);
    json_decref(text);
    return set;
}

/** Where the program was installed says nothing about the run; which trace it was does. */
static enum batch_rc name_after_trace(struct workload_scenario *scenario, const char *trace, struct batch_error *error)
{
    static const char addition[] = " on the default scenario";
    size_t size = strlen(trace) + sizeof addition;
    char *name = malloc(size);
    if (name == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the name of the run");
    }
    (void)snprintf(name, size, "%s%s", trace, addition);
    free(scenario->name);
    scenario->name = name;
    return BATCH_OK;
}

static enum batch_rc load_default(const struct harness_datadir *datadir, const struct harness_plan_options *options,
                                  struct workload_scenario **ret, struct batch_error *error)
{
    char path[HARNESS_PATH_MAX];
    enum batch_rc rc = harness_datadir_file(datadir, "scenarios/default.json", path, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    char *trace = trace_set(options->path);
    const char **sets = calloc(options->set_count + 1, sizeof *sets);
    if (sets == NULL || trace == NULL) {
        rc = batch_error_set(error, BATCH_E_INPUT, "%s: the path is not UTF-8; rename the file", options->path);
    } else {
        sets[0] = trace;
        for (size_t i = 0; i < options->set_count; i++) {
            sets[i + 1] = options->sets[i];
        }
        rc = workload_scenario_load(path, sets, options->set_count + 1, ret, error);
    }
    if (rc == BATCH_OK) {
        rc = name_after_trace(*ret, options->path, error);
    }
    free(sets);
    free(trace);
    return rc;
}

static enum batch_rc load_scenario(const struct harness_datadir *datadir, const struct harness_plan_options *options,
                                   struct workload_scenario **ret, struct batch_error *error)
{
    bool is_document = false;
    enum batch_rc rc = recognise(options->path, &is_document, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    return is_document ? workload_scenario_load(options->path, options->sets, options->set_count, ret, error)
                       : load_default(datadir, options, ret, error);
}

static enum batch_rc choose_seed(const struct harness_plan_options *options, struct harness_plan *plan,
                                 struct batch_error *error)
{
    if (options->has_seed || plan->scenario->world.has_seed) {
        plan->seed = options->has_seed ? options->seed : plan->scenario->world.seed;
        return BATCH_OK;
    }
    uint32_t drawn = 0; /* Short enough to be typed again. */
    if (getentropy(&drawn, sizeof drawn) != 0) {
        return batch_error_set(error, BATCH_E_IO, "no seed can be drawn: %s; give one with --seed", strerror(errno));
    }
    plan->seed = drawn;
    plan->seed_is_chosen = true;
    return BATCH_OK;
}

static enum batch_rc load_catalog(const struct harness_datadir *datadir, struct cloud_catalog **ret,
                                  struct batch_error *error)
{
    char path[HARNESS_PATH_MAX];
    enum batch_rc rc = harness_datadir_file(datadir, "catalog.csv", path, error);
    return rc == BATCH_OK ? cloud_catalog_load(path, ret, error) : rc;
}

enum batch_rc harness_plan_catalog(struct cloud_catalog **ret, struct batch_error *error)
{
    struct harness_datadir datadir;
    enum batch_rc rc = harness_datadir_find(&datadir, error);
    return rc == BATCH_OK ? load_catalog(&datadir, ret, error) : rc;
}

enum batch_rc harness_plan_load(const struct harness_plan_options *options, struct harness_plan *plan,
                                struct batch_error *error)
{
    struct harness_datadir datadir;
    *plan = (struct harness_plan){0};
    enum batch_rc rc = harness_datadir_find(&datadir, error);
    if (rc == BATCH_OK) {
        rc = load_scenario(&datadir, options, &plan->scenario, error);
    }
    if (rc == BATCH_OK) {
        rc = load_catalog(&datadir, &plan->catalog, error);
    }
    if (rc == BATCH_OK) {
        rc = harness_assembly_create(plan->scenario, plan->catalog, &plan->assembly, error);
    }
    if (rc == BATCH_OK) {
        rc = choose_seed(options, plan, error);
    }
    if (rc != BATCH_OK) {
        harness_plan_release(plan);
    }
    return rc;
}

void harness_plan_release(struct harness_plan *plan)
{
    harness_assembly_destroy(plan->assembly);
    if (plan->catalog != NULL) {
        cloud_catalog_destroy(plan->catalog);
    }
    if (plan->scenario != NULL) {
        workload_scenario_destroy(plan->scenario);
    }
    *plan = (struct harness_plan){0};
}
