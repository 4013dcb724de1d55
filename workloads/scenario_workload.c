/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * workload: a trace or a generator, and what its jobs ask for.
 */
#include "workloads/scenario_sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    PATH_BYTES_MAX = 4096,
    MIB_PRESET = 1792,          /**< Seven eighths of the 2 GiB per vCPU of the compute families. */
    LUBLIN_PROCESSORS_MIN = 16, /**< The model's middle size, log2 - 2.5, must exceed its least, 1.2. */
    PROCESSORS_MAX = 1 << 20,
};

static const int64_t jobs_most = 1000000000000;
static const double vcpus_per_processor_most = 1024.0;
static const double load_factor_most = 1000.0;
static const double rate_per_s_most = 1000000.0;

/** The trace is where the document is; one given on the command line is where the user stands. */
static void read_trace(const struct workload_node *node, struct workload_spec *spec)
{
    const char *text = workload_node_text(node, PATH_BYTES_MAX);
    const char *folder = node->reader->folder;
    if (node->reader->rc != BATCH_OK) {
        return;
    }
    bool is_as_written = text[0] == '/' || folder[0] == '\0' || workload_node_is_override(node);
    size_t size = strlen(folder) + strlen(text) + 2;
    spec->kind = WORKLOAD_TRACE;
    spec->path_written = workload_reader_copy(node->reader, text);
    spec->path = workload_reader_allocate(node->reader, size, 1);
    if (spec->path != NULL) {
        (void)snprintf(spec->path, size, "%s%s%s", is_as_written ? "" : folder, is_as_written ? "" : "/", text);
    }
}

static void read_lublin(const struct workload_node *node, struct workload_spec *spec)
{
    static const struct workload_key keys[] = {{"model", WORKLOAD_KEY_READ},
                                               {"column", WORKLOAD_KEY_READ},
                                               {"processors", WORKLOAD_KEY_READ},
                                               {"loadFactor", WORKLOAD_KEY_READ},
                                               {NULL, 0}};
    static const char *const columns[] = {"batch", "interactive", "typeless", "both", NULL};
    workload_node_check_keys(node, keys);
    struct workload_node column = workload_node_member(node, "column");
    struct workload_node processors = workload_node_member(node, "processors");
    struct workload_node load = workload_node_member(node, "loadFactor");
    spec->kind = WORKLOAD_LUBLIN;
    spec->lublin_column =
        (enum workload_lublin_column)workload_node_word(&column, columns, NULL, WORKLOAD_LUBLIN_TYPELESS);
    spec->lublin_processors = (uint32_t)workload_node_integer(&processors, LUBLIN_PROCESSORS_MIN, PROCESSORS_MAX);
    spec->lublin_load_factor = workload_node_given(&load) ? workload_node_positive(&load, load_factor_most) : 1.0;
}

static void read_poisson(const struct workload_node *node, struct workload_spec *spec)
{
    static const struct workload_key keys[] = {{"model", WORKLOAD_KEY_READ},
                                               {"ratePerSecond", WORKLOAD_KEY_READ},
                                               {"run", WORKLOAD_KEY_READ},
                                               {"processors", WORKLOAD_KEY_READ},
                                               {NULL, 0}};
    workload_node_check_keys(node, keys);
    struct workload_node rate = workload_node_member(node, "ratePerSecond");
    struct workload_node run = workload_node_member(node, "run");
    struct workload_node processors = workload_node_member(node, "processors");
    spec->kind = WORKLOAD_POISSON;
    spec->poisson_rate_per_s = workload_node_positive(&rate, rate_per_s_most);
    spec->poisson_run = workload_distribution_read(&run, NULL);
    spec->poisson_processors = (uint32_t)workload_node_integer_or(&processors, 1, PROCESSORS_MAX, 1);
}

static void read_generator(const struct workload_node *node, struct workload_spec *spec)
{
    static const char *const models[] = {"lublin", "poisson", NULL};
    if (!json_is_object(node->value)) {
        workload_node_expect(node, "an object with a model");
        return;
    }
    struct workload_node model = workload_node_member(node, "model");
    int which = workload_node_word(&model, models, NULL, -1);
    if (node->reader->rc != BATCH_OK) {
        return;
    }
    if (which == 0) {
        read_lublin(node, spec);
    } else {
        read_poisson(node, spec);
    }
}

static void read_origin(const struct workload_node *node, struct workload_spec *spec)
{
    struct workload_node trace = workload_node_member(node, "trace");
    struct workload_node generator = workload_node_member(node, "generator");
    struct workload_node jobs = workload_node_member(node, "jobs");
    /* An empty path is a trace to be named with --set, so it gives way to a generator. */
    bool has_trace =
        workload_node_given(&trace) && !(json_is_string(trace.value) && json_string_length(trace.value) == 0);
    bool has_generator = workload_node_given(&generator);
    if (has_trace && has_generator) {
        workload_node_fail(&generator, "there is a trace too; keep one of trace and generator");
    } else if (has_trace) {
        read_trace(&trace, spec);
    } else if (has_generator) {
        read_generator(&generator, spec);
    } else {
        workload_node_fail(&trace, "expected the path of a trace; got nothing: give it here or with "
                                   "--set workload.trace=PATH, or give a generator");
    }
    spec->jobs_max = (uint64_t)(has_generator ? workload_node_integer(&jobs, 1, jobs_most)
                                              : workload_node_integer_or(&jobs, 1, jobs_most, 0));
}

static void read_processor(const struct workload_node *node, struct workload_spec *spec)
{
    struct workload_node vcpus = workload_node_member(node, "vcpusPerProcessor");
    double milli = 1000.0 * workload_node_number_or(&vcpus, 0.001, vcpus_per_processor_most, 1.0);
    double whole = nearbyint(milli);
    if (fabs(milli - whole) > 1e-6) {
        workload_node_expect(&vcpus, "whole thousandths of a vCPU");
    }
    spec->vcpu_milli_per_processor = (uint32_t)whole;
}

static void read_memory(const struct workload_node *node, struct workload_spec *spec)
{
    static const struct workload_key keys[] = {
        {"rule", WORKLOAD_KEY_READ}, {"mibPerProcessor", WORKLOAD_KEY_READ}, {NULL, 0}};
    static const char *const rules[] = {"perProcessor", "requested", NULL};
    workload_node_check_keys(node, keys);
    struct workload_node rule = workload_node_member(node, "rule");
    struct workload_node mib = workload_node_member(node, "mibPerProcessor");
    spec->memory_rule =
        (enum workload_memory_rule)workload_node_word(&rule, rules, NULL, WORKLOAD_MEMORY_PER_PROCESSOR);
    spec->mib_per_processor = (uint32_t)workload_node_integer_or(&mib, 1, WORKLOAD_MIB_MAX, MIB_PRESET);
    if (spec->memory_rule == WORKLOAD_MEMORY_REQUESTED && spec->kind != WORKLOAD_TRACE) {
        workload_node_fail(&rule, "generated jobs request no memory; use perProcessor");
    }
}

void workload_spec_read(const struct workload_node *node, const struct workload_scenario *scenario,
                        struct workload_spec *spec)
{
    static const struct workload_key keys[] = {
        {"trace", WORKLOAD_KEY_READ},
        {"generator", WORKLOAD_KEY_READ},
        {"jobQueue", WORKLOAD_KEY_READ},
        {"jobDefinition", WORKLOAD_KEY_READ},
        {"jobs", WORKLOAD_KEY_READ},
        {"vcpusPerProcessor", WORKLOAD_KEY_READ},
        {"memory", WORKLOAD_KEY_READ},
        {"wideJobs", WORKLOAD_KEY_READ},
        {NULL, 0},
    };
    static const char *const wide_rules[] = {"reject", "clip", NULL};
    if (!workload_node_require(node, "an object with a trace or a generator")) {
        return;
    }
    workload_node_check_keys(node, keys);
    if (node->reader->rc != BATCH_OK) {
        return;
    }
    struct workload_node memory = workload_node_member(node, "memory");
    struct workload_node wide = workload_node_member(node, "wideJobs");
    read_origin(node, spec);
    read_processor(node, spec);
    read_memory(&memory, spec);
    spec->wide_rule = (enum workload_wide_rule)workload_node_word(&wide, wide_rules, NULL, WORKLOAD_WIDE_REJECT);
    struct workload_node queue = workload_node_member(node, "jobQueue");
    struct workload_node definition = workload_node_member(node, "jobDefinition");
    workload_routes_read(&queue, scenario, spec);
    spec->definition = workload_reference_definition(&definition, scenario);
}
