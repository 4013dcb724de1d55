/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What a command line names, loaded and checked: a scenario (or a trace on the default scenario), the
 * catalogue, the assembly, the seed. Several runs may be made from one plan.
 */
#ifndef BATCH_HARNESS_PLAN_H
#define BATCH_HARNESS_PLAN_H

#include "harness/assembly.h"
#include "harness/datadir.h"

struct harness_plan_options {
    const char *path;        /**< A scenario document or a trace; which is seen from the file. */
    const char *const *sets; /**< "path=value" overrides in order. */
    size_t set_count;
    bool has_seed; /**< Else the document's, else one is chosen. */
    uint64_t seed;
};

struct harness_plan {
    struct workload_scenario *scenario;
    struct cloud_catalog *catalog;
    struct harness_assembly *assembly;
    uint64_t seed;
    bool seed_is_chosen; /**< By the operating system's generator: whoever reads the results must be told. */
};

/** BATCH_E_INPUT for every fault of the files; nothing is left behind on failure. */
enum batch_rc harness_plan_load(const struct harness_plan_options *options, struct harness_plan *plan,
                                struct batch_error *error);
void harness_plan_release(struct harness_plan *plan);

/** The catalogue that comes with the program. */
enum batch_rc harness_plan_catalog(struct cloud_catalog **ret, struct batch_error *error);

#endif
