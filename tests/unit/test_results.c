/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Results files: what is written is read back, equal runs are equal bytes, nothing half-written stays. */
#define _POSIX_C_SOURCE 200809L
#include "harness/export.h"

#include "tests/support/t_assert.h"
#include "tests/support/t_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 256, FILE_MAX_BYTES = 1 << 22 };

static char folder[PATH_MAX_BYTES];

static const char *in_folder(const char *name)
{
    static char path[PATH_MAX_BYTES * 2];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static bool exists(const char *name)
{
    return access(in_folder(name), F_OK) == 0;
}

/** What this process writes until the file is whole. */
static bool is_partial(const char *name)
{
    char partial[64];
    (void)snprintf(partial, sizeof partial, "%s.%ld.partial", name, (long)getpid());
    return exists(partial);
}

static int make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    (void)snprintf(folder, sizeof folder, "%s/results-XXXXXX", base != NULL ? base : "/tmp");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"a.h5", "b.h5", "c.h5", "d.h5", "text", "cut.h5"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlink(in_folder(names[i]));
    }
    (void)rmdir(in_folder("folder.h5"));
    return rmdir(folder);
}

static void write_story(const char *name, bool compresses)
{
    struct t_run run;
    struct harness_summary summary;
    struct batch_error error = {.text = ""};
    (void)unlink(in_folder(name));
    t_run_begin(&run, in_folder(name), compresses);
    t_run_play_story(&run);
    assert_false(exists(name));
    if (t_run_finish(&run, &summary, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    harness_summary_release(&summary);
    t_run_end(&run);
}

static struct harness_reader *open_story(const char *name)
{
    struct harness_reader *reader = NULL;
    struct batch_error error = {.text = ""};
    if (harness_reader_open(in_folder(name), &reader, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    return reader;
}

static size_t load(const char *name, char *bytes)
{
    FILE *file = fopen(in_folder(name), "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, FILE_MAX_BYTES, file);
    assert_int_equal(fclose(file), 0);
    return size;
}

static void results_hold_every_row_when_read_back(void **state)
{
    (void)state;
    write_story("a.h5", false);
    assert_false(is_partial("a.h5"));
    struct harness_reader *reader = open_story("a.h5");
    t_assert_u64(harness_reader_count(reader, HARNESS_TABLE_JOBS), 4);
    t_assert_u64(harness_reader_count(reader, HARNESS_TABLE_ATTEMPTS), 4);
    t_assert_u64(harness_reader_count(reader, HARNESS_TABLE_INSTANCES), 3);
    struct harness_job_row jobs[4];
    assert_int_equal(harness_reader_read(reader, HARNESS_TABLE_JOBS, 0, 4, jobs, NULL), BATCH_OK);
    t_assert_u64(jobs[0].job, 1);
    t_assert_u64(jobs[1].job, 3);
    assert_int_equal(jobs[1].state, BATCH_JOB_FAILED);
    assert_int_equal(jobs[1].exit_code, 1);
    t_assert_u64(jobs[2].job, 2);
    t_assert_i64(jobs[2].lost_us, INT64_C(390000000));
    t_assert_i64(jobs[2].run_us, INT64_C(400000000));
    t_assert_i64(jobs[2].ended_us, INT64_C(1052000000));
    assert_int_equal(jobs[3].state, BATCH_JOB_RUNNABLE);
    t_assert_i64(jobs[3].ended_us, -1);
    assert_int_equal(jobs[3].environment, -1);
    struct harness_attempt_row attempt;
    assert_int_equal(harness_reader_read(reader, HARNESS_TABLE_ATTEMPTS, 1, 1, &attempt, NULL), BATCH_OK);
    assert_int_equal(attempt.outcome, HARNESS_ATTEMPT_RETRIED);
    assert_int_equal(attempt.reason, BATCH_REASON_HOST_TERMINATED);
    t_assert_i64(attempt.stopped_us, INT64_C(500000000));
    struct harness_instance_row instance;
    assert_int_equal(harness_reader_read(reader, HARNESS_TABLE_INSTANCES, 1, 1, &instance, NULL), BATCH_OK);
    assert_int_equal(instance.outcome, HARNESS_INSTANCE_INTERRUPTED);
    t_assert_i64(instance.noticed_us, INT64_C(380000000));
    harness_reader_close(reader);
}

static void results_are_equal_bytes_when_runs_are_equal(void **state)
{
    (void)state;
    static char first[FILE_MAX_BYTES];
    static char second[FILE_MAX_BYTES];
    write_story("a.h5", false);
    (void)sleep(1); /* A time stamp of a second's grain would show. */
    write_story("b.h5", false);
    size_t size = load("a.h5", first);
    assert_true(size > 0 && size < FILE_MAX_BYTES);
    assert_int_equal(load("b.h5", second), size);
    assert_memory_equal(first, second, size);
    write_story("c.h5", true);
    write_story("d.h5", true);
    size_t compressed = load("c.h5", first);
    assert_true(compressed < size);
    assert_int_equal(load("d.h5", second), compressed);
    assert_memory_equal(first, second, compressed);
}

static void results_are_the_same_rows_when_compressed(void **state)
{
    (void)state;
    struct harness_job_row plain[4];
    struct harness_job_row compressed[4];
    write_story("a.h5", false);
    write_story("c.h5", true);
    struct harness_reader *reader = open_story("a.h5");
    assert_int_equal(harness_reader_read(reader, HARNESS_TABLE_JOBS, 0, 4, plain, NULL), BATCH_OK);
    harness_reader_close(reader);
    reader = open_story("c.h5");
    assert_int_equal(harness_reader_read(reader, HARNESS_TABLE_JOBS, 0, 4, compressed, NULL), BATCH_OK);
    harness_reader_close(reader);
    assert_memory_equal(plain, compressed, sizeof plain);
}

static void results_keep_the_summary_and_scenario_when_read_back(void **state)
{
    (void)state;
    struct harness_summary summary;
    char *scenario = NULL;
    write_story("a.h5", false);
    struct harness_reader *reader = open_story("a.h5");
    assert_int_equal(harness_reader_summary(reader, &summary, NULL), BATCH_OK);
    t_assert_i64(summary.costs.total_usd_nano, 160555556);
    t_assert_u64(summary.seed, UINT64_MAX);
    assert_string_equal(summary.scenario_name, "made \"up\".json");
    harness_summary_release(&summary);
    assert_int_equal(harness_reader_text(reader, "/scenario", &scenario, NULL), BATCH_OK);
    assert_string_equal(scenario, "{\"made\":\"up\"}");
    free(scenario);
    struct batch_error error;
    assert_int_equal(harness_reader_text(reader, "/jobs", &scenario, &error), BATCH_E_INPUT);
    assert_int_equal(harness_reader_text(reader, "/nothing", &scenario, &error), BATCH_E_INPUT);
    harness_reader_close(reader);
}

static void results_are_removed_when_the_run_fails(void **state)
{
    (void)state;
    struct t_run run;
    (void)unlink(in_folder("a.h5"));
    t_run_begin(&run, in_folder("a.h5"), false);
    assert_true(is_partial("a.h5"));
    t_run_submit(&run, 0, 1, 0, 0);
    t_run_end(&run);
    assert_false(is_partial("a.h5"));
    assert_false(exists("a.h5"));
}

static void results_say_what_is_wrong_when_the_place_cannot_be_written(void **state)
{
    (void)state;
    struct harness_results *results = NULL;
    struct batch_error error = {.text = ""};
    assert_int_equal(harness_results_create(in_folder("no/such/a.h5"), false, &results, &error), BATCH_E_IO);
    t_assert_contains(error.text, "No such file or directory");
    t_assert_contains(error.text, "no/such/a.h5");
    assert_int_equal(mkdir(in_folder("folder.h5"), 0777), 0);
    assert_int_equal(harness_results_create(in_folder("folder.h5"), false, &results, &error), BATCH_OK);
    assert_int_equal(harness_results_close(results, &error), BATCH_E_IO);
    t_assert_contains(error.text, "rename");
    harness_results_destroy(results);
    assert_false(is_partial("folder.h5"));
}

static void results_are_refused_when_cut_or_foreign(void **state)
{
    (void)state;
    static char bytes[FILE_MAX_BYTES];
    struct harness_reader *reader = NULL;
    struct batch_error error = {.text = ""};
    write_story("a.h5", false);
    size_t size = load("a.h5", bytes);
    for (size_t kept = 0; kept < size; kept += size / 16) {
        FILE *file = fopen(in_folder("cut.h5"), "wb");
        assert_int_equal(fwrite(bytes, 1, kept, file), kept);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(harness_reader_open(in_folder("cut.h5"), &reader, &error), BATCH_E_INPUT);
        t_assert_contains(error.text, "cut.h5");
    }
    assert_int_equal(harness_reader_open(in_folder("none.h5"), &reader, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "cannot be opened");
}

static void export_prints_words_and_leaves_out_what_is_not_when_asked_for_csv(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    write_story("a.h5", false);
    struct harness_reader *reader = open_story("a.h5");
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(harness_export_csv(reader, HARNESS_TABLE_JOBS, out, NULL), BATCH_OK);
    assert_int_equal(harness_export_csv(reader, HARNESS_TABLE_POOLS, out, NULL), BATCH_OK);
    assert_int_equal(fclose(out), 0);
    t_assert_contains(text, "job,queue,definition,environment,state,reason,exit_code,attempts,gpu,vcpu_milli,mib,");
    t_assert_contains(text, "\n1,0,0,0,SUCCEEDED,ESSENTIAL_EXITED,0,1,0,1000,1024,0,0,110000000,212000000,");
    t_assert_contains(text, "\n4,1,0,,RUNNABLE,NONE,,0,0,1000,1024,2000000000,2000000000,,,,0\n");
    t_assert_contains(text, "\nc6i.xlarge,us-east-1a,SPOT,4000,7000,0,68000000,170000000\n");
    free(text);
    harness_reader_close(reader);
}

static void tables_are_found_by_name_and_fill_their_rows_without_gaps(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < HARNESS_TABLE_COUNT; i++) {
        const struct harness_table_description *table = harness_table_describe((enum harness_table)i);
        assert_int_equal(harness_table_find(table->name), i);
        uint32_t offset = 0;
        for (uint32_t j = 0; j < table->column_count; j++) {
            assert_int_equal(table->columns[j].offset, offset);
            offset += table->columns[j].size;
        }
        assert_int_equal(offset, table->row_size);
    }
    assert_int_equal(harness_table_find("job"), HARNESS_TABLE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_hold_every_row_when_read_back),
        cmocka_unit_test(results_are_equal_bytes_when_runs_are_equal),
        cmocka_unit_test(results_are_the_same_rows_when_compressed),
        cmocka_unit_test(results_keep_the_summary_and_scenario_when_read_back),
        cmocka_unit_test(results_are_removed_when_the_run_fails),
        cmocka_unit_test(results_say_what_is_wrong_when_the_place_cannot_be_written),
        cmocka_unit_test(results_are_refused_when_cut_or_foreign),
        cmocka_unit_test(export_prints_words_and_leaves_out_what_is_not_when_asked_for_csv),
        cmocka_unit_test(tables_are_found_by_name_and_fill_their_rows_without_gaps),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
