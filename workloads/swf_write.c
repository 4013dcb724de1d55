/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The header and the rows of a generated log.
 */
#include "workloads/swf_write.h"

#include "scheduler/host.h"
#include "workloads/generator.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void write_header(FILE *out, const struct workload_spec *spec)
{
    static const char *const columns[] = {
        [WORKLOAD_LUBLIN_BATCH] = "batch jobs",
        [WORKLOAD_LUBLIN_INTERACTIVE] = "interactive jobs",
        [WORKLOAD_LUBLIN_TYPELESS] = "jobs without type",
        [WORKLOAD_LUBLIN_BOTH] = "batch and interactive jobs",
    };
    bool is_lublin = spec->kind == WORKLOAD_LUBLIN;
    (void)fputs("; Version: 2.2\n", out);
    if (is_lublin) {
        (void)fprintf(out, "; Computer: Lublin-Feitelson model, %s\n", columns[spec->lublin_column]);
        (void)fprintf(out, "; Note: arrival rate x %.17g\n", spec->lublin_load_factor);
    } else {
        (void)fputs("; Computer: Poisson arrivals\n", out);
        (void)fprintf(out, "; Note: %.17g jobs/s\n", spec->poisson_rate_per_s);
    }
    (void)fprintf(out, "; MaxJobs: %" PRIu64 "\n; MaxRecords: %" PRIu64 "\n", spec->jobs_max, spec->jobs_max);
    (void)fprintf(out, "; MaxProcs: %" PRIu32 "\n", is_lublin ? spec->lublin_processors : spec->poisson_processors);
}

enum batch_rc workload_swf_write(FILE *out, const struct workload_spec *spec, const struct workload_streams *streams,
                                 struct batch_error *error)
{
    struct workload_generator generator;
    workload_generator_init(&generator, spec, streams);
    write_header(out, spec);
    for (uint64_t job = 1; job <= spec->jobs_max && ferror(out) == 0; job++) {
        struct workload_row row;
        if (!workload_generator_next(&generator, &row)) {
            return batch_error_set(error, BATCH_E_INPUT,
                                   "workload: job %" PRIu64 " would be submitted after %" PRId64
                                   " seconds: raise the arrival rate or ask for fewer jobs",
                                   job, WORKLOAD_TIME_S_MAX);
        }
        (void)fprintf(out,
                      "%" PRIu64 " %" PRId64 " -1 %" PRId64 " %" PRId64 " -1 -1 %" PRId64 " -1 -1 1 -1 -1 -1 %" PRId64
                      " -1 -1 -1\n",
                      job, row.submit_us / BATCH_US_PER_S, row.run_us / BATCH_US_PER_S, row.processors, row.processors,
                      row.queue_number);
    }
    if (fflush(out) != 0 || ferror(out) != 0) {
        return batch_error_set(error, BATCH_E_IO, "the trace cannot be written: %s", strerror(errno));
    }
    return BATCH_OK;
}
