/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The error object: its text says what it was told, in order, and never overruns.
 */
#include "scheduler/error.h"

#include "tests/support/t_assert.h"

#include <string.h>

static void error_set_fills_code_and_text_when_given_a_format(void **state)
{
    (void)state;
    struct batch_error error;
    assert_int_equal(batch_error_set(&error, BATCH_E_INPUT, "%s:%d: expected a number", "log.swf", 7), BATCH_E_INPUT);
    assert_int_equal(error.rc, BATCH_E_INPUT);
    assert_string_equal(error.text, "log.swf:7: expected a number");
}

static void error_wrap_puts_context_first_when_called_on_the_way_up(void **state)
{
    (void)state;
    struct batch_error error;
    (void)batch_error_set(&error, BATCH_E_LIMIT, "inner");
    assert_int_equal(batch_error_wrap(&error, BATCH_E_LIMIT, "while reading %s", "x"), BATCH_E_LIMIT);
    assert_string_equal(error.text, "while reading x: inner");
}

static void error_returns_the_code_when_nobody_wants_the_text(void **state)
{
    (void)state;
    assert_int_equal(batch_error_set(NULL, BATCH_E_IO, "%d", 1), BATCH_E_IO);
    assert_int_equal(batch_error_wrap(NULL, BATCH_E_MEMORY, "%d", 1), BATCH_E_MEMORY);
}

/* Every length around the buffer's: the text is cut, terminated, and the neighbour stays whole. */
static void error_text_is_cut_when_longer_than_the_buffer(void **state)
{
    (void)state;
    for (int length = BATCH_ERROR_TEXT_MAX - 4; length <= BATCH_ERROR_TEXT_MAX + 4; length++) {
        struct batch_error error[2];
        memset(error, 'z', sizeof error);
        char input[BATCH_ERROR_TEXT_MAX + 8];
        memset(input, 'a', sizeof input);
        input[length] = '\0';

        (void)batch_error_set(&error[0], BATCH_E_INPUT, "inner");
        (void)batch_error_wrap(&error[0], BATCH_E_INPUT, "%s", input);
        size_t whole = (size_t)length + strlen(": inner");
        t_assert_u64(strlen(error[0].text), whole < BATCH_ERROR_TEXT_MAX ? whole : BATCH_ERROR_TEXT_MAX - 1);

        (void)batch_error_set(&error[0], BATCH_E_INPUT, "%s", input);
        size_t kept = (size_t)length < BATCH_ERROR_TEXT_MAX ? (size_t)length : BATCH_ERROR_TEXT_MAX - 1;
        t_assert_u64(strlen(error[0].text), kept);
        assert_int_equal(((const char *)&error[1])[0], 'z');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_set_fills_code_and_text_when_given_a_format),
        cmocka_unit_test(error_wrap_puts_context_first_when_called_on_the_way_up),
        cmocka_unit_test(error_returns_the_code_when_nobody_wants_the_text),
        cmocka_unit_test(error_text_is_cut_when_longer_than_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
