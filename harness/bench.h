/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Timing of whole runs and of their parts, each in a process of its own so that its peak memory is its own.
 */
#ifndef BATCH_HARNESS_BENCH_H
#define BATCH_HARNESS_BENCH_H

#include "harness/plan.h"

/** What is timed. */
enum harness_bench_kind {
    HARNESS_BENCH_READ = 0,     /**< Take every job from the source. */
    HARNESS_BENCH_FLOOR = 1,    /**< The same, and write a row for each: what no replay can do without. */
    HARNESS_BENCH_SCHEDULE = 2, /**< The core alone, fed with the events of a run recorded before. */
    HARNESS_BENCH_BARE = 3,     /**< Read, schedule and simulate; nobody looks on. */
    HARNESS_BENCH_RECORD = 4,   /**< The same with recorder, bill and summary but no file. */
    HARNESS_BENCH_WRITE = 5,    /**< End to end, results uncompressed. */
    HARNESS_BENCH_COMPRESS = 6, /**< End to end, results compressed. */
    HARNESS_BENCH_COUNT = 7,
};

struct harness_bench_result {
    double seconds;
    uint64_t jobs;
    uint64_t events;    /**< Facts given to the core; 0 where there is none. */
    int64_t peak_bytes; /**< Largest resident size of the process. */
};

/** Measure once, in a child process. @p output is a results file that the child writes and this removes. */
enum batch_rc harness_bench_measure(enum harness_bench_kind kind, const struct harness_plan *plan, const char *output,
                                    struct harness_bench_result *result, struct batch_error *error);

/**
 * The core alone: run the plan once with every event kept in memory, then time a fresh core on them.
 *
 * Of a run of more than HARNESS_BENCH_EVENTS_MAX events only the first so many are kept. A whole replay whose
 * digest is not the run's is BATCH_E_STATE: the core would not be deterministic.
 */
enum { HARNESS_BENCH_EVENTS_MAX = 12000000 };
enum batch_rc harness_bench_schedule(const struct harness_plan *plan, struct harness_bench_result *result,
                                     struct batch_error *error);

/** Seconds of a clock that never jumps. */
double harness_bench_clock_s(void);

#endif
