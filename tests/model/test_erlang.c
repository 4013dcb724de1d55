/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The whole chain against queueing theory: one instance of c vCPUs that is always there, Poisson arrivals of
 * one-vCPU jobs, no delays. That is M/M/c, whose waits Erlang's C formula gives.
 *
 * Each replication starts empty, so its first jobs wait too little: they are left out, and how many is many
 * times the relaxation time 1 / (mu (sqrt(c) - sqrt(a))^2) of the queue. It ends when the last job has been
 * served, so no wait is cut off. Seeds are 1, 2, ...: nothing is chosen.
 */
#include "harness/session.h"

#include "tests/support/t_assert.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REPLICATIONS = 20, SERVICE_S = 100, STANDARD_ERRORS = 3 };
enum { JOBS = 50000, JOBS_LEFT_OUT = 5000 };

static const char catalog_text[] =
    "instance_type,family,arch,vcpus,mib,registered_mib,gpus,is_metal,on_demand_usd_per_h,spot_savings_percent,"
    "spot_band,network_mbps,nvme_gb,coremark_per_s\n"
    "q1.c1,q1,x86_64,1,1024,1024,0,0,1,,,,0,\n"
    "q8.c8,q8,x86_64,8,8192,8192,0,0,1,,,,0,\n"
    "q64.c64,q64,x86_64,64,65536,65536,0,0,1,,,,0,\n";

/** Servers three times, servers, arrivals per second, family of the service time. */
static const char scenario_format[] =
    "{\"computeEnvironments\":[{\"computeEnvironmentName\":\"ce\",\"type\":\"MANAGED\",\"computeResources\":{"
    "\"type\":\"EC2\",\"minvCpus\":%u,\"desiredvCpus\":%u,\"maxvCpus\":%u,\"instanceTypes\":[\"q%u\"]}}],"
    "\"jobQueues\":[{\"jobQueueName\":\"q\",\"priority\":1,\"computeEnvironmentOrder\":[{\"order\":1,"
    "\"computeEnvironment\":\"ce\"}]}],"
    "\"jobDefinitions\":[{\"jobDefinitionName\":\"d\",\"type\":\"container\",\"containerProperties\":{"
    "\"resourceRequirements\":[{\"type\":\"VCPU\",\"value\":\"1\"},{\"type\":\"MEMORY\",\"value\":\"16\"}]}}],"
    "\"workload\":{\"generator\":{\"model\":\"poisson\",\"ratePerSecond\":%.17g,\"processors\":1,"
    "\"run\":{\"%s\":%d}},\"jobs\":%d,\"memory\":{\"mibPerProcessor\":16}},"
    "\"world\":{\"delays\":{\"scaleDecision\":0,\"launch\":0,\"boot\":0,\"terminate\":0,\"containerStart\":0,"
    "\"containerStop\":0},\"spot\":{\"interruptions\":{\"model\":\"never\"}},"
    "\"scheduler\":{\"placementPeriodSeconds\":0,\"scalingPeriodSeconds\":0}}}";

struct queue {
    unsigned servers;
    double load; /**< Per server. */
    const char *service;
};

/** What one replication shows. */
struct tally {
    int64_t runnable_us[JOBS + 1];
    int64_t changed_us;                /**< When the number waiting last changed. */
    int64_t waiting_area_us;           /**< Of the number waiting, over the whole run. */
    int64_t wait_us;                   /**< Sum over all jobs. */
    int64_t wait_counted_us;           /**< Sum over the jobs that are not left out. */
    int64_t window_us, window_area_us; /**< From the last job left out to the last job: how long, and that area. */
    unsigned waiting, started, delayed_counted;
};

struct sample {
    double wait_s;     /**< Mean over the jobs that count. */
    double delayed;    /**< Share of them that waited at all. */
    double waiting;    /**< Time average of the number waiting while they arrive. */
    double wait_all_s; /**< Mean over all jobs. */
};

struct estimate {
    double mean, standard_error;
};

static void waiting_advance(struct tally *tally, int64_t now_us)
{
    tally->waiting_area_us += (now_us - tally->changed_us) * (int64_t)tally->waiting;
    tally->changed_us = now_us;
}

static enum batch_rc see_submitted(void *context, uint64_t job, const struct batch_submission *submission,
                                   struct batch_error *error)
{
    struct tally *tally = context;
    (void)error;
    assert_in_range(job, 1, JOBS);
    waiting_advance(tally, submission->submit_us);
    if (job == JOBS_LEFT_OUT || job == JOBS) {
        tally->window_us = submission->submit_us - tally->window_us;
        tally->window_area_us = tally->waiting_area_us - tally->window_area_us;
    }
    return BATCH_OK;
}

static enum batch_rc see_event(void *context, const struct batch_event *event, struct batch_error *error)
{
    (void)context;
    (void)event;
    (void)error;
    return BATCH_OK;
}

static enum batch_rc see_command(void *context, const struct batch_command *command, struct batch_error *error)
{
    struct tally *tally = context;
    (void)error;
    if (command->kind != BATCH_COMMAND_JOB_CHANGED) {
        return BATCH_OK;
    }
    const struct batch_command_job_changed *change = &command->as.job_changed;
    if (change->to == BATCH_JOB_RUNNABLE) {
        tally->runnable_us[change->task.job] = command->time_us;
        waiting_advance(tally, command->time_us);
        tally->waiting++;
    }
    if (change->to == BATCH_JOB_RUNNING) {
        int64_t wait_us = command->time_us - tally->runnable_us[change->task.job];
        waiting_advance(tally, command->time_us);
        tally->waiting--;
        tally->wait_us += wait_us;
        tally->started++;
        if (change->task.job > JOBS_LEFT_OUT) {
            tally->wait_counted_us += wait_us;
            tally->delayed_counted += wait_us > 0;
        }
    }
    return BATCH_OK;
}

static void must(enum batch_rc rc, const struct batch_error *error)
{
    if (rc != BATCH_OK) {
        fail_msg("%s", error->text);
    }
}

static double rate_per_s(const struct queue *queue)
{
    return queue->load * queue->servers / SERVICE_S;
}

static void plan_make(const struct queue *queue, struct harness_plan *plan)
{
    char document[4096];
    struct batch_error error = {0};
    *plan = (struct harness_plan){0};
    int size = snprintf(document, sizeof document, scenario_format, queue->servers, queue->servers, queue->servers,
                        queue->servers, rate_per_s(queue), queue->service, SERVICE_S, JOBS);
    assert_in_range(size, 1, sizeof document - 1);
    must(cloud_catalog_parse("catalog", catalog_text, strlen(catalog_text), &plan->catalog, &error), &error);
    must(workload_scenario_parse("erlang", "", document, strlen(document), NULL, 0, &plan->scenario, &error), &error);
    must(harness_assembly_create(plan->scenario, plan->catalog, &plan->assembly, &error), &error);
}

/** With the tally in place of the recorder. */
static struct sample replicate(const struct harness_plan *plan)
{
    static struct tally tally;
    struct batch_error error = {0};
    struct batch_observer observer = {
        .context = &tally, .on_submitted = see_submitted, .on_event = see_event, .on_command = see_command};
    struct harness_session_options options = {.plan = plan, .observer = &observer};
    struct harness_session session;
    memset(&tally, 0, sizeof tally);
    must(harness_session_open(&session, &options, &error), &error);
    must(harness_session_run(&session, UINT64_MAX, &error), &error);
    assert_true(session.status.is_done);
    t_assert_u64(session.status.counts.succeeded, JOBS);
    harness_session_close(&session);
    t_assert_u64(tally.started, JOBS);
    t_assert_i64(tally.waiting, 0);
    /* Little's law over a run that begins and ends empty is an identity of integers. */
    t_assert_i64(tally.waiting_area_us, tally.wait_us);
    return (struct sample){
        .wait_s = (double)tally.wait_counted_us / BATCH_US_PER_S / (JOBS - JOBS_LEFT_OUT),
        .delayed = (double)tally.delayed_counted / (JOBS - JOBS_LEFT_OUT),
        .waiting = (double)tally.window_area_us / (double)tally.window_us,
        .wait_all_s = (double)tally.wait_us / BATCH_US_PER_S / JOBS,
    };
}

static struct estimate estimate_of(const double values[REPLICATIONS])
{
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < REPLICATIONS; i++) {
        sum += values[i];
    }
    double mean = sum / REPLICATIONS;
    for (int i = 0; i < REPLICATIONS; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    return (struct estimate){.mean = mean, .standard_error = sqrt(squares / (REPLICATIONS - 1) / REPLICATIONS)};
}

/** Probability that an arrival waits: from Erlang's B by its recursion over the servers. */
static double erlang_c(unsigned servers, double load)
{
    double offered = servers * load;
    double blocked = 1;
    for (unsigned k = 1; k <= servers; k++) {
        blocked = offered * blocked / (k + offered * blocked);
    }
    return blocked / (1 - load * (1 - blocked));
}

static void assert_agrees(const char *what, const struct queue *queue, struct estimate got, double expected)
{
    double distance = fabs(got.mean - expected) / got.standard_error;
    print_message("M/%s/%u load %.2f: %s %.6g, theory %.6g, %.2f standard errors of %.2g\n",
                  queue->service[0] == 'e' ? "M" : "D", queue->servers, queue->load, what, got.mean, expected, distance,
                  got.standard_error);
    if (!(distance <= STANDARD_ERRORS)) {
        fail_msg("%s is %.2f standard errors from theory", what, distance);
    }
    /* Without this a noisy estimate would agree with anything. */
    assert_true(got.standard_error < 0.06 * expected);
}

struct estimates {
    struct estimate wait_s, delayed, waiting;
};

static struct estimates replications(const struct queue *queue)
{
    double waits_s[REPLICATIONS];
    double delayed[REPLICATIONS];
    double waiting[REPLICATIONS];
    struct harness_plan plan;
    plan_make(queue, &plan);
    for (int i = 0; i < REPLICATIONS; i++) {
        plan.seed = (uint64_t)i + 1;
        struct sample sample = replicate(&plan);
        waits_s[i] = sample.wait_s;
        delayed[i] = sample.delayed;
        waiting[i] = sample.waiting;
    }
    harness_plan_release(&plan);
    return (struct estimates){
        .wait_s = estimate_of(waits_s), .delayed = estimate_of(delayed), .waiting = estimate_of(waiting)};
}

static void assert_is_erlang(unsigned servers, double load)
{
    const struct queue queue = {.servers = servers, .load = load, .service = "exponential"};
    struct estimates got = replications(&queue);
    double delayed = erlang_c(servers, load);
    double wait_s = delayed * SERVICE_S / (servers * (1 - load));
    assert_agrees("share that waits", &queue, got.delayed, delayed);
    assert_agrees("mean wait in s", &queue, got.wait_s, wait_s);
    assert_agrees("mean number waiting", &queue, got.waiting, rate_per_s(&queue) * wait_s);
}

static void erlang_c_equals_published_values(void **state)
{
    (void)state;
    t_assert_near(erlang_c(1, 0.8), 0.8, 1e-12, 0);
    t_assert_near(erlang_c(2, 0.9) / (2 * 0.1), 4.26315789, 1e-8, 0);
    t_assert_near(erlang_c(10, 0.9), 0.66873152, 1e-7, 0);
    t_assert_near(erlang_c(15, 0.9), 0.60262930, 1e-7, 0);
    t_assert_near(erlang_c(100, 0.95), 0.50645685, 1e-7, 0);
}

static void run_agrees_with_erlang_c_on_one_server(void **state)
{
    (void)state;
    assert_is_erlang(1, 0.8);
}

static void run_agrees_with_erlang_c_on_eight_servers(void **state)
{
    (void)state;
    assert_is_erlang(8, 0.9);
}

static void run_agrees_with_erlang_c_on_sixty_four_servers(void **state)
{
    (void)state;
    assert_is_erlang(64, 0.9);
}

/** The test has power: with constant service the wait is half, and far from Erlang's. */
static void run_differs_from_erlang_c_when_service_is_constant(void **state)
{
    (void)state;
    const struct queue queue = {.servers = 1, .load = 0.8, .service = "constant"};
    const double erlang_s = 0.8 * SERVICE_S / 0.2;
    struct estimate wait_s = replications(&queue).wait_s;
    assert_agrees("mean wait in s", &queue, wait_s, erlang_s / 2);
    assert_true(fabs(wait_s.mean - erlang_s) > 10 * STANDARD_ERRORS * wait_s.standard_error);
}

/** The recorder's mean wait is that of the observer above, so the agreement carries over to summaries. */
static void summary_gives_the_same_mean_wait(void **state)
{
    (void)state;
    const struct queue queue = {.servers = 8, .load = 0.9, .service = "exponential"};
    struct harness_plan plan;
    struct harness_session session;
    struct harness_summary summary;
    struct batch_error error = {0};
    plan_make(&queue, &plan);
    plan.seed = 1;
    struct sample sample = replicate(&plan);
    must(harness_session_open(&session, &(struct harness_session_options){.plan = &plan}, &error), &error);
    must(harness_session_run(&session, UINT64_MAX, &error), &error);
    must(harness_session_finish(&session, &summary, &error), &error);
    harness_session_close(&session);
    t_assert_u64(summary.all.started, JOBS);
    t_assert_near(summary.all.wait_s.mean, sample.wait_all_s, 1e-12, 0);
    harness_summary_release(&summary);
    harness_plan_release(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(erlang_c_equals_published_values),
        cmocka_unit_test(run_agrees_with_erlang_c_on_one_server),
        cmocka_unit_test(run_agrees_with_erlang_c_on_eight_servers),
        cmocka_unit_test(run_agrees_with_erlang_c_on_sixty_four_servers),
        cmocka_unit_test(run_differs_from_erlang_c_when_service_is_constant),
        cmocka_unit_test(summary_gives_the_same_mean_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
