/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file What one job of each queue that the workload feeds can be given at most, and whether its definition fits. */
#include "harness/assembly_parts.h"
#include "scheduler/host.h"
#include "scheduler/policy.h"
#include "workloads/route.h"

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

/** Add @p shape to the @p count at @p shapes unless it is there; returns how many there are then. */
static size_t add(struct workload_shape *shapes, size_t count, struct workload_shape shape)
{
    for (size_t i = 0; i < count; i++) {
        if (shapes[i].vcpu_milli == shape.vcpu_milli && shapes[i].mib == shape.mib) {
            return count;
        }
    }
    shapes[count] = shape;
    return count + 1;
}

static struct workload_shape largest(const struct workload_shape_list *list)
{
    struct workload_shape best = {0};
    for (size_t i = 0; i < list->count; i++) {
        const struct workload_shape *shape = &list->shapes[i];
        if (shape->vcpu_milli > best.vcpu_milli || (shape->vcpu_milli == best.vcpu_milli && shape->mib > best.mib)) {
            best = *shape;
        }
    }
    return best;
}

static enum batch_rc check_fit(const struct workload_scenario *scenario, const struct workload_queue *queue,
                               const struct workload_shape_list *list, struct batch_error *error)
{
    const struct workload_definition *definition = &scenario->definitions[scenario->workload.definition];
    const struct batch_resources need = definition->resources;
    for (size_t i = 0; i < list->count; i++) {
        if (need.vcpu_milli <= list->shapes[i].vcpu_milli && need.mib <= list->shapes[i].mib) {
            return BATCH_OK;
        }
    }
    if (list->count == 0 && need.gpu == 0) {
        return batch_error_set(
            error, BATCH_E_INPUT,
            "%s: jobQueues.%s: no instance type of its environments fits under their maxvCpus; allow "
            "smaller types or raise maxvCpus",
            scenario->name, queue->name);
    }
    if (list->count == 0) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s: jobDefinitions.%s: asks for %u GPUs, but no instance type in the environments of "
                               "queue %s has as many and fits under maxvCpus; allow other types or raise maxvCpus",
                               scenario->name, definition->name, need.gpu, queue->name);
    }
    struct workload_shape most = largest(list);
    return batch_error_set(
        error, BATCH_E_INPUT,
        "%s: jobDefinitions.%s: asks for %g vCPUs and %u MiB, but the largest instance that queue %s "
        "can use gives %g vCPUs and %u MiB; ask for less, allow larger types or raise maxvCpus",
        scenario->name, definition->name, need.vcpu_milli / 1000.0, need.mib, queue->name, most.vcpu_milli / 1000.0,
        most.mib);
}

/** Write what the environments of @p queue can give to @p shapes; returns how many. */
static size_t collect(const struct harness_assembly *assembly, const struct harness_assembly_types *types,
                      const struct workload_queue *queue, struct workload_shape *shapes)
{
    const struct workload_scenario *scenario = assembly->scenario;
    uint32_t gpus = scenario->definitions[scenario->workload.definition].resources.gpu;
    size_t count = 0;
    for (uint32_t i = 0; i < queue->environment_count; i++) {
        uint32_t number = queue->environments[i];
        for (uint32_t t = 0; t < types[number].count; t++) {
            struct workload_shape shape;
            const struct cloud_type *type = cloud_catalog_type(assembly->catalog, types[number].types[t]);
            if (shape_of(&scenario->environments[number], type, gpus, &shape)) {
                count = add(shapes, count, shape);
            }
        }
    }
    return count;
}

static size_t shapes_room(const struct workload_scenario *scenario, const struct harness_assembly_types *types)
{
    size_t room = 0;
    for (uint32_t q = 0; q < scenario->queue_count; q++) {
        for (uint32_t i = 0; i < scenario->queues[q].environment_count; i++) {
            room += types[scenario->queues[q].environments[i]].count;
        }
    }
    return room;
}

enum batch_rc harness_assembly_shapes_fill(struct harness_assembly *assembly,
                                           const struct harness_assembly_types *types, struct batch_error *error)
{
    const struct workload_scenario *scenario = assembly->scenario;
    size_t room = shapes_room(scenario, types);
    BATCH_ASSERT(NULL, room > 0);
    assembly->shapes = calloc(room, sizeof *assembly->shapes);
    assembly->queue_shapes = calloc(scenario->queue_count, sizeof *assembly->queue_shapes);
    if (assembly->shapes == NULL || assembly->queue_shapes == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for %zu instance shapes", room);
    }
    struct workload_shape *next = assembly->shapes;
    enum batch_rc rc = BATCH_OK;
    for (uint32_t q = 0; q < scenario->queue_count && rc == BATCH_OK; q++) {
        if (workload_route_feeds(&scenario->workload, q)) {
            struct workload_shape_list *list = &assembly->queue_shapes[q];
            *list = (struct workload_shape_list){next, collect(assembly, types, &scenario->queues[q], next)};
            next += list->count;
            rc = check_fit(scenario, &scenario->queues[q], list, error);
        }
    }
    return rc;
}
