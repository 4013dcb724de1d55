/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The progress line: what it says, and that it is silent away from a terminal. */
#include "harness/progress.h"

#include "tests/support/t_assert.h"

#include <stdlib.h>
#include <string.h>

static void format_shows_time_jobs_rate_and_time_left_when_the_share_is_known(void **state)
{
    (void)state;
    char line[HARNESS_PROGRESS_LINE_MAX];
    const struct harness_progress_state at = {.now_us = INT64_C(93784000000), .jobs_ended = 1000, .share_done = 0.25};
    harness_progress_format(&at, 2.0, line, sizeof line);
    assert_string_equal(line, "[#####...............]  25 %, virtual time 1 d 02:03, 1000 jobs done, 500 jobs/s, "
                              "0:00:06 left");
}

static void format_omits_time_left_when_the_share_is_unknown(void **state)
{
    (void)state;
    char line[HARNESS_PROGRESS_LINE_MAX];
    const struct harness_progress_state at = {.now_us = 3723000000, .jobs_ended = 7, .share_done = -1.0};
    harness_progress_format(&at, 0.0, line, sizeof line);
    assert_string_equal(line, "virtual time 1:02:03, 7 jobs done, 0 jobs/s");
}

static void format_stays_within_a_full_bar_when_the_share_is_above_one(void **state)
{
    (void)state;
    char line[HARNESS_PROGRESS_LINE_MAX];
    const struct harness_progress_state at = {.share_done = 1.5};
    harness_progress_format(&at, 1.0, line, sizeof line);
    t_assert_contains(line, "[####################] 100 %");
    t_assert_contains(line, "0:00:00 left");
}

static void format_cuts_the_line_when_the_buffer_is_small(void **state)
{
    (void)state;
    char line[12];
    memset(line, 'x', sizeof line);
    const struct harness_progress_state at = {.share_done = 0.5};
    harness_progress_format(&at, 1.0, line, 8);
    assert_string_equal(line, "[######");
    assert_int_equal(line[8], 'x');
}

static void update_writes_nothing_when_the_output_is_no_terminal(void **state)
{
    (void)state;
    FILE *out = tmpfile();
    assert_non_null(out);
    struct harness_progress progress = harness_progress_begin(out, true);
    progress.drawn_s = -1e9;
    const struct harness_progress_state at = {.share_done = 0.5};
    harness_progress_update(&progress, &at);
    harness_progress_end(&progress);
    assert_int_equal(ftell(out), 0);
    (void)fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_shows_time_jobs_rate_and_time_left_when_the_share_is_known),
        cmocka_unit_test(format_omits_time_left_when_the_share_is_unknown),
        cmocka_unit_test(format_stays_within_a_full_bar_when_the_share_is_above_one),
        cmocka_unit_test(format_cuts_the_line_when_the_buffer_is_small),
        cmocka_unit_test(update_writes_nothing_when_the_output_is_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
