/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Loading a scenario document: bytes to tree, overrides, sections, one owner for all of it.
 */
#include "workloads/scenario.h"

#include "workloads/scenario_sections.h"
#include "workloads/scenario_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_BYTES_MAX = 16 << 20, READ_BYTES = 1 << 16, LINES_MAX = WORKLOAD_DEFINITIONS_MAX };

static void free_texts(char **texts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

void workload_scenario_destroy(struct workload_scenario *scenario)
{
    if (scenario == NULL) {
        return;
    }
    for (uint32_t i = 0; i < scenario->environment_count; i++) {
        free_texts(scenario->environments[i].instance_types, scenario->environments[i].instance_type_count);
    }
    free_texts(scenario->world.zones, scenario->world.zone_count);
    free(scenario->environments);
    free(scenario->queues);
    free(scenario->definitions);
    free(scenario->workload.path);
    free(scenario->workload.path_written);
    free(scenario->workload.routes);
    free(scenario->canonical);
    free(scenario->name);
    free(scenario);
}

static void read_sections(struct workload_reader *reader, struct workload_scenario *scenario)
{
    static const struct workload_key keys[] = {
        {"computeEnvironments", WORKLOAD_KEY_READ},
        {"jobQueues", WORKLOAD_KEY_READ},
        {"jobDefinitions", WORKLOAD_KEY_READ},
        {"workload", WORKLOAD_KEY_READ},
        {"world", WORKLOAD_KEY_READ},
        {"description", WORKLOAD_KEY_READ},
        {"schedulingPolicies", WORKLOAD_KEY_UNMODELLED},
        {NULL, 0},
    };
    struct workload_node root = workload_node_root(reader);
    workload_node_check_keys(&root, keys);
    if (reader->rc != BATCH_OK) {
        return;
    }
    struct workload_node description = workload_node_member(&root, "description");
    struct workload_node world = workload_node_member(&root, "world");
    struct workload_node environments = workload_node_member(&root, "computeEnvironments");
    struct workload_node queues = workload_node_member(&root, "jobQueues");
    struct workload_node definitions = workload_node_member(&root, "jobDefinitions");
    struct workload_node workload = workload_node_member(&root, "workload");
    if (workload_node_given(&description)) {
        (void)workload_node_text(&description, DOCUMENT_BYTES_MAX);
    }
    workload_world_read(&world, &scenario->world);
    workload_environments_read(&environments, scenario);
    workload_queues_read(&queues, scenario);
    workload_definitions_read(&definitions, scenario);
    workload_spec_read(&workload, scenario, &scenario->workload);
}

/** The lines of a section's elements; 0 for what an override replaced. */
static void find_lines(struct workload_reader *reader, const char *section, uint32_t *lines, size_t count)
{
    struct workload_node root = workload_node_root(reader);
    struct workload_node array = workload_node_member(&root, section);
    struct workload_path path;
    workload_node_path(&array, &path);
    workload_line_find_elements(reader->bytes, reader->size, &path, lines, count);
    for (size_t i = 0; i < count; i++) {
        struct workload_node element = workload_node_element(&array, i);
        if (workload_node_is_override(&element)) {
            lines[i] = 0;
        }
    }
}

static void fill_lines(struct workload_reader *reader, struct workload_scenario *scenario)
{
    uint32_t lines[LINES_MAX];
    find_lines(reader, "computeEnvironments", lines, scenario->environment_count);
    for (uint32_t i = 0; i < scenario->environment_count; i++) {
        scenario->environments[i].line = lines[i];
    }
    find_lines(reader, "jobQueues", lines, scenario->queue_count);
    for (uint32_t i = 0; i < scenario->queue_count; i++) {
        scenario->queues[i].line = lines[i];
    }
    find_lines(reader, "jobDefinitions", lines, scenario->definition_count);
    for (uint32_t i = 0; i < scenario->definition_count; i++) {
        scenario->definitions[i].line = lines[i];
    }
}

static enum batch_rc build(struct workload_reader *reader, struct workload_scenario **ret)
{
    struct workload_scenario *scenario = workload_reader_allocate(reader, 1, sizeof(*scenario));
    if (scenario == NULL) {
        return reader->rc;
    }
    scenario->name = workload_reader_copy(reader, reader->name);
    read_sections(reader, scenario);
    if (reader->rc == BATCH_OK) {
        fill_lines(reader, scenario);
        scenario->canonical = json_dumps(reader->root, JSON_COMPACT | JSON_SORT_KEYS);
        if (scenario->canonical == NULL) {
            workload_node_fail_memory(reader);
        }
    }
    if (reader->rc == BATCH_OK) {
        *ret = scenario;
    } else {
        workload_scenario_destroy(scenario);
    }
    return reader->rc;
}

static enum batch_rc apply_sets(struct workload_reader *reader, const char *const *sets, size_t set_count)
{
    enum batch_rc rc = BATCH_OK;
    for (size_t i = 0; i < set_count && rc == BATCH_OK; i++) {
        rc = workload_set_apply(reader, sets[i], &reader->overrides[i]);
        reader->override_count += rc == BATCH_OK ? 1 : 0;
    }
    return rc;
}

static enum batch_rc parse_tree(struct workload_reader *reader)
{
    json_error_t fault;
    reader->root = json_loadb(reader->bytes, reader->size, JSON_REJECT_DUPLICATES, &fault);
    if (reader->root != NULL) {
        return BATCH_OK;
    }
    /* Some refusals of memory leave the library without a word. */
    if (json_error_code(&fault) == json_error_out_of_memory || fault.text[0] == '\0') {
        return batch_error_set(reader->error, BATCH_E_MEMORY, "%s: no memory for the document", reader->name);
    }
    for (char *at = fault.text; *at != '\0'; at++) {
        *at = (unsigned char)*at < ' ' || *at == '\x7f' ? '?' : *at;
    }
    return batch_error_set(reader->error, BATCH_E_INPUT,
                           "%.200s:%d:%d: not a JSON document: %s; a scenario is one JSON object", reader->name,
                           fault.line > 0 ? fault.line : 1, fault.column > 0 ? fault.column : 1, fault.text);
}

static enum batch_rc check_size(const struct workload_reader *reader)
{
    static const char spaces[] = {' ', '\t', '\r', '\n'};
    size_t blank = 0;
    while (blank < reader->size && memchr(spaces, reader->bytes[blank], sizeof spaces) != NULL) {
        blank++;
    }
    if (blank == reader->size) {
        return batch_error_set(reader->error, BATCH_E_INPUT,
                               "%.200s: the document is empty; expected a scenario, one JSON object", reader->name);
    }
    if (reader->size > DOCUMENT_BYTES_MAX) {
        return batch_error_set(reader->error, BATCH_E_INPUT,
                               "%.200s: larger than 16 MiB; expected a scenario, one JSON object", reader->name);
    }
    return BATCH_OK;
}

enum batch_rc workload_scenario_parse(const char *name, const char *folder, const char *bytes, size_t size,
                                      const char *const *sets, size_t set_count, struct workload_scenario **ret,
                                      struct batch_error *error)
{
    struct workload_reader reader = {.name = name, .folder = folder, .bytes = bytes, .size = size, .error = error};
    enum batch_rc rc = check_size(&reader);
    if (rc == BATCH_OK) {
        rc = parse_tree(&reader);
    }
    if (rc != BATCH_OK) {
        return rc;
    }
    reader.overrides = workload_reader_allocate(&reader, set_count, sizeof(*reader.overrides));
    rc = reader.rc;
    if (rc == BATCH_OK) {
        rc = apply_sets(&reader, sets, set_count);
    }
    if (rc == BATCH_OK) {
        rc = build(&reader, ret);
    }
    for (size_t i = 0; i < reader.override_count; i++) {
        free(reader.overrides[i].text);
    }
    free(reader.overrides);
    json_decref(reader.root);
    return rc;
}

/** The whole file, one byte beyond the limit at most, so that the check sees an excess. */
static enum batch_rc read_stream(FILE *file, const char *path, char **ret, size_t *ret_size, struct batch_error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    size_t got = 0;
    do {
        char *larger = realloc(bytes, size + READ_BYTES);
        if (larger == NULL) {
            free(bytes);
            return batch_error_set(error, BATCH_E_MEMORY, "%s: no memory to read it", path);
        }
        bytes = larger;
        got = fread(bytes + size, 1, READ_BYTES, file);
        size += got;
    } while (got == READ_BYTES && size <= DOCUMENT_BYTES_MAX);
    if (ferror(file)) {
        int fault = errno;
        free(bytes);
        return batch_error_set(error, BATCH_E_INPUT, "%s: cannot be read: %s", path, strerror(fault));
    }
    *ret = bytes;
    *ret_size = size;
    return BATCH_OK;
}

static enum batch_rc read_file(const char *path, char **bytes, size_t *size, struct batch_error *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: cannot be opened: %s; name a scenario document", path,
                               strerror(errno));
    }
    enum batch_rc rc = read_stream(file, path, bytes, size, error);
    (void)fclose(file);
    return rc;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (slash == path) {
        length = 1;
    }
    char *folder = malloc(length + 1);
    if (folder != NULL) {
        memcpy(folder, path, length);
        folder[length] = '\0';
    }
    return folder;
}

enum batch_rc workload_scenario_load(const char *path, const char *const *sets, size_t set_count,
                                     struct workload_scenario **ret, struct batch_error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    char *folder = folder_of(path);
    if (folder == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "%s: no memory to read it", path);
    }
    enum batch_rc rc = read_file(path, &bytes, &size, error);
    if (rc == BATCH_OK) {
        rc = workload_scenario_parse(path, folder, bytes, size, sets, set_count, ret, error);
    }
    free(folder);
    free(bytes);
    return rc;
}
