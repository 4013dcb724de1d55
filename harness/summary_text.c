/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The summary as a planner reads it: sections, aligned columns, human units.
 */
#include "harness/summary.h"

#include <inttypes.h>
#include <string.h>

enum {
    NANO_PER_USD = 1000000000,
    SECONDS_PER_MINUTE = 60,
    SECONDS_PER_HOUR = 3600,
    SECONDS_PER_DAY = 86400,
    CELL_MAX = 48,
    THOUSAND = 1000,
    PERCENT = 100,
};

/** Texts are returned by value, so that several fit into one call of printf. */
struct cell {
    char text[CELL_MAX];
};

static struct cell cell_of_count(uint64_t count)
{
    char digits[CELL_MAX];
    struct cell cell = {""};
    size_t used = 0;
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            cell.text[used++] = ',';
        }
        cell.text[used++] = digits[i];
    }
    cell.text[used] = '\0';
    return cell;
}

static struct cell cell_of_duration(double seconds)
{
    struct cell cell;
    if (seconds < SECONDS_PER_MINUTE) {
        (void)snprintf(cell.text, sizeof cell.text, "%.2f s", seconds);
        return cell;
    }
    uint64_t whole = (uint64_t)(seconds + 0.5);
    if (whole >= SECONDS_PER_HOUR) {
        whole = (whole + SECONDS_PER_MINUTE / 2) / SECONDS_PER_MINUTE * SECONDS_PER_MINUTE;
    }
    unsigned days = (unsigned)(whole / SECONDS_PER_DAY);
    unsigned hours = (unsigned)(whole % SECONDS_PER_DAY / SECONDS_PER_HOUR);
    unsigned minutes = (unsigned)(whole % SECONDS_PER_HOUR / SECONDS_PER_MINUTE);
    if (days > 0) {
        (void)snprintf(cell.text, sizeof cell.text, "%u d %02u h %02u m", days, hours, minutes);
    } else if (hours > 0) {
        (void)snprintf(cell.text, sizeof cell.text, "%u h %02u m", hours, minutes);
    } else {
        (void)snprintf(cell.text, sizeof cell.text, "%u m %02u s", minutes, (unsigned)(whole % SECONDS_PER_MINUTE));
    }
    return cell;
}

static struct cell cell_of_ratio(double ratio)
{
    struct cell cell;
    (void)snprintf(cell.text, sizeof cell.text, "%.2f", ratio);
    return cell;
}

static struct cell cell_of_share(double part, double whole)
{
    struct cell cell;
    (void)snprintf(cell.text, sizeof cell.text, "%.1f %%", whole > 0 ? PERCENT * part / whole : 0.0);
    return cell;
}

/** Cents are rounded; sums below a dollar show more of themselves. */
static struct cell cell_of_money(int64_t usd_nano)
{
    struct cell cell;
    if (usd_nano < NANO_PER_USD) {
        (void)snprintf(cell.text, sizeof cell.text, "%.6f USD", (double)usd_nano / NANO_PER_USD);
        return cell;
    }
    enum { NANO_PER_CENT = NANO_PER_USD / PERCENT };
    uint64_t cents = ((uint64_t)usd_nano + NANO_PER_CENT / 2) / NANO_PER_CENT;
    struct cell dollars = cell_of_count(cents / PERCENT);
    (void)snprintf(cell.text, sizeof cell.text, "%.32s.%02" PRIu64 " USD", dollars.text, cents % PERCENT);
    return cell;
}

static struct cell cell_of_vcpu_hours(double vcpu_s)
{
    double hours = vcpu_s / SECONDS_PER_HOUR;
    if (hours < THOUSAND) {
        struct cell cell;
        (void)snprintf(cell.text, sizeof cell.text, "%.2f", hours);
        return cell;
    }
    return cell_of_count((uint64_t)(hours + 0.5));
}

static void print_line(FILE *out, const char *label, struct cell cell)
{
    (void)fprintf(out, "  %-24s %18s\n", label, cell.text);
}

static void print_line_share(FILE *out, const char *label, struct cell cell, double part, double whole)
{
    (void)fprintf(out, "  %-24s %18s  (%s)\n", label, cell.text, cell_of_share(part, whole).text);
}

static void print_jobs(FILE *out, const struct harness_figures *all)
{
    double jobs = (double)all->jobs;
    (void)fputs("\nJobs\n", out);
    print_line(out, "submitted", cell_of_count(all->jobs));
    print_line_share(out, "succeeded", cell_of_count(all->succeeded), (double)all->succeeded, jobs);
    print_line_share(out, "failed", cell_of_count(all->failed), (double)all->failed, jobs);
    if (all->unfinished > 0) {
        print_line_share(out, "never ended", cell_of_count(all->unfinished), (double)all->unfinished, jobs);
    }
    print_line(out, "retries", cell_of_count(all->retries));
    print_line(out, "makespan", cell_of_duration(all->makespan_s));
    (void)fprintf(out, "  %-24s %18.1f  jobs/h\n", "throughput", all->throughput_jobs_per_h);
}

static void print_spread(FILE *out, const char *label, const struct harness_spread *spread,
                         struct cell (*format)(double))
{
    (void)fprintf(out, "  %-17s %15s %15s %15s %15s %15s %15s\n", label, format(spread->mean).text,
                  format(spread->p50).text, format(spread->p90).text, format(spread->p95).text,
                  format(spread->p99).text, format(spread->max).text);
}

static void print_latency(FILE *out, const struct harness_summary *summary)
{
    (void)fprintf(out, "\n%-19s %15s %15s %15s %15s %15s %15s\n", "Latency", "mean", "p50", "p90", "p95", "p99", "max");
    print_spread(out, "wait", &summary->all.wait_s, cell_of_duration);
    print_spread(out, "response", &summary->all.response_s, cell_of_duration);
    print_spread(out, "bounded slowdown", &summary->all.bounded_slowdown, cell_of_ratio);
    if (!summary->quantiles_are_exact) {
        (void)fprintf(out, "  Quantiles are from a logarithmic histogram, within %.2f %%.\n",
                      PERCENT * summary->quantile_error);
    }
}

static void print_capacity(FILE *out, const struct harness_summary *summary)
{
    const struct harness_costs *costs = &summary->costs;
    (void)fputs("\nCapacity\n", out);
    print_line(out, "instances", cell_of_count(costs->instances));
    print_line(out, "vCPU-hours provided", cell_of_vcpu_hours(costs->instance_vcpu_s));
    print_line(out, "vCPU-hours useful", cell_of_vcpu_hours(summary->all.useful_vcpu_s));
    print_line(out, "utilisation", cell_of_share(costs->utilisation, 1));
    (void)fputs("\nSpot\n", out);
    print_line_share(out, "interruptions", cell_of_count(costs->interruptions), (double)costs->interruptions,
                     (double)costs->instances);
    print_line_share(out, "vCPU-hours lost", cell_of_vcpu_hours(summary->all.lost_vcpu_s), summary->all.lost_vcpu_s,
                     summary->all.lost_vcpu_s + summary->all.useful_vcpu_s);
}

static void print_part(FILE *out, const char *label, int64_t part, int64_t total)
{
    print_line_share(out, label, cell_of_money(part), (double)part, (double)total);
}

static void print_cost(FILE *out, const struct harness_costs *costs)
{
    (void)fputs("\nCost\n", out);
    print_line(out, "total", cell_of_money(costs->total_usd_nano));
    print_part(out, "  Spot", costs->spot_usd_nano, costs->total_usd_nano);
    print_part(out, "  On-Demand", costs->on_demand_usd_nano, costs->total_usd_nano);
    print_part(out, "  for useful work", costs->useful_usd_nano, costs->total_usd_nano);
    print_part(out, "  for lost work", costs->lost_usd_nano, costs->total_usd_nano);
    print_part(out, "  for booting", costs->boot_usd_nano, costs->total_usd_nano);
    print_part(out, "  for idling", costs->idle_usd_nano, costs->total_usd_nano);
    (void)fprintf(out, "  %-24s %14.6f USD\n", "per succeeded job", costs->cost_per_job_usd);
    (void)fprintf(out, "  %-24s %14.6f USD\n", "per useful vCPU-hour", costs->cost_per_useful_vcpu_h_usd);
    print_line(out, "same instances On-Demand", cell_of_money(costs->at_on_demand_usd_nano));
    print_line(out, "saving against that", cell_of_share(costs->saving, 1));
}

static void print_queues(FILE *out, const struct harness_summary *summary)
{
    (void)fprintf(out, "\n%-26s %12s %12s %15s %15s %15s %10s\n", "Queues", "jobs", "succeeded", "wait mean",
                  "wait p95", "response mean", "slowdown");
    for (uint32_t i = 0; i < summary->queue_count; i++) {
        const struct harness_figures *figures = &summary->queues[i].figures;
        (void)fprintf(out, "  %-24s %12s %12s %15s %15s %15s %10.2f\n", summary->queues[i].name,
                      cell_of_count(figures->jobs).text, cell_of_count(figures->succeeded).text,
                      cell_of_duration(figures->wait_s.mean).text, cell_of_duration(figures->wait_s.p95).text,
                      cell_of_duration(figures->response_s.mean).text, figures->bounded_slowdown.mean);
    }
}

static void print_environments(FILE *out, const struct harness_summary *summary)
{
    (void)fprintf(out, "\n%-26s %12s %12s %14s %12s %20s %9s\n", "Compute environments", "jobs", "instances",
                  "interruptions", "utilisation", "cost", "saving");
    for (uint32_t i = 0; i < summary->environment_count; i++) {
        const struct harness_named_figures *named = &summary->environments[i];
        (void)fprintf(out, "  %-24s %12s %12s %14s %12s %20s %9s\n", named->name,
                      cell_of_count(named->figures.jobs).text, cell_of_count(named->costs.instances).text,
                      cell_of_count(named->costs.interruptions).text, cell_of_share(named->costs.utilisation, 1).text,
                      cell_of_money(named->costs.total_usd_nano).text, cell_of_share(named->costs.saving, 1).text);
    }
}

static void print_anomalies(FILE *out, const struct workload_account *account)
{
    bool has_title = false;
    for (uint32_t i = 0; i < WORKLOAD_ANOMALY_COUNT; i++) {
        if (account->anomalies[i] == 0) {
            continue;
        }
        (void)fputs(has_title ? "" : "\nAnomalies in the workload (docs/metrics.md says what each means)\n", out);
        has_title = true;
        print_line(out, workload_anomaly_name((enum workload_anomaly)i), cell_of_count(account->anomalies[i]));
    }
}

void harness_summary_print(const struct harness_summary *summary, FILE *out)
{
    (void)fprintf(out, "%s: seed %" PRIu64 ", model version %" PRIu32 ", digest %016" PRIx64 "\n",
                  summary->scenario_name, summary->seed, summary->model_version, summary->digest);
    print_jobs(out, &summary->all);
    print_latency(out, summary);
    print_capacity(out, summary);
    print_cost(out, &summary->costs);
    if (summary->queue_count > 1) {
        print_queues(out, summary);
    }
    if (summary->environment_count > 1) {
        print_environments(out, summary);
    }
    print_anomalies(out, &summary->account);
    if (summary->all.unfinished > 0) {
        (void)fprintf(
            out,
            "\nWarning: %s job%s never ended: nothing that their queue's environments have or may launch has room "
            "for the job\nat its head. Compare the jobs' vCPUs and memory with instanceTypes, minvCpus and maxvCpus.\n",
            cell_of_count(summary->all.unfinished).text, summary->all.unfinished == 1 ? "" : "s");
    }
}
