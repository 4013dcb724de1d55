/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The figures of one run, each defined once in docs/metrics.md; printed as text or JSON.
 */
#ifndef BATCH_HARNESS_SUMMARY_H
#define BATCH_HARNESS_SUMMARY_H

#include "workloads/workload.h"

#include <stdio.h>

/** Of one quantity over the jobs that started and ended; all 0 when none did. Seconds, or a ratio. */
struct harness_spread {
    double mean, p50, p90, p95, p99, max;
};

/** The figures of the whole run, or of one queue or environment. */
struct harness_figures {
    uint64_t jobs, succeeded, failed, started, unfinished;
    uint64_t retries; /**< Attempts after which their job went back to RUNNABLE. */
    double makespan_s, throughput_jobs_per_h;
    struct harness_spread wait_s, response_s, bounded_slowdown;
    double useful_vcpu_s, lost_vcpu_s;
};

struct harness_costs {
    int64_t total_usd_nano, spot_usd_nano, on_demand_usd_nano;
    int64_t useful_usd_nano, lost_usd_nano, boot_usd_nano, idle_usd_nano;
    int64_t at_on_demand_usd_nano; /**< The same instance seconds at on-demand prices. */
    uint64_t instances;            /**< That ran (were billed or free, not failed launches). */
    uint64_t interruptions;        /**< Instances that EC2 took back. */
    double instance_vcpu_s;        /**< From running to ended. */
    double utilisation;            /**< useful vCPU-s / instance vCPU-s; 0 when there was none. */
    double saving;                 /**< 1 - total / at_on_demand; 0 when there was no cost. */
    double cost_per_job_usd;       /**< Per job that succeeded; 0 when none did. */
    double cost_per_useful_vcpu_h_usd;
};

struct harness_named_figures {
    char name[WORKLOAD_NAME_MAX];
    struct harness_figures figures;
    struct harness_costs costs; /**< Environments only; all 0 of a queue, as queues share instances. */
};

struct harness_summary {
    struct harness_figures all;
    struct harness_costs costs;
    struct harness_named_figures *queues; /**< Owned. */
    uint32_t queue_count;
    struct harness_named_figures *environments; /**< Owned; jobs count where their first attempt was placed. */
    uint32_t environment_count;
    struct workload_account account;
    uint64_t seed, digest;
    uint32_t model_version;
    bool quantiles_are_exact; /**< Else from a logarithmic histogram of quantile_error. */
    double quantile_error;
    char *scenario_name; /**< Owned. */
};

void harness_summary_release(struct harness_summary *summary);

/** What a planner reads: aligned, with units. @p out is not checked here: the caller does at close. */
void harness_summary_print(const struct harness_summary *summary, FILE *out);

/** One JSON object at full precision, keys in the order of docs/metrics.md; the caller frees it. NULL: no memory. */
char *harness_summary_json(const struct harness_summary *summary);

/**
 * From the JSON stored in a results file; released by the caller. Money is exact up to 4 million USD, as JSON
 * readers take numbers as doubles (a results file has exact integers beside them).
 *
 * @return BATCH_E_INPUT names the key that is missing or wrong.
 */
enum batch_rc harness_summary_from_json(const char *json, struct harness_summary *summary, struct batch_error *error);

#endif
