/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Attempts: every legal change of state, timeouts, lost hosts, and facts that cannot be true.
 */
#include "tests/support/t_core.h"

static const int64_t second_us = BATCH_US_PER_S;

/** One job placed on instance 1 as attempt 1. */
static void begin(struct t_core *t, uint32_t attempts, int64_t timeout_us)
{
    t_core_begin(t, NULL, NULL);
    uint32_t pool = t_core_pool(t, BATCH_MARKET_SPOT, 4, 1000);
    (void)t_core_environment(t, t_core_environment_preset("SPOT_CAPACITY_OPTIMIZED", 4), &pool, 1);
    (void)t_core_queue(t, 1, (const uint32_t[]){0}, 1);
    (void)t_core_definition(t, attempts, timeout_us);
    t_core_submit(t, 0, 1);
    t_core_settle(t);
    t_core_register(t, 1, 4);
    t_core_settle(t);
    t_assert_u64(t_core_state(t, 1), BATCH_JOB_STARTING);
}

static void check_change(const struct t_core *t, enum batch_job_state from, enum batch_job_state to,
                         enum batch_reason reason, int32_t exit_code)
{
    const struct batch_command_job_changed *change = t_core_last_change(t, 1);
    assert_non_null(change);
    t_assert_u64(change->from, from);
    t_assert_u64(change->to, to);
    t_assert_u64(change->reason, reason);
    t_assert_i64(change->exit_code, exit_code);
    t_assert_u64(change->instance, 1);
}

static void job_goes_from_submitted_to_succeeded_when_all_is_well(void **state)
{
    (void)state;
    static const enum batch_job_state path[] = {BATCH_JOB_SUBMITTED, BATCH_JOB_RUNNABLE, BATCH_JOB_STARTING,
                                                BATCH_JOB_RUNNING, BATCH_JOB_SUCCEEDED};
    struct t_core t;
    begin(&t, 1, 0);
    t.now_us = 5 * second_us;
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t.now_us = 9 * second_us;
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_ATTEMPT_ENDED,
                                         .as.attempt = {.attempt = 1, .occurred_us = 8 * second_us}});
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_JOB_CHANGED), 4);
    for (uint32_t i = 0; i < 4; i++) {
        const struct batch_command *command = t_core_command(&t, BATCH_COMMAND_JOB_CHANGED, i);
        t_assert_u64(command->as.job_changed.from, path[i]);
        t_assert_u64(command->as.job_changed.to, path[i + 1]);
    }
    check_change(&t, BATCH_JOB_RUNNING, BATCH_JOB_SUCCEEDED, BATCH_REASON_ESSENTIAL_EXITED, 0);
    t_assert_i64(t_core_last_change(&t, 1)->occurred_us, 8 * second_us);
    t_assert_u64(batch_core_count(t.core).succeeded, 1);
    t_core_end(&t);
}

static void failed_attempt_is_retried_until_there_are_none_left(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 3, 0);
    for (uint32_t attempt = 1; attempt <= 3; attempt++) {
        t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, attempt, 0);
        t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, attempt, 7);
        check_change(&t, BATCH_JOB_RUNNING, attempt < 3 ? BATCH_JOB_RUNNABLE : BATCH_JOB_FAILED,
                     BATCH_REASON_ESSENTIAL_EXITED, 7);
        t_assert_u64(t_core_last_change(&t, 1)->task.attempt, attempt);
        t_core_settle(&t);
    }
    t_assert_u64(batch_core_count(t.core).retried, 2);
    t_assert_u64(batch_core_count(t.core).failed, 1);
    t_core_end(&t);
}

static void start_failure_is_retried_or_fails(void **state)
{
    (void)state;
    for (uint32_t attempts = 1; attempts <= 2; attempts++) {
        struct t_core t;
        begin(&t, attempts, 0);
        t_core_attempt(&t, BATCH_EVENT_ATTEMPT_START_FAILED, 1, 0);
        check_change(&t, BATCH_JOB_STARTING, attempts > 1 ? BATCH_JOB_RUNNABLE : BATCH_JOB_FAILED,
                     BATCH_REASON_START_FAILED, BATCH_EXIT_CODE_NONE);
        t_core_end(&t);
    }
}

static void lost_host_ends_its_attempts_whatever_they_do(void **state)
{
    (void)state;
    for (int is_running = 0; is_running < 2; is_running++) {
        struct t_core t;
        begin(&t, 2, 0);
        if (is_running != 0) {
            t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
        }
        t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_NOTICE, 1), BATCH_OK);
        enum batch_job_state before = is_running != 0 ? BATCH_JOB_RUNNING : BATCH_JOB_STARTING;
        t_assert_u64(t_core_state(&t, 1), before);
        t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_GONE, 1), BATCH_OK);
        check_change(&t, before, BATCH_JOB_RUNNABLE, BATCH_REASON_HOST_TERMINATED, BATCH_EXIT_CODE_NONE);
        t_assert_u64(t_core_try_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0), BATCH_E_STATE);
        t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_GONE, 1), BATCH_E_STATE);
        t_core_end(&t);
    }
}

static void noticed_instance_takes_no_more_work(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 2, 0);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_NOTICE, 1), BATCH_OK);
    uint64_t second = t_core_submit(&t, 0, 1);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, second), BATCH_JOB_RUNNABLE);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, second), BATCH_JOB_RUNNABLE);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_TERMINATE_INSTANCE), 0);
    t_core_end(&t);
}

static void timeout_stops_the_attempt_and_is_never_retried(void **state)
{
    (void)state;
    static const int32_t codes[] = {137, 0, BATCH_EXIT_CODE_NONE};
    for (int i = 0; i < 3; i++) {
        struct t_core t;
        begin(&t, 10, 60 * second_us);
        t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
        t_core_pass_time(&t, 60 * second_us - 1);
        t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 0);
        t_core_pass_time(&t, 60 * second_us);
        t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 1);
        const struct batch_command_stop *stop = &t_core_command(&t, BATCH_COMMAND_STOP_ATTEMPT, 0)->as.stop;
        t_assert_u64(stop->attempt, 1);
        t_assert_i64(stop->grace_us, 30 * second_us);
        t_assert_u64(t_core_state(&t, 1), BATCH_JOB_RUNNING);
        t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, codes[i]);
        check_change(&t, BATCH_JOB_RUNNING, BATCH_JOB_FAILED, BATCH_REASON_TIMEOUT, codes[i]);
        t_core_pass_time(&t, 100 * second_us);
        t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 1);
        t_core_end(&t);
    }
}

static void timeout_counts_from_running_and_anew_for_each_attempt(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 2, 60 * second_us);
    t_core_pass_time(&t, 1000 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 0);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t_core_pass_time(&t, 1050 * second_us);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 1);
    t_core_settle(&t);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 2, 0);
    t_core_pass_time(&t, 1109 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 0);
    t_core_pass_time(&t, 1110 * second_us);
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 1);
    t_core_end(&t);
}

static void time_event_alone_stops_what_has_timed_out(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 1, 60 * second_us);
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t.now_us = 61 * second_us;
    t_core_tell(&t, (struct batch_event){.kind = BATCH_EVENT_TIME});
    t_assert_u64(t_core_number(&t, BATCH_COMMAND_STOP_ATTEMPT), 1);
    t_core_end(&t);
}

static void facts_that_cannot_be_true_are_refused_and_change_nothing(void **state)
{
    (void)state;
    struct t_core t;
    begin(&t, 2, 0);
    t_assert_u64(t_core_try_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 0, 0), BATCH_E_STATE);
    t_assert_u64(t_core_try_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 2, 0), BATCH_E_STATE);
    t_assert_u64(t_core_try_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0), BATCH_E_STATE);
    t_assert_contains(t.error.text, "never started");
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    t_assert_u64(t_core_try_attempt(&t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0), BATCH_E_STATE);
    t_assert_u64(t_core_try_attempt(&t, BATCH_EVENT_ATTEMPT_START_FAILED, 1, 0), BATCH_E_STATE);
    t_assert_u64(t_core_try_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 256), BATCH_E_INPUT);
    t_assert_u64(t_core_try_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, -1), BATCH_E_INPUT);
    struct batch_event late = {.kind = BATCH_EVENT_ATTEMPT_ENDED, .as.attempt = {.attempt = 1, .occurred_us = 1}};
    t_assert_u64(t_core_try(&t, late), BATCH_E_INPUT);
    late.as.attempt.occurred_us = -1;
    t_assert_u64(t_core_try(&t, late), BATCH_E_INPUT);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_RUNNING, 1), BATCH_E_STATE);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_REGISTERED, 1), BATCH_E_STATE);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_LAUNCH_FAILED, 1), BATCH_E_STATE);
    t_assert_u64(t_core_try_instance(&t, BATCH_EVENT_INSTANCE_NOTICE, 2), BATCH_E_STATE);
    t_assert_u64(t_core_try(&t, (struct batch_event){.kind = BATCH_EVENT_INSTANCE_GONE,
                                                     .as.instance = {.instance = 1, .gone = (enum batch_gone)3}}),
                 BATCH_E_INPUT);
    t_assert_u64(t_core_try(&t, (struct batch_event){.kind = BATCH_EVENT_NONE}), BATCH_E_INPUT);
    t_assert_u64(t_core_try(&t, (struct batch_event){.kind = (enum batch_event_kind)18}), BATCH_E_INPUT);
    t.now_us = -1;
    t_assert_u64(t_core_try(&t, (struct batch_event){.kind = BATCH_EVENT_TIME}), BATCH_E_STATE);
    t.now_us = 0;
    t_core_attempt(&t, BATCH_EVENT_ATTEMPT_ENDED, 1, 0);
    t_assert_u64(t_core_state(&t, 1), BATCH_JOB_SUCCEEDED);
    t_core_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_goes_from_submitted_to_succeeded_when_all_is_well),
        cmocka_unit_test(failed_attempt_is_retried_until_there_are_none_left),
        cmocka_unit_test(start_failure_is_retried_or_fails),
        cmocka_unit_test(lost_host_ends_its_attempts_whatever_they_do),
        cmocka_unit_test(noticed_instance_takes_no_more_work),
        cmocka_unit_test(timeout_stops_the_attempt_and_is_never_retried),
        cmocka_unit_test(timeout_counts_from_running_and_anew_for_each_attempt),
        cmocka_unit_test(time_event_alone_stops_what_has_timed_out),
        cmocka_unit_test(facts_that_cannot_be_true_are_refused_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
