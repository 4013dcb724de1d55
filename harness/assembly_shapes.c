/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file What one job of the workload's queue can be given at most, and whether its definition fits. */
#include "harness/assembly_parts.h"
#include "scheduler/host.h"
#include "scheduler/policy.h"

#include <stdlib.h>

/**
 * The part of @p type that an environment can give to one job: never more than maxvCpus, as AWS refuses wider
 * jobs, and nothing when the whole instance would not fit under a maxvCpus that may not be exceeded.
 */
static bool shape_of(const struct workload_environment *environment, const struct cloud_type *type, uint32_t gpus,
                     struct workload_shape *shape)
{
    int32_t number = batch_allocation_strategy_find(environment->allocation_strategy);
    BATCH_ASSERT(NULL, number >= 0);
    bool may_exceed =
        environment->market == BATCH_MARKET_SPOT || batch_allocation_strategies[number]->allows_overshoot_on_demand;
    if (type->gpus < gpus || (!may_exceed && type->vcpus > environment->vcpu_max)) {
        return false;
    }
    uint32_t vcpus = type->vcpus < environment->vcpu_max ? type->vcpus : environment->vcpu_max;
    *shape = (struct workload_shape){.vcpu_milli = vcpus * (uint32_t)BATCH_VCPU_MILLI, .mib = type->registered_mib};
    return true;
}

static void add(struct harness_assembly *assembly, struct workload_shape shape)
{
    for (size_t i = 0; i < assembly->shape_count; i++) {
        if (assembly->shapes[i].vcpu_milli == shape.vcpu_milli && assembly->shapes[i].mib == shape.mib) {
            return;
        }
    }
    assembly->shapes[assembly->shape_count++] = shape;
}

static struct workload_shape largest(const struct harness_assembly *assembly)
{
    struct workload_shape best = {0};
    for (size_t i = 0; i < assembly->shape_count; i++) {
        const struct workload_shape *shape = &assembly->shapes[i];
        if (shape->vcpu_milli > best.vcpu_milli || (shape->vcpu_milli == best.vcpu_milli && shape->mib > best.mib)) {
            best = *shape;
        }
    }
    return best;
}

static enum batch_rc check_fit(const struct harness_assembly *assembly, struct batch_error *error)
{
    const struct workload_scenario *scenario = assembly->scenario;
    const struct workload_definition *definition = &scenario->definitions[scenario->workload.definition];
    const struct batch_resources need = definition->resources;
    for (size_t i = 0; i < assembly->shape_count; i++) {
        if (need.vcpu_milli <= assembly->shapes[i].vcpu_milli && need.mib <= assembly->shapes[i].mib) {
            return BATCH_OK;
        }
    }
    const char *queue = scenario->queues[scenario->workload.queue].name;
    if (assembly->shape_count == 0) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s: jobDefinitions.%s: asks for %u GPUs, but no instance type in the environments of "
                               "queue %s has as many and fits under maxvCpus; allow other types or raise maxvCpus",
                               scenario->name, definition->name, need.gpu, queue);
    }
    struct workload_shape most = largest(assembly);
    return batch_error_set(
        error, BATCH_E_INPUT,
        "%s: jobDefinitions.%s: asks for %g vCPUs and %u MiB, but the largest instance that queue %s "
        "can use gives %g vCPUs and %u MiB; ask for less, allow larger types or raise maxvCpus",
        scenario->name, definition->name, need.vcpu_milli / 1000.0, need.mib, queue, most.vcpu_milli / 1000.0,
        most.mib);
}

enum batch_rc harness_assembly_shapes_fill(struct harness_assembly *assembly,
                                           const struct harness_assembly_types *types, struct batch_error *error)
{
    const struct workload_scenario *scenario = assembly->scenario;
    const struct workload_queue *queue = &scenario->queues[scenario->workload.queue];
    uint32_t gpus = scenario->definitions[scenario->workload.definition].resources.gpu;
    size_t room = 0;
    for (uint32_t i = 0; i < queue->environment_count; i++) {
        room += types[queue->environments[i]].count;
    }
    assembly->shapes = calloc(room, sizeof *assembly->shapes);
    if (assembly->shapes == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for %zu instance shapes", room);
    }
    for (uint32_t i = 0; i < queue->environment_count; i++) {
        uint32_t number = queue->environments[i];
        for (uint32_t t = 0; t < types[number].count; t++) {
            struct workload_shape shape;
            const struct cloud_type *type = cloud_catalog_type(assembly->catalog, types[number].types[t]);
            if (shape_of(&scenario->environments[number], type, gpus, &shape)) {
                add(assembly, shape);
            }
        }
    }
    return check_fit(assembly, error);
}
