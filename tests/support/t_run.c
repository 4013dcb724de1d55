/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The made-up run: what a world would tell the recorder, in the order in which a world tells it.
 */
#include "t_assert.h"

#include "t_run.h"

#include <stdio.h>
#include <string.h>

static const char catalog_text[] = "# source: made up\n# date: 2026-01-01\n# rows: 1\n"
                                   "instance_type,family,arch,vcpus,mib,registered_mib,gpus,is_metal,on_demand_usd_per_"
                                   "h,spot_savings_percent,spot_band,"
                                   "network_mbps,nvme_gb,coremark_per_s\n"
                                   "c6i.xlarge,c6i,x86_64,4,8192,7000,0,0,0.170,60,0,1562,0,\n";

static struct harness_pool pools[] = {
    {.market = BATCH_MARKET_SPOT, .price_usd_nano_per_h = 68000000, .on_demand_usd_nano_per_h = 170000000},
    {.market = BATCH_MARKET_ON_DEMAND, .price_usd_nano_per_h = 170000000, .on_demand_usd_nano_per_h = 170000000},
};

static struct batch_event setup[] = {
    {.kind = BATCH_EVENT_POOL_CHANGED,
     .as.pool = {.pool = 0, .market = BATCH_MARKET_SPOT, .capacity = {T_RUN_VCPU_MILLI, T_RUN_MIB, 0}}},
    {.kind = BATCH_EVENT_POOL_CHANGED, .as.pool = {.pool = 1, .capacity = {T_RUN_VCPU_MILLI, T_RUN_MIB, 0}}},
    {.kind = BATCH_EVENT_DEFINITION_REGISTERED, .as.definition = {.definition = 0, .resources = {1000, 1024, 0}}},
};

static struct workload_environment environments[] = {{.name = "spot", .market = BATCH_MARKET_SPOT},
                                                     {.name = "on-demand", .market = BATCH_MARKET_ON_DEMAND}};
static struct workload_queue queues[] = {{.name = "high"}, {.name = "low"}};
static struct workload_definition definitions[] = {{.name = "job"}};
static char zone[] = "us-east-1a";
static char *zones[] = {zone};
static char scenario_name[] = "made \"up\".json";
static char canonical[] = "{\"made\":\"up\"}";

static void succeed(enum batch_rc rc, const struct batch_error *error)
{
    if (rc != BATCH_OK) {
        fail_msg("%s", error->text);
    }
}

void t_run_begin(struct t_run *run, const char *path, bool compresses)
{
    struct batch_error error = {.text = ""};
    memset(run, 0, sizeof *run);
    succeed(cloud_catalog_parse("made up", catalog_text, sizeof catalog_text - 1, &run->catalog, &error), &error);
    run->scenario = (struct workload_scenario){
        .name = scenario_name,
        .environments = environments,
        .environment_count = 2,
        .queues = queues,
        .queue_count = 2,
        .definitions = definitions,
        .definition_count = 1,
        .world = {.zones = zones, .zone_count = 1},
        .canonical = canonical,
    };
    run->assembly = (struct harness_assembly){
        .scenario = &run->scenario,
        .catalog = run->catalog,
        .pools = pools,
        .pool_count = 2,
        .setup = setup,
        .setup_count = sizeof setup / sizeof setup[0],
    };
    struct harness_recorder_options options = {
        .assembly = &run->assembly, .path = path, .compresses = compresses, .seed = UINT64_MAX};
    succeed(harness_recorder_create(&options, &run->recorder, &error), &error);
    run->observer = harness_recorder_observer(run->recorder);
}

static void tell_event(struct t_run *run, const struct batch_event *event)
{
    struct batch_error error = {.text = ""};
    run->status.now_us = event->time_us;
    run->status.events++;
    succeed(run->observer.on_event(run->observer.context, event, &error), &error);
}

/** The event that causes a command comes first. */
static void tell_command(struct t_run *run, const struct batch_command *command)
{
    struct batch_error error = {.text = ""};
    tell_event(run, &(struct batch_event){.kind = BATCH_EVENT_DECIDE, .time_us = command->time_us});
    succeed(run->observer.on_command(run->observer.context, command, &error), &error);
}

void t_run_submit(struct t_run *run, uint64_t tag, uint64_t job, uint32_t queue, int64_t time_us)
{
    struct batch_error error = {.text = ""};
    struct batch_submission submission = {.submit_us = time_us, .job = {.tag = tag, .queue = queue}};
    succeed(run->observer.on_submitted(run->observer.context, job, &submission, &error), &error);
    run->status.counts.submitted++;
    run->account.jobs++;
    t_run_change(run, tag, job, BATCH_JOB_SUBMITTED, BATCH_JOB_RUNNABLE, BATCH_REASON_NONE, time_us, time_us);
}

void t_run_launch(struct t_run *run, uint64_t instance, uint32_t environment, int64_t time_us)
{
    tell_command(run, &(struct batch_command){.kind = BATCH_COMMAND_LAUNCH_INSTANCE,
                                              .time_us = time_us,
                                              .as.launch = {instance, environment, environment}});
}

void t_run_instance(struct t_run *run, enum batch_event_kind kind, uint64_t instance, enum batch_gone gone,
                    int64_t time_us)
{
    struct batch_event event = {.kind = kind, .time_us = time_us, .as.instance = {.instance = instance, .gone = gone}};
    tell_event(run, &event);
}

void t_run_place(struct t_run *run, uint64_t tag, uint64_t job, uint32_t attempt, uint64_t instance,
                 uint32_t environment, int64_t time_us)
{
    struct batch_command command = {
        .kind = BATCH_COMMAND_START_ATTEMPT,
        .time_us = time_us,
        .as.start = {.tag = tag,
                     .task = {job, BATCH_INDEX_NONE, BATCH_INDEX_NONE, attempt},
                     .attempt = ++run->attempts,
                     .instance = instance,
                     .environment = environment},
    };
    tell_command(run, &command);
    t_run_change(run, tag, job, BATCH_JOB_RUNNABLE, BATCH_JOB_STARTING, BATCH_REASON_NONE, time_us, time_us);
}

void t_run_change(struct t_run *run, uint64_t tag, uint64_t job, enum batch_job_state from, enum batch_job_state to,
                  enum batch_reason reason, int64_t occurred_us, int64_t time_us)
{
    struct batch_command command = {
        .kind = BATCH_COMMAND_JOB_CHANGED,
        .time_us = time_us,
        .as.job_changed = {.tag = tag,
                           .task = {job, BATCH_INDEX_NONE, BATCH_INDEX_NONE, 0},
                           .from = from,
                           .to = to,
                           .reason = reason,
                           .exit_code =
                               reason == BATCH_REASON_ESSENTIAL_EXITED ? to == BATCH_JOB_FAILED : BATCH_EXIT_CODE_NONE,
                           .occurred_us = occurred_us},
    };
    tell_command(run, &command);
    run->status.counts.succeeded += to == BATCH_JOB_SUCCEEDED;
    run->status.counts.failed += to == BATCH_JOB_FAILED;
    run->status.counts.retried += to == BATCH_JOB_RUNNABLE && from != BATCH_JOB_SUBMITTED;
}

enum batch_rc t_run_finish(struct t_run *run, struct harness_summary *summary, struct batch_error *error)
{
    run->status.is_done = true;
    run->status.digest = 0xabc;
    run->account.rows = run->account.jobs + 1;
    run->account.anomalies[WORKLOAD_DROPPED_NO_SUBMIT] = 1;
    return harness_recorder_finish(run->recorder, &run->account, &run->status, summary, error);
}

void t_run_end(struct t_run *run)
{
    harness_recorder_destroy(run->recorder);
    cloud_catalog_destroy(run->catalog);
}

static int64_t s(int64_t seconds)
{
    return seconds * BATCH_US_PER_S;
}

void t_run_play_story(struct t_run *run)
{
    const enum batch_reason none = BATCH_REASON_NONE;
    t_run_submit(run, 0, 1, 0, 0);
    t_run_submit(run, 1, 2, 1, s(10));
    t_run_launch(run, 1, 0, s(10));
    t_run_launch(run, 2, 0, s(10));
    t_run_instance(run, BATCH_EVENT_INSTANCE_LAUNCH_FAILED, 2, BATCH_GONE_TERMINATED, s(20));
    t_run_instance(run, BATCH_EVENT_INSTANCE_RUNNING, 1, BATCH_GONE_TERMINATED, s(40));
    t_run_instance(run, BATCH_EVENT_INSTANCE_REGISTERED, 1, BATCH_GONE_TERMINATED, s(100));
    t_run_place(run, 0, 1, 1, 1, 0, s(100));
    t_run_place(run, 1, 2, 1, 1, 0, s(100));
    t_run_change(run, 0, 1, BATCH_JOB_STARTING, BATCH_JOB_RUNNING, none, s(110), s(110));
    t_run_change(run, 1, 2, BATCH_JOB_STARTING, BATCH_JOB_RUNNING, none, s(110), s(110));
    t_run_change(run, 0, 1, BATCH_JOB_RUNNING, BATCH_JOB_SUCCEEDED, BATCH_REASON_ESSENTIAL_EXITED, s(210), s(212));
    t_run_submit(run, 0, 3, 0, s(300));
    t_run_instance(run, BATCH_EVENT_INSTANCE_NOTICE, 1, BATCH_GONE_TERMINATED, s(380));
    t_run_instance(run, BATCH_EVENT_INSTANCE_GONE, 1, BATCH_GONE_INTERRUPTED, s(500));
    t_run_change(run, 1, 2, BATCH_JOB_RUNNING, BATCH_JOB_RUNNABLE, BATCH_REASON_HOST_TERMINATED, s(500), s(500));
    t_run_launch(run, 3, 1, s(510));
    t_run_instance(run, BATCH_EVENT_INSTANCE_RUNNING, 3, BATCH_GONE_TERMINATED, s(600));
    t_run_instance(run, BATCH_EVENT_INSTANCE_REGISTERED, 3, BATCH_GONE_TERMINATED, s(650));
    t_run_place(run, 1, 2, 2, 3, 1, s(650));
    t_run_place(run, 0, 3, 1, 3, 1, s(650));
    t_run_change(run, 1, 2, BATCH_JOB_STARTING, BATCH_JOB_RUNNING, none, s(651), s(651));
    t_run_change(run, 0, 3, BATCH_JOB_STARTING, BATCH_JOB_RUNNING, none, s(651), s(651));
    t_run_change(run, 0, 3, BATCH_JOB_RUNNING, BATCH_JOB_FAILED, BATCH_REASON_ESSENTIAL_EXITED, s(661), s(662));
    t_run_change(run, 1, 2, BATCH_JOB_RUNNING, BATCH_JOB_SUCCEEDED, BATCH_REASON_ESSENTIAL_EXITED, s(1051), s(1052));
    t_run_submit(run, 0, 4, 1, s(2000));
    t_run_instance(run, BATCH_EVENT_INSTANCE_GONE, 3, BATCH_GONE_TERMINATED, s(4000));
}
