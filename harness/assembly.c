/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Puts a run together from a scenario and a catalogue; the steps are in assembly_*.c. */
#include "harness/assembly.h"
#include "harness/assembly_parts.h"

#include <stdlib.h>

static enum batch_rc take_delay(const struct workload_scenario *scenario, const char *key,
                                const struct workload_distribution *given, struct cloud_distribution *delay,
                                struct batch_error *error)
{
    /* The two enumerations have the same numbers (workloads/scenario.h). */
    *delay = (struct cloud_distribution){
        .family = (enum cloud_family)given->family, .a = given->a, .b = given->b, .factor = 1.0};
    enum batch_rc rc = cloud_distribution_check(delay, error);
    return rc == BATCH_OK ? BATCH_OK : batch_error_wrap(error, rc, "%s: world.%s", scenario->name, key);
}

static enum batch_rc take_delays(struct harness_assembly *assembly, struct batch_error *error)
{
    const struct workload_world *world = &assembly->scenario->world;
    struct sim_delays *delays = &assembly->delays;
    const struct {
        const char *key;
        const struct workload_distribution *given;
        struct cloud_distribution *delay;
    } rows[] = {
        {"delays.scaleDecision", &world->scale_decision, &delays->scale_decision},
        {"delays.launch", &world->launch, &delays->launch},
        {"delays.boot", &world->boot, &delays->boot},
        {"delays.terminate", &world->terminate, &delays->terminate},
        {"delays.containerStart", &world->container_start, &delays->container_start},
        {"delays.containerStop", &world->container_stop, &delays->container_stop},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum batch_rc rc = take_delay(assembly->scenario, rows[i].key, rows[i].given, rows[i].delay, error);
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    delays->spot_launch_factor = world->spot_launch_factor;
    return BATCH_OK;
}

static enum cloud_spot_model spot_model(enum workload_spot_model model)
{
    switch (model) {
    case WORKLOAD_SPOT_NEVER:
        return CLOUD_SPOT_NEVER;
    case WORKLOAD_SPOT_ADVISOR:
        return CLOUD_SPOT_ADVISOR;
    case WORKLOAD_SPOT_EXPONENTIAL:
        return CLOUD_SPOT_EXPONENTIAL;
    }
    return CLOUD_SPOT_NEVER;
}

static void take_model(struct harness_assembly *assembly)
{
    const struct workload_world *world = &assembly->scenario->world;
    assembly->spot = (struct cloud_spot){
        .model = spot_model(world->spot_model), .mean_h = world->spot_mean_h, .notice_us = world->spot_notice_us};
    assembly->configuration = batch_configuration_preset();
    assembly->configuration.place_period_us = world->place_period_us;
    assembly->configuration.scale_period_us = world->scale_period_us;
    assembly->configuration.misfit =
        assembly->scenario->workload.wide_rule == WORKLOAD_WIDE_REJECT ? BATCH_MISFIT_FAIL : BATCH_MISFIT_BLOCK;
}

static enum batch_rc assemble(struct harness_assembly *assembly, struct harness_assembly_types *types, size_t *offsets,
                              struct batch_error *error)
{
    for (uint32_t i = 0; i < assembly->scenario->environment_count; i++) {
        enum batch_rc rc = harness_assembly_types_expand(assembly->scenario, assembly->catalog,
                                                         &assembly->scenario->environments[i], &types[i], error);
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    enum batch_rc rc = harness_assembly_shapes_fill(assembly, types, error);
    if (rc == BATCH_OK) {
        rc = harness_assembly_pools_fill(assembly, types, offsets, error);
    }
    if (rc == BATCH_OK) {
        rc = harness_assembly_setup_fill(assembly, types, offsets, error);
    }
    if (rc == BATCH_OK) {
        rc = take_delays(assembly, error);
    }
    take_model(assembly);
    return rc;
}

enum batch_rc harness_assembly_create(const struct workload_scenario *scenario, const struct cloud_catalog *catalog,
                                      struct harness_assembly **ret, struct batch_error *error)
{
    struct harness_assembly *assembly = calloc(1, sizeof *assembly);
    struct harness_assembly_types *types = calloc(scenario->environment_count, sizeof *types);
    size_t *offsets = calloc(scenario->environment_count, sizeof *offsets);
    enum batch_rc rc = BATCH_OK;
    if (assembly == NULL || types == NULL || offsets == NULL) {
        rc = batch_error_set(error, BATCH_E_MEMORY, "no memory to assemble the run");
    } else {
        assembly->scenario = scenario;
        assembly->catalog = catalog;
        rc = assemble(assembly, types, offsets, error);
    }
    for (uint32_t i = 0; types != NULL && i < scenario->environment_count; i++) {
        free(types[i].types);
    }
    free(types);
    free(offsets);
    if (rc != BATCH_OK) {
        harness_assembly_destroy(assembly);
        return rc;
    }
    *ret = assembly;
    return BATCH_OK;
}

void harness_assembly_destroy(struct harness_assembly *assembly)
{
    if (assembly == NULL) {
        return;
    }
    free(assembly->pools);
    free(assembly->environment_pools);
    free(assembly->setup);
    free(assembly->queue_shapes);
    free(assembly->shapes);
    free(assembly);
}
