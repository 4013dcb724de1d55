/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * From what was counted to the figures, and the identities that must hold on every run.
 */
#include "harness/recorder_internal.h"

#include "scheduler/host.h"

#include <stdlib.h>
#include <string.h>

static const double seconds_per_hour = 3600;

/** Little's law and the bill, in integers, so nothing but equality will do. */
static void check_identities(const struct harness_recorder *recorder, const struct sim_status *status,
                             const struct recorder_group *all)
{
    const struct harness_costs *costs = &all->costs;
    BATCH_ASSERT(NULL, recorder->under_curve.in_system_us == recorder->of_each.in_system_us);
    BATCH_ASSERT(NULL, recorder->under_curve.waiting_us == recorder->of_each.waiting_us);
    BATCH_ASSERT(NULL, recorder->under_curve.instance_vcpu_milli_us == recorder->of_each.instance_vcpu_milli_us);
    BATCH_ASSERT(NULL, costs->spot_usd_nano + costs->on_demand_usd_nano == costs->total_usd_nano);
    BATCH_ASSERT(NULL, costs->useful_usd_nano + costs->lost_usd_nano + costs->boot_usd_nano + costs->idle_usd_nano ==
                           costs->total_usd_nano);
    BATCH_ASSERT(NULL, all->succeeded + all->failed + recorder->in_system == all->jobs);
    BATCH_ASSERT(NULL, status->counts.submitted == all->jobs && status->counts.succeeded == all->succeeded &&
                           status->counts.failed == all->failed && status->counts.retried == all->retries);
}

static double vcpu_s(recorder_wide vcpu_milli_us)
{
    const recorder_wide unit = (recorder_wide)BATCH_VCPU_MILLI * BATCH_US_PER_S;
    /* whole part and remainder apart: the product itself can pass what a double holds exactly */
    const recorder_wide whole = vcpu_milli_us / unit;
    return (double)whole + (double)(vcpu_milli_us % unit) / (double)unit;
}

static void set_figures(struct harness_figures *figures, const struct recorder_group *group)
{
    figures->jobs = group->jobs;
    figures->succeeded = group->succeeded;
    figures->failed = group->failed;
    figures->started = group->started;
    figures->unfinished = group->jobs - group->succeeded - group->failed;
    figures->retries = group->retries;
    figures->useful_vcpu_s = vcpu_s(group->useful_vcpu_milli_us);
    figures->lost_vcpu_s = vcpu_s(group->lost_vcpu_milli_us);
    if (group->succeeded + group->failed > 0) {
        figures->makespan_s = (double)(group->end_last_us - group->submit_first_us) / BATCH_US_PER_S;
    }
    if (figures->makespan_s > 0) {
        figures->throughput_jobs_per_h = (double)group->succeeded / figures->makespan_s * seconds_per_hour;
    }
}

static void set_costs(struct harness_costs *costs, const struct recorder_group *group)
{
    *costs = group->costs;
    double useful_vcpu_s = vcpu_s(group->useful_vcpu_milli_us);
    double cost_usd = (double)costs->total_usd_nano / 1e9;
    costs->instance_vcpu_s = vcpu_s(group->instance_vcpu_milli_us);
    costs->utilisation = costs->instance_vcpu_s > 0 ? useful_vcpu_s / costs->instance_vcpu_s : 0;
    if (costs->at_on_demand_usd_nano > 0) {
        costs->saving = 1 - (double)costs->total_usd_nano / (double)costs->at_on_demand_usd_nano;
    }
    costs->cost_per_job_usd = group->succeeded > 0 ? cost_usd / (double)group->succeeded : 0;
    costs->cost_per_useful_vcpu_h_usd = useful_vcpu_s > 0 ? cost_usd / useful_vcpu_s * seconds_per_hour : 0;
}

static void add_times(struct recorder_group *sum, const struct recorder_group *group)
{
    if (group->submit_first_us >= 0 && (sum->submit_first_us < 0 || group->submit_first_us < sum->submit_first_us)) {
        sum->submit_first_us = group->submit_first_us;
    }
    sum->end_last_us = group->end_last_us > sum->end_last_us ? group->end_last_us : sum->end_last_us;
}

/** Jobs are counted by queue, money and instances by environment: each is in exactly one. */
static struct recorder_group sum_groups(const struct harness_recorder *recorder)
{
    struct recorder_group sum = {.submit_first_us = -1};
    for (uint32_t i = 0; i < recorder->queue_count; i++) {
        const struct recorder_group *group = &recorder->queues[i];
        sum.jobs += group->jobs;
        sum.succeeded += group->succeeded;
        sum.failed += group->failed;
        sum.started += group->started;
        sum.retries += group->retries;
        sum.useful_vcpu_milli_us += group->useful_vcpu_milli_us;
        sum.lost_vcpu_milli_us += group->lost_vcpu_milli_us;
        add_times(&sum, group);
    }
    for (uint32_t i = 0; i < recorder->environment_count; i++) {
        const struct recorder_group *group = &recorder->environments[i];
        const struct harness_costs *costs = &group->costs;
        sum.instance_vcpu_milli_us += group->instance_vcpu_milli_us;
        sum.costs.total_usd_nano += costs->total_usd_nano;
        sum.costs.spot_usd_nano += costs->spot_usd_nano;
        sum.costs.on_demand_usd_nano += costs->on_demand_usd_nano;
        sum.costs.useful_usd_nano += costs->useful_usd_nano;
        sum.costs.lost_usd_nano += costs->lost_usd_nano;
        sum.costs.boot_usd_nano += costs->boot_usd_nano;
        sum.costs.idle_usd_nano += costs->idle_usd_nano;
        sum.costs.at_on_demand_usd_nano += costs->at_on_demand_usd_nano;
        sum.costs.instances += costs->instances;
        sum.costs.interruptions += costs->interruptions;
    }
    return sum;
}

static bool allocate(const struct harness_recorder *recorder, struct harness_summary *summary)
{
    const char *name = recorder->assembly->scenario->name;
    summary->queues = calloc(recorder->queue_count + 1, sizeof *summary->queues);
    summary->environments = calloc(recorder->environment_count + 1, sizeof *summary->environments);
    summary->scenario_name = malloc(strlen(name) + 1);
    if (summary->queues == NULL || summary->environments == NULL || summary->scenario_name == NULL) {
        return false;
    }
    memcpy(summary->scenario_name, name, strlen(name) + 1);
    return true;
}

static void set_groups(const struct harness_recorder *recorder, struct harness_summary *summary)
{
    const struct workload_scenario *scenario = recorder->assembly->scenario;
    summary->queue_count = recorder->queue_count;
    summary->environment_count = recorder->environment_count;
    for (uint32_t i = 0; i < recorder->queue_count; i++) {
        memcpy(summary->queues[i].name, scenario->queues[i].name, sizeof summary->queues[i].name);
        set_figures(&summary->queues[i].figures, &recorder->queues[i]);
    }
    for (uint32_t i = 0; i < recorder->environment_count; i++) {
        memcpy(summary->environments[i].name, scenario->environments[i].name, sizeof summary->environments[i].name);
        set_figures(&summary->environments[i].figures, &recorder->environments[i]);
        set_costs(&summary->environments[i].costs, &recorder->environments[i]);
    }
}

enum batch_rc harness_recorder_summarise(struct harness_recorder *recorder, const struct workload_account *account,
                                         const struct sim_status *status, struct harness_summary *summary,
                                         struct batch_error *error)
{
    struct recorder_group all = sum_groups(recorder);
    check_identities(recorder, status, &all);
    *summary = (struct harness_summary){
        .account = *account,
        .seed = recorder->seed,
        .digest = status->digest,
        .model_version = BATCH_MODEL_VERSION,
        .quantiles_are_exact = harness_quantiles_are_exact(recorder->quantiles),
    };
    summary->quantile_error = summary->quantiles_are_exact ? 0 : HARNESS_QUANTILE_ERROR;
    bool has_memory = allocate(recorder, summary);
    if (has_memory) {
        set_groups(recorder, summary);
        set_figures(&summary->all, &all);
        set_costs(&summary->costs, &all);
        has_memory =
            harness_quantiles_finish(recorder->quantiles, &summary->all, summary->queues, summary->environments);
    }
    if (!has_memory) {
        harness_summary_release(summary);
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for the summary");
    }
    return BATCH_OK;
}
