/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Which model draws.
 */
#include "workloads/generator.h"

#include "scheduler/host.h"

void workload_generator_init(struct workload_generator *generator, const struct workload_spec *spec,
                             const struct workload_streams *streams)
{
    BATCH_ASSERT(NULL, spec->kind != WORKLOAD_TRACE && streams != NULL);
    generator->kind = spec->kind;
    if (spec->kind == WORKLOAD_LUBLIN) {
        workload_lublin_init(&generator->as.lublin, spec->lublin_column, spec->lublin_processors,
                             spec->lublin_load_factor, streams);
    } else {
        workload_poisson_init(&generator->as.poisson, spec->poisson_rate_per_s, &spec->poisson_run,
                              spec->poisson_processors, streams);
    }
}

bool workload_generator_next(struct workload_generator *generator, struct workload_row *row)
{
    return generator->kind == WORKLOAD_LUBLIN ? workload_lublin_next(&generator->as.lublin, row)
                                              : workload_poisson_next(&generator->as.poisson, row);
}
