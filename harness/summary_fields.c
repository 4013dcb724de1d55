/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The keys of the summary, in the order in which they are printed and defined in docs/metrics.md.
 */
#include "harness/summary_fields.h"

#include <stdlib.h>
#include <string.h>

#define FIGURE(key, kind, member)                                                                                      \
    {                                                                                                                  \
        key, HARNESS_FIELD_##kind, offsetof(struct harness_figures, member)                                            \
    }
#define COST(key, kind, member)                                                                                        \
    {                                                                                                                  \
        key, HARNESS_FIELD_##kind, offsetof(struct harness_costs, member)                                              \
    }
#define SPREAD(key, member, unit)                                                                                      \
    FIGURE(key "_mean" unit, REAL, member.mean), FIGURE(key "_p50" unit, REAL, member.p50),                            \
        FIGURE(key "_p90" unit, REAL, member.p90), FIGURE(key "_p95" unit, REAL, member.p95),                          \
        FIGURE(key "_p99" unit, REAL, member.p99), FIGURE(key "_max" unit, REAL, member.max)

static const struct harness_field figures[] = {
    FIGURE("jobs", COUNT, jobs),
    FIGURE("succeeded", COUNT, succeeded),
    FIGURE("failed", COUNT, failed),
    FIGURE("started", COUNT, started),
    FIGURE("unfinished", COUNT, unfinished),
    FIGURE("retries", COUNT, retries),
    FIGURE("makespan_s", REAL, makespan_s),
    FIGURE("throughput_jobs_per_h", REAL, throughput_jobs_per_h),
    SPREAD("wait", wait_s, "_s"),
    SPREAD("response", response_s, "_s"),
    SPREAD("bounded_slowdown", bounded_slowdown, ""),
    FIGURE("useful_vcpu_s", REAL, useful_vcpu_s),
    FIGURE("lost_vcpu_s", REAL, lost_vcpu_s),
};

static const struct harness_field costs[] = {
    COST("utilisation", REAL, utilisation),
    COST("instances", COUNT, instances),
    COST("instance_vcpu_s", REAL, instance_vcpu_s),
    COST("interruptions", COUNT, interruptions),
    COST("cost_usd", MONEY, total_usd_nano),
    COST("cost_spot_usd", MONEY, spot_usd_nano),
    COST("cost_on_demand_usd", MONEY, on_demand_usd_nano),
    COST("cost_useful_usd", MONEY, useful_usd_nano),
    COST("cost_lost_usd", MONEY, lost_usd_nano),
    COST("cost_boot_usd", MONEY, boot_usd_nano),
    COST("cost_idle_usd", MONEY, idle_usd_nano),
    COST("cost_at_on_demand_usd", MONEY, at_on_demand_usd_nano),
    COST("saving", REAL, saving),
    COST("cost_per_job_usd", REAL, cost_per_job_usd),
    COST("cost_per_useful_vcpu_h_usd", REAL, cost_per_useful_vcpu_h_usd),
};

struct harness_field_list harness_figures_fields(void)
{
    return (struct harness_field_list){figures, sizeof figures / sizeof figures[0]};
}

struct harness_field_list harness_costs_fields(void)
{
    return (struct harness_field_list){costs, sizeof costs / sizeof costs[0]};
}

uint64_t harness_field_count(const struct harness_field *field, const void *base)
{
    uint64_t value;
    memcpy(&value, (const char *)base + field->offset, sizeof value);
    return value;
}

double harness_field_real(const struct harness_field *field, const void *base)
{
    double value;
    memcpy(&value, (const char *)base + field->offset, sizeof value);
    return value;
}

int64_t harness_field_money(const struct harness_field *field, const void *base)
{
    int64_t value;
    memcpy(&value, (const char *)base + field->offset, sizeof value);
    return value;
}

void harness_summary_release(struct harness_summary *summary)
{
    free(summary->queues);
    free(summary->environments);
    free(summary->scenario_name);
    memset(summary, 0, sizeof *summary);
}
