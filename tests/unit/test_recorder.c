/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The recorder against a run whose every figure was reckoned by hand. */
#include "tests/support/t_assert.h"
#include "tests/support/t_run.h"

static struct harness_summary play(void)
{
    struct t_run run;
    struct harness_summary summary;
    struct batch_error error = {.text = ""};
    t_run_begin(&run, NULL, false);
    t_run_play_story(&run);
    assert_int_equal(t_run_finish(&run, &summary, &error), BATCH_OK);
    t_run_end(&run);
    return summary;
}

static void recorder_counts_each_job_once_when_one_is_retried_and_one_never_ends(void **state)
{
    (void)state;
    struct harness_summary summary = play();
    t_assert_u64(summary.all.jobs, 4);
    t_assert_u64(summary.all.succeeded, 2);
    t_assert_u64(summary.all.failed, 1);
    t_assert_u64(summary.all.unfinished, 1);
    t_assert_u64(summary.all.started, 3);
    t_assert_u64(summary.all.retries, 1);
    t_assert_near(summary.all.makespan_s, 1052, 0, 0);
    t_assert_near(summary.all.throughput_jobs_per_h, 2 * 3600 / 1052.0, 1e-15, 0);
    t_assert_u64(summary.queues[0].figures.jobs, 2);
    t_assert_u64(summary.queues[1].figures.succeeded, 1);
    t_assert_u64(summary.environments[0].figures.retries, 1);
    t_assert_u64(summary.environments[1].figures.jobs, 1);
    harness_summary_release(&summary);
}

static void recorder_measures_wait_response_and_slowdown_as_defined(void **state)
{
    (void)state;
    struct harness_summary summary = play();
    /* Waits: 110, 100, 351 s; responses: 212, 1042, 362 s; runs: 100, 400, 10 s. */
    t_assert_near(summary.all.wait_s.mean, 561.0 / 3, 1e-15, 0);
    t_assert_near(summary.all.wait_s.p50, 110, 0, 0);
    t_assert_near(summary.all.response_s.max, 1042, 0, 0);
    t_assert_near(summary.all.response_s.mean, 1616.0 / 3, 1e-15, 0);
    t_assert_near(summary.all.bounded_slowdown.mean, (2.12 + 1042.0 / 400 + 36.2) / 3, 1e-15, 0);
    t_assert_near(summary.queues[1].figures.wait_s.mean, 100, 0, 0);
    t_assert_near(summary.environments[1].figures.wait_s.p99, 351, 0, 0);
    assert_true(summary.quantiles_are_exact);
    harness_summary_release(&summary);
}

static void recorder_splits_work_and_money_exactly_when_an_instance_is_taken(void **state)
{
    (void)state;
    struct harness_summary summary = play();
    /* Useful: 100 + 400 s; lost: 390 (interrupted) + 10 (failed) s, all on 1 vCPU. */
    t_assert_near(summary.all.useful_vcpu_s, 500, 0, 0);
    t_assert_near(summary.all.lost_vcpu_s, 400, 0, 0);
    t_assert_near(summary.costs.instance_vcpu_s, 4 * (460 + 3400), 0, 0);
    t_assert_near(summary.costs.utilisation, 500.0 / (4 * 3860), 1e-15, 0);
    t_assert_u64(summary.costs.instances, 2);
    t_assert_u64(summary.costs.interruptions, 1);
    /* Spot was taken in its first hour: free. On-demand: 3400 s at 0.17 USD/h. */
    t_assert_i64(summary.costs.spot_usd_nano, 0);
    t_assert_i64(summary.costs.total_usd_nano, 160555556);
    t_assert_i64(summary.costs.at_on_demand_usd_nano, 160555556 + 21722222);
    t_assert_i64(summary.costs.boot_usd_nano, 2361111);
    t_assert_i64(summary.costs.useful_usd_nano + summary.costs.lost_usd_nano + summary.costs.boot_usd_nano +
                     summary.costs.idle_usd_nano,
                 summary.costs.total_usd_nano);
    t_assert_near(summary.costs.cost_per_job_usd, 0.160555556 / 2, 1e-15, 0);
    t_assert_near(summary.costs.cost_per_useful_vcpu_h_usd, 0.160555556 / 500 * 3600, 1e-14, 0);
    t_assert_near(summary.costs.saving, 21722222.0 / 182277778, 1e-12, 0);
    t_assert_i64(summary.environments[1].costs.total_usd_nano, summary.costs.total_usd_nano);
    harness_summary_release(&summary);
}

static void recorder_makes_an_empty_summary_when_nothing_happens(void **state)
{
    (void)state;
    struct t_run run;
    struct harness_summary summary;
    t_run_begin(&run, NULL, false);
    assert_int_equal(t_run_finish(&run, &summary, NULL), BATCH_OK);
    t_assert_u64(summary.all.jobs, 0);
    t_assert_near(summary.all.makespan_s, 0, 0, 0);
    t_assert_near(summary.costs.saving, 0, 0, 0);
    harness_summary_release(&summary);
    t_run_end(&run);
}

static void recorder_bills_until_the_end_when_an_instance_stays(void **state)
{
    (void)state;
    struct t_run run;
    struct harness_summary summary;
    const int64_t second = BATCH_US_PER_S;
    t_run_begin(&run, NULL, false);
    t_run_launch(&run, 1, 1, 0);
    t_run_launch(&run, 2, 1, 0);
    t_run_instance(&run, BATCH_EVENT_INSTANCE_RUNNING, 1, BATCH_GONE_TERMINATED, 0);
    t_run_submit(&run, 5, 1, 0, 3600 * second);
    t_run_instance(&run, BATCH_EVENT_INSTANCE_REGISTERED, 1, BATCH_GONE_TERMINATED, 3600 * second);
    t_run_place(&run, 5, 1, 1, 1, 1, 3600 * second);
    t_run_change(&run, 5, 1, BATCH_JOB_STARTING, BATCH_JOB_RUNNING, BATCH_REASON_NONE, 0, 3700 * second);
    run.status.now_us = 7200 * second;
    assert_int_equal(t_run_finish(&run, &summary, NULL), BATCH_OK);
    t_assert_i64(summary.costs.total_usd_nano, 340000000);
    t_assert_i64(summary.costs.boot_usd_nano, 170000000);
    t_assert_u64(summary.costs.instances, 1);
    t_assert_u64(summary.all.unfinished, 1);
    t_assert_near(summary.all.useful_vcpu_s + summary.all.lost_vcpu_s, 0, 0, 0);
    harness_summary_release(&summary);
    t_run_end(&run);
}

static void recorder_finds_instances_when_many_come_and_go(void **state)
{
    (void)state;
    enum { COUNT = 5000, ALIVE = 700 };
    struct t_run run;
    struct harness_summary summary;
    t_run_begin(&run, NULL, false);
    for (uint64_t i = 1; i <= COUNT + ALIVE; i++) {
        if (i <= COUNT) {
            /* Steps of 64 make the numbers collide in any small table. */
            t_run_launch(&run, 64 * i, 0, (int64_t)i);
            t_run_instance(&run, BATCH_EVENT_INSTANCE_RUNNING, 64 * i, BATCH_GONE_TERMINATED, (int64_t)i);
        }
        if (i > ALIVE) {
            t_run_instance(&run, BATCH_EVENT_INSTANCE_GONE, 64 * (i - ALIVE), BATCH_GONE_TERMINATED, (int64_t)i);
        }
    }
    assert_int_equal(t_run_finish(&run, &summary, NULL), BATCH_OK);
    t_assert_u64(summary.costs.instances, COUNT);
    t_assert_near(summary.costs.instance_vcpu_s, 4.0 * COUNT * ALIVE / 1e6, 1e-15, 0);
    harness_summary_release(&summary);
    t_run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorder_counts_each_job_once_when_one_is_retried_and_one_never_ends),
        cmocka_unit_test(recorder_measures_wait_response_and_slowdown_as_defined),
        cmocka_unit_test(recorder_splits_work_and_money_exactly_when_an_instance_is_taken),
        cmocka_unit_test(recorder_makes_an_empty_summary_when_nothing_happens),
        cmocka_unit_test(recorder_bills_until_the_end_when_an_instance_stays),
        cmocka_unit_test(recorder_finds_instances_when_many_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
