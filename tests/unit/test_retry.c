/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * evaluateOnExit (reference 2.4), through a job that fails.
 */
#include "tests/support/t_core.h"

#include <string.h>

struct pattern {
    const char *status, *reason, *code; /**< NULL: absent. */
    enum batch_retry_action action;
};

/** How an attempt ends: by itself with a code and a text, or with its host. */
struct ending {
    int32_t code;
    const char *text;
    bool is_host_gone, is_start_failure;
};

static struct batch_text text_of(const char *bytes)
{
    return (struct batch_text){.bytes = bytes, .length = bytes != NULL ? (uint32_t)strlen(bytes) : 0};
}

static void end_attempt(struct t_core *t, const struct ending *ending)
{
    struct batch_event event = {
        .kind = BATCH_EVENT_ATTEMPT_ENDED,
        .as.attempt = {
            .attempt = 1, .occurred_us = t->now_us, .exit_code = ending->code, .reason = text_of(ending->text)}};
    if (ending->is_host_gone) {
        event = (struct batch_event){.kind = BATCH_EVENT_INSTANCE_GONE,
                                     .as.instance = {.instance = 1, .gone = BATCH_GONE_INTERRUPTED}};
    } else if (ending->is_start_failure) {
        event.kind = BATCH_EVENT_ATTEMPT_START_FAILED;
    } else {
        t_core_attempt(t, BATCH_EVENT_ATTEMPT_STARTED, 1, 0);
    }
    t_core_tell(t, event);
}

/** Whether a job with these rules and @p attempts is retried after its first attempt has ended so. */
static bool retries(const struct pattern *patterns, uint32_t count, uint32_t attempts, struct ending ending)
{
    struct t_core t;
    t_core_begin(&t, NULL, NULL);
    uint32_t pool = t_core_pool(&t, BATCH_MARKET_ON_DEMAND, 4, 1000);
    uint32_t environment = t_core_environment(&t, t_core_environment_preset("BEST_FIT_PROGRESSIVE", 4), &pool, 1);
    t_core_queue(&t, 1, &environment, 1);
    struct batch_event event = {
        .kind = BATCH_EVENT_DEFINITION_REGISTERED,
        .as.definition = {.resources = {1000, 1024, 0}, .attempts = attempts, .rule_count = count}};
    for (uint32_t i = 0; i < count; i++) {
        event.as.definition.rules[i] = (struct batch_retry_rule){.on_status_reason = text_of(patterns[i].status),
                                                                 .on_reason = text_of(patterns[i].reason),
                                                                 .on_exit_code = text_of(patterns[i].code),
                                                                 .action = patterns[i].action};
    }
    t_core_tell(&t, event);
    uint64_t job = t_core_submit(&t, 0, 0);
    t_core_settle(&t);
    t_core_register(&t, 1, 4);
    t_core_settle(&t);
    t_assert_u64(t_core_state(&t, job), BATCH_JOB_STARTING);
    end_attempt(&t, &ending);
    enum batch_job_state to = t_core_state(&t, job);
    assert_true(to == BATCH_JOB_RUNNABLE || to == BATCH_JOB_FAILED);
    t_assert_u64(batch_core_count(t.core).retried, to == BATCH_JOB_RUNNABLE);
    t_core_end(&t);
    return to == BATCH_JOB_RUNNABLE;
}

static const struct ending exit_1 = {.code = 1, .text = "Error: disk"};
static const struct ending exit_137 = {.code = 137, .text = "OutOfMemoryError: Container killed"};
static const struct ending host_gone = {.is_host_gone = true};

static void job_is_retried_when_no_rule_matches_and_attempts_remain(void **state)
{
    (void)state;
    const struct pattern other = {.code = "2", .action = BATCH_RETRY_EXIT};
    assert_true(retries(NULL, 0, 2, exit_1));
    assert_false(retries(NULL, 0, 1, exit_1));
    assert_true(retries(&other, 1, 2, exit_1));
    assert_false(retries(&(struct pattern){.code = "*", .action = BATCH_RETRY_RETRY}, 1, 1, exit_1));
}

static void pattern_must_match_the_whole_text_when_it_has_no_star(void **state)
{
    (void)state;
    assert_false(retries(&(struct pattern){.code = "1", .action = BATCH_RETRY_EXIT}, 1, 2, exit_1));
    assert_true(retries(&(struct pattern){.code = "1", .action = BATCH_RETRY_EXIT}, 1, 2, exit_137));
    assert_true(retries(&(struct pattern){.code = "13", .action = BATCH_RETRY_EXIT}, 1, 2, exit_137));
    assert_false(retries(&(struct pattern){.reason = "Error: disk", .action = BATCH_RETRY_EXIT}, 1, 2, exit_1));
    assert_true(retries(&(struct pattern){.reason = "Error: dis", .action = BATCH_RETRY_EXIT}, 1, 2, exit_1));
    assert_true(retries(&(struct pattern){.reason = "Error: disks", .action = BATCH_RETRY_EXIT}, 1, 2, exit_1));
    assert_true(retries(&(struct pattern){.reason = "error: disk", .action = BATCH_RETRY_EXIT}, 1, 2, exit_1));
    assert_false(retries(&(struct pattern){.status = "Essential container in task exited", .action = BATCH_RETRY_EXIT},
                         1, 2, exit_1));
}

static void pattern_is_a_prefix_when_it_ends_in_a_star(void **state)
{
    (void)state;
    assert_false(retries(&(struct pattern){.code = "13*", .action = BATCH_RETRY_EXIT}, 1, 2, exit_137));
    assert_false(retries(&(struct pattern){.code = "137*", .action = BATCH_RETRY_EXIT}, 1, 2, exit_137));
    assert_true(retries(&(struct pattern){.code = "1370*", .action = BATCH_RETRY_EXIT}, 1, 2, exit_137));
    assert_false(retries(&(struct pattern){.reason = "OutOfMemory*", .action = BATCH_RETRY_EXIT}, 1, 2, exit_137));
    assert_true(retries(&(struct pattern){.reason = "OfMemory*", .action = BATCH_RETRY_EXIT}, 1, 2, exit_137));
    assert_true(retries(&(struct pattern){.reason = "Out*Error", .action = BATCH_RETRY_EXIT}, 1, 2, exit_137));
    assert_false(retries(&(struct pattern){.status = "Host EC2*", .action = BATCH_RETRY_EXIT}, 1, 2, host_gone));
}

static void rule_matches_when_all_its_patterns_do(void **state)
{
    (void)state;
    const struct pattern both = {.reason = "OutOfMemory*", .code = "137", .action = BATCH_RETRY_EXIT};
    const struct pattern one = {.reason = "OutOfMemory*", .code = "138", .action = BATCH_RETRY_EXIT};
    const struct pattern none = {.action = BATCH_RETRY_EXIT};
    assert_false(retries(&both, 1, 2, exit_137));
    assert_true(retries(&one, 1, 2, exit_137));
    assert_false(retries(&none, 1, 2, exit_137));
}

static void first_matching_rule_decides_when_several_do(void **state)
{
    (void)state;
    const struct pattern spot[2] = {{.status = "Host EC2*", .action = BATCH_RETRY_RETRY},
                                    {.reason = "*", .action = BATCH_RETRY_EXIT}};
    const struct pattern swapped[2] = {spot[1], spot[0]};
    assert_true(retries(spot, 2, 2, host_gone));
    assert_false(retries(spot, 2, 2, exit_1));
    assert_false(retries(swapped, 2, 2, host_gone));
}

static void absent_value_is_empty_text_when_rules_are_matched(void **state)
{
    (void)state;
    assert_false(retries(&(struct pattern){.code = "*", .action = BATCH_RETRY_EXIT}, 1, 2, host_gone));
    assert_true(retries(&(struct pattern){.code = "0*", .action = BATCH_RETRY_EXIT}, 1, 2, host_gone));
    assert_false(retries(&(struct pattern){.reason = "*", .action = BATCH_RETRY_EXIT}, 1, 2, host_gone));
    assert_false(retries(&(struct pattern){.reason = "", .action = BATCH_RETRY_EXIT}, 1, 2, host_gone));
    assert_true(retries(&(struct pattern){.reason = "", .action = BATCH_RETRY_EXIT}, 1, 2, exit_1));
    assert_false(retries(&(struct pattern){.reason = "", .action = BATCH_RETRY_EXIT}, 1, 2,
                         (struct ending){.code = BATCH_EXIT_CODE_NONE}));
}

static void start_failure_is_judged_by_the_same_rules(void **state)
{
    (void)state;
    const struct ending pull = {.is_start_failure = true, .text = "CannotPullContainerError: no such image"};
    assert_true(retries(NULL, 0, 2, pull));
    assert_false(retries(&(struct pattern){.reason = "CannotPull*", .action = BATCH_RETRY_EXIT}, 1, 2, pull));
    assert_false(retries(&(struct pattern){.status = "Task failed to start", .action = BATCH_RETRY_EXIT}, 1, 2, pull));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_is_retried_when_no_rule_matches_and_attempts_remain),
        cmocka_unit_test(pattern_must_match_the_whole_text_when_it_has_no_star),
        cmocka_unit_test(pattern_is_a_prefix_when_it_ends_in_a_star),
        cmocka_unit_test(rule_matches_when_all_its_patterns_do),
        cmocka_unit_test(first_matching_rule_decides_when_several_do),
        cmocka_unit_test(absent_value_is_empty_text_when_rules_are_matched),
        cmocka_unit_test(start_failure_is_judged_by_the_same_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
