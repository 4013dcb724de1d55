/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * From processors to milli-vCPU and MiB, and the rule for jobs that no allowed instance holds.
 */
#include "workloads/mapping.h"

#include "scheduler/host.h"
#include "workloads/route.h"

#include <inttypes.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide_product;

enum { KIB_PER_MIB = 1024 };

enum batch_rc workload_mapping_init(struct workload_mapping *mapping, const struct workload_options *options,
                                    struct batch_error *error)
{
    BATCH_ASSERT(NULL, options->spec->vcpu_milli_per_processor > 0);
    *mapping = (struct workload_mapping){.spec = options->spec, .definition = options->definition, .origin_us = -1};
    mapping->queues = calloc(options->queue_count, sizeof *mapping->queues);
    if (mapping->queues == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the shapes of %u queues", options->queue_count);
    }
    mapping->queue_count = options->queue_count;
    enum batch_rc rc = BATCH_OK;
    for (uint32_t i = 0; i < options->queue_count && rc == BATCH_OK; i++) {
        if (workload_route_feeds(options->spec, i)) {
            rc =
                workload_shapes_create(options->queues[i].shapes, options->queues[i].count, &mapping->queues[i], error);
        }
    }
    if (rc != BATCH_OK) {
        workload_mapping_clear(mapping);
    }
    return rc;
}

void workload_mapping_clear(struct workload_mapping *mapping)
{
    for (uint32_t i = 0; i < mapping->queue_count; i++) {
        workload_shapes_destroy(&mapping->queues[i]);
    }
    free(mapping->queues);
    mapping->queues = NULL;
    mapping->queue_count = 0;
}

/** What the memory rule gives to one processor. */
static uint64_t processor_kib(const struct workload_mapping *mapping, const struct workload_row *row,
                              struct workload_account *account)
{
    if (mapping->spec->memory_rule == WORKLOAD_MEMORY_REQUESTED) {
        if (row->kib_per_processor > 0) {
            return (uint64_t)row->kib_per_processor;
        }
        account->anomalies[WORKLOAD_MEMORY_ASSUMED]++;
    }
    return (uint64_t)mapping->spec->mib_per_processor * KIB_PER_MIB;
}

static wide_product divide_up(wide_product numerator, wide_product denominator)
{
    return (numerator + denominator - 1) / denominator;
}

/** MiB of @p vcpu_milli, which need not be whole processors; at most UINT32_MAX. */
static uint32_t clipped_mib(const struct workload_mapping *mapping, uint64_t kib, uint32_t vcpu_milli)
{
    wide_product per_mib = (wide_product)KIB_PER_MIB * mapping->spec->vcpu_milli_per_processor;
    wide_product mib = divide_up((wide_product)kib * vcpu_milli, per_mib);
    return mib < UINT32_MAX ? (uint32_t)mib : UINT32_MAX;
}

static void clip(const struct workload_mapping *mapping, const struct workload_shapes *shapes, uint64_t kib,
                 struct batch_resources *need)
{
    uint32_t widest = workload_shapes_widest(shapes);
    if (need->vcpu_milli > widest) {
        need->vcpu_milli = widest;
        need->mib = kib > 0 ? clipped_mib(mapping, kib, widest) : need->mib;
    }
    uint32_t mib_max = workload_shapes_mib_max(shapes, need->vcpu_milli);
    need->mib = need->mib < mib_max ? need->mib : mib_max;
}

/** As the row says, whether or not an instance holds it. */
static enum batch_rc reckon(const struct workload_mapping *mapping, int64_t processors, uint64_t kib,
                            struct batch_resources *need, struct batch_error *error)
{
    BATCH_ASSERT(NULL, processors > 0);
    uint64_t vcpu_milli = 0;
    if (__builtin_mul_overflow((uint64_t)processors, mapping->spec->vcpu_milli_per_processor, &vcpu_milli) ||
        vcpu_milli > UINT32_MAX) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%" PRId64 " processors of %" PRIu32
                               " thousandths of a vCPU are more than a job can ask "
                               "for (4294967 vCPU): correct the row, or let the workload give less vCPU to a processor",
                               processors, mapping->spec->vcpu_milli_per_processor);
    }
    uint64_t total_kib = 0;
    if (__builtin_mul_overflow((uint64_t)processors, kib, &total_kib) ||
        total_kib > (uint64_t)UINT32_MAX * KIB_PER_MIB) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%" PRId64 " processors of %" PRIu64 " KiB are more than a job can ask for (4294967295 "
                               "MiB): correct the row, or let the workload give less memory to a processor",
                               processors, kib);
    }
    need->vcpu_milli = (uint32_t)vcpu_milli;
    need->mib = kib > 0 ? (uint32_t)((total_kib + KIB_PER_MIB - 1) / KIB_PER_MIB) : mapping->definition.mib;
    need->gpu = mapping->definition.gpu;
    return BATCH_OK;
}

static enum batch_rc refuse_number(int64_t number, struct batch_error *error)
{
    return batch_error_set(error, BATCH_E_INPUT,
                           "queue number %" PRId64
                           " (SWF field 15%s) is not in workload.jobQueue.byQueueNumber: give it "
                           "a queue there, or give one to \"*\", which stands for all other numbers",
                           number, number == -1 ? "; -1: none" : "");
}

enum batch_rc workload_mapping_apply(struct workload_mapping *mapping, const struct workload_row *row,
                                     struct workload_account *account, struct batch_submission *submission,
                                     struct batch_error *error)
{
    struct batch_resources need = {0};
    uint32_t queue = 0;
    if (!workload_route_find(mapping->spec, row->queue_number, &queue)) {
        return refuse_number(row->queue_number, error);
    }
    BATCH_ASSERT(NULL, queue < mapping->queue_count);
    const struct workload_shapes *shapes = &mapping->queues[queue];
    uint64_t kib = processor_kib(mapping, row, account);
    enum batch_rc rc = reckon(mapping, row->processors, kib, &need, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    if (!workload_shapes_fit(shapes, &need)) {
        bool is_clipped = mapping->spec->wide_rule == WORKLOAD_WIDE_CLIP;
        if (is_clipped) {
            clip(mapping, shapes, kib, &need);
        }
        account->anomalies[is_clipped ? WORKLOAD_CLIPPED : WORKLOAD_REJECTED]++;
    }
    if (mapping->origin_us < 0) {
        mapping->origin_us = row->submit_us;
    }
    account->jobs++;
    *submission = (struct batch_submission){
        .submit_us = row->submit_us - mapping->origin_us,
        .job = {.queue = queue,
                .definition = mapping->spec->definition,
                .resources = need,
                .estimate_us = row->estimate_us},
        .truth = {.run_us = row->run_us, .exit_code = 0},
    };
    return BATCH_OK;
}
