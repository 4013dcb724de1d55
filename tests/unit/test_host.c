/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The way to die: a failed assertion tells the host its place, and never goes on.
 */
#define _POSIX_C_SOURCE 200809L

#include "scheduler/host.h"

#include "tests/support/t_assert.h"
#include "tests/support/t_host.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void assertion_names_place_and_condition_when_it_fails(void **state)
{
    (void)state;
    struct t_host t;
    t_host_init(&t);
    int answer = 41;
    expect_assert_failure(BATCH_ASSERT(&t.host, answer == 42));
    t_assert_contains(global_last_failed_assert, "tests/unit/test_host.c:");
    t_assert_contains(global_last_failed_assert, "answer == 42");
}

static void assertion_evaluates_once_when_it_holds(void **state)
{
    (void)state;
    int evaluations = 0;
    BATCH_ASSERT(NULL, ++evaluations == 1);
    assert_int_equal(evaluations, 1);
}

static void ignore(void *context, const char *message)
{
    (void)message;
    *(bool *)context = true;
}

/** Whether a child that fails an assertion before @p host is killed by a signal instead of going on. */
static bool child_dies(const struct batch_host *host)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGILL, SIG_DFL);
        (void)signal(SIGTRAP, SIG_DFL);
        BATCH_ASSERT(host, host == (const struct batch_host *)1);
        _exit(EXIT_SUCCESS);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status);
}

static void assertion_traps_when_nobody_handles_it(void **state)
{
    (void)state;
    bool called = false;
    const struct batch_host returning = {.context = &called, .panic = ignore};
    assert_true(child_dies(NULL));
    assert_true(child_dies(&(struct batch_host){0}));
    assert_true(child_dies(&returning));
}

static void test_host_refuses_and_counts_when_told_to(void **state)
{
    (void)state;
    struct t_host t;
    t_host_init(&t);
    t.refuse_from = 2;
    void *block = t.host.resize(t.host.context, NULL, 0, 10);
    assert_non_null(block);
    assert_null(t.host.resize(t.host.context, block, 10, 20));
    t_assert_u64(t.refused, 1);
    t_assert_u64(t.live_bytes, 10);

    assert_null(t.host.resize(t.host.context, block, 10, 0));
    t_host_assert_clean(&t);
    t_assert_u64(t.peak_bytes, 10);
}

static void test_host_sees_a_wrong_old_size_when_a_block_is_freed(void **state)
{
    (void)state;
    struct t_host t;
    t_host_init(&t);
    void *block = t.host.resize(t.host.context, NULL, 0, 10);
    assert_null(t.host.resize(t.host.context, block, 11, 0));
    t_assert_u64(t.wrong_sizes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assertion_names_place_and_condition_when_it_fails),
        cmocka_unit_test(assertion_evaluates_once_when_it_holds),
        cmocka_unit_test(assertion_traps_when_nobody_handles_it),
        cmocka_unit_test(test_host_refuses_and_counts_when_told_to),
        cmocka_unit_test(test_host_sees_a_wrong_old_size_when_a_block_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
