/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The columns of every table: one list for writing, reading, exporting and the documents' test.
 */
#include "harness/results.h"

#include "scheduler/host.h"

#include <string.h>

#define COLUMN(row, member, column_kind, column_unit)                                                                  \
    {                                                                                                                  \
        .name = #member, .kind = HARNESS_COLUMN_##column_kind, .offset = offsetof(struct harness_##row##_row, member), \
        .size = sizeof(((struct harness_##row##_row *)0)->member), .unit = column_unit                                 \
    }

#define CODE(row, member, column_words)                                                                                \
    {                                                                                                                  \
        .name = #member, .kind = HARNESS_COLUMN_U8, .offset = offsetof(struct harness_##row##_row, member), .size = 1, \
        .unit = "code", .words = column_words                                                                          \
    }

static const char *const job_states[] = {"NONE",    "SUBMITTED", "PENDING", "RUNNABLE", "STARTING",
                                         "RUNNING", "SUCCEEDED", "FAILED",  NULL};
static const char *const reasons[] = {"NONE", "ESSENTIAL_EXITED",     "HOST_TERMINATED", "TIMEOUT", "START_FAILED",
                                      "USER", "RESOURCE_REQUIREMENT", "MAX_RESOURCE",    NULL};
static const char *const attempt_outcomes[] = {"SUCCEEDED", "FAILED", "RETRIED", "OPEN", NULL};
static const char *const instance_outcomes[] = {"TERMINATED", "INTERRUPTED", "FAILED", "LAUNCH_FAILED", "OPEN", NULL};
static const char *const bill_categories[] = {"USEFUL", "LOST", "BOOT", "IDLE", NULL};
static const char *const markets[] = {"ON_DEMAND", "SPOT", NULL};

static const struct harness_column job_columns[] = {
    COLUMN(job, job, U64, "number"),        COLUMN(job, queue, U16, "number"),
    COLUMN(job, definition, U16, "number"), COLUMN(job, environment, I16, "number"),
    CODE(job, state, job_states),           CODE(job, reason, reasons),
    COLUMN(job, exit_code, I16, "number"),  COLUMN(job, attempts, U16, "number"),
    COLUMN(job, gpu, U16, "number"),        COLUMN(job, vcpu_milli, U32, "vcpu_milli"),
    COLUMN(job, mib, U32, "mib"),           COLUMN(job, submit_us, I64, "us"),
    COLUMN(job, runnable_us, I64, "us"),    COLUMN(job, started_us, I64, "us"),
    COLUMN(job, ended_us, I64, "us"),       COLUMN(job, run_us, I64, "us"),
    COLUMN(job, lost_us, I64, "us"),
};

static const struct harness_column attempt_columns[] = {
    COLUMN(attempt, job, U64, "number"),
    COLUMN(attempt, array_index, I32, "number"),
    COLUMN(attempt, node_index, I32, "number"),
    COLUMN(attempt, attempt, U16, "number"),
    COLUMN(attempt, environment, U16, "number"),
    CODE(attempt, outcome, attempt_outcomes),
    CODE(attempt, reason, reasons),
    COLUMN(attempt, exit_code, I16, "number"),
    COLUMN(attempt, instance, U64, "number"),
    COLUMN(attempt, placed_us, I64, "us"),
    COLUMN(attempt, started_us, I64, "us"),
    COLUMN(attempt, stopped_us, I64, "us"),
    COLUMN(attempt, ended_us, I64, "us"),
};

static const struct harness_column instance_columns[] = {
    COLUMN(instance, instance, U64, "number"),
    COLUMN(instance, pool, U32, "number"),
    COLUMN(instance, environment, U16, "number"),
    CODE(instance, outcome, instance_outcomes),
    COLUMN(instance, attempts, U32, "number"),
    COLUMN(instance, vcpu_milli, U32, "vcpu_milli"),
    COLUMN(instance, mib, U32, "mib"),
    COLUMN(instance, launched_us, I64, "us"),
    COLUMN(instance, running_us, I64, "us"),
    COLUMN(instance, registered_us, I64, "us"),
    COLUMN(instance, noticed_us, I64, "us"),
    COLUMN(instance, ended_us, I64, "us"),
    COLUMN(instance, billed_us, I64, "us"),
    COLUMN(instance, useful_vcpu_milli_us, U64, "vcpu_milli_us"),
    COLUMN(instance, lost_vcpu_milli_us, U64, "vcpu_milli_us"),
    COLUMN(instance, total_usd_nano, I64, "usd_nano"),
    COLUMN(instance, useful_usd_nano, I64, "usd_nano"),
    COLUMN(instance, lost_usd_nano, I64, "usd_nano"),
    COLUMN(instance, boot_usd_nano, I64, "usd_nano"),
    COLUMN(instance, idle_usd_nano, I64, "usd_nano"),
    COLUMN(instance, at_on_demand_usd_nano, I64, "usd_nano"),
};

static const struct harness_column series_columns[] = {
    COLUMN(series, time_us, I64, "us"),
    COLUMN(series, runnable, U32, "number"),
    COLUMN(series, runnable_max, U32, "number"),
    COLUMN(series, starting, U32, "number"),
    COLUMN(series, running, U32, "number"),
    COLUMN(series, registered, U32, "number"),
    COLUMN(series, running_vcpu_milli, U64, "vcpu_milli"),
    COLUMN(series, on_demand_vcpu_milli, U64, "vcpu_milli"),
    COLUMN(series, spot_vcpu_milli, U64, "vcpu_milli"),
    COLUMN(series, cost_usd_nano, I64, "usd_nano"),
};

static const struct harness_column bill_columns[] = {
    COLUMN(bill, environment, U16, "number"),
    CODE(bill, market, markets),
    CODE(bill, category, bill_categories),
    COLUMN(bill, usd_nano, I64, "usd_nano"),
};

static const struct harness_column pool_columns[] = {
    COLUMN(pool, type, TEXT, "text"),
    COLUMN(pool, zone, TEXT, "text"),
    CODE(pool, market, markets),
    COLUMN(pool, vcpu_milli, U32, "vcpu_milli"),
    COLUMN(pool, mib, U32, "mib"),
    COLUMN(pool, gpu, U32, "number"),
    COLUMN(pool, price_usd_nano_per_h, I64, "usd_nano_per_h"),
    COLUMN(pool, on_demand_usd_nano_per_h, I64, "usd_nano_per_h"),
};

static const struct harness_column name_columns[] = {
    COLUMN(name, name, TEXT, "text"),
};

#define TABLE(table_name, row, rows)                                                                                   \
    {                                                                                                                  \
        .name = table_name, .columns = row##_columns, .column_count = sizeof row##_columns / sizeof row##_columns[0],  \
        .row_size = sizeof(struct harness_##row##_row), .batch_rows = rows                                             \
    }

static const struct harness_table_description tables[HARNESS_TABLE_COUNT] = {
    [HARNESS_TABLE_JOBS] = TABLE("jobs", job, 4096),
    [HARNESS_TABLE_ATTEMPTS] = TABLE("attempts", attempt, 4096),
    [HARNESS_TABLE_INSTANCES] = TABLE("instances", instance, 1024),
    [HARNESS_TABLE_TIMESERIES] = TABLE("timeseries", series, 512),
    [HARNESS_TABLE_BILL] = TABLE("bill", bill, 64),
    [HARNESS_TABLE_POOLS] = TABLE("pools", pool, 64),
    [HARNESS_TABLE_QUEUES] = TABLE("queues", name, 16),
    [HARNESS_TABLE_ENVIRONMENTS] = TABLE("environments", name, 16),
    [HARNESS_TABLE_DEFINITIONS] = TABLE("definitions", name, 16),
};

const struct harness_table_description *harness_table_describe(enum harness_table table)
{
    BATCH_ASSERT(NULL, table < HARNESS_TABLE_COUNT);
    return &tables[table];
}

enum harness_table harness_table_find(const char *name)
{
    uint32_t table = 0;
    while (table < HARNESS_TABLE_COUNT && strcmp(tables[table].name, name) != 0) {
        table++;
    }
    return (enum harness_table)table;
}
