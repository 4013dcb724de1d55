/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The scenario's rules that turn a row into what is submitted: vCPU, memory, wide jobs, the zero of time.
 */
#ifndef BATCH_WORKLOADS_MAPPING_H
#define BATCH_WORKLOADS_MAPPING_H

#include "workloads/row.h"
#include "workloads/workload.h"

struct workload_mapping {
    const struct workload_spec *spec; /**< Borrowed. */
    struct workload_shapes *queues;   /**< Owned; by queue, empty where no job goes. */
    uint32_t queue_count;
    struct batch_resources definition;
    int64_t origin_us; /**< Submit time of the first job; -1 before it. */
};

/** BATCH_E_MEMORY. */
enum batch_rc workload_mapping_init(struct workload_mapping *mapping, const struct workload_options *options,
                                    struct batch_error *error);

/** One that was zeroed but never made is fine. */
void workload_mapping_clear(struct workload_mapping *mapping);

/**
 * Fill @p submission from @p row and count what was done to it.
 *
 * - vCPU = processors x vcpu_milli_per_processor.
 * - Memory = processors x what the memory rule gives to one, rounded up to a MiB; the definition's when that is 0.
 * - Queue = that of the row's queue number.
 * - CLIP: a job that no shape of its queue holds gets at most the widest shape's vCPU; its memory is reckoned anew for
 * so much vCPU and cut to the most that a shape of at least that vCPU has.
 *
 * @param row  Not submitted before the row above.
 * @return BATCH_E_INPUT when the job asks for more than 2^32-1 milli-vCPU or MiB, or its queue number has no queue; the
 * text does not name the place.
 */
enum batch_rc workload_mapping_apply(struct workload_mapping *mapping, const struct workload_row *row,
                                     struct workload_account *account, struct batch_submission *submission,
                                     struct batch_error *error);

#endif
