/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Rows and header directives of SWF: what is taken, and what is refused with which words.
 */
#include "workloads/swf.h"
#include "workloads/swf_reader.h"

#include "tests/support/t_assert.h"

#include <stdio.h>
#include <string.h>

#define ROW "1 10 -1 60 4 -1 -1 8 120 2048 1 2 3 4 5 6 7 8"

static const char *parse(const char *line, struct workload_swf_record *record)
{
    struct workload_swf_fault fault;
    return workload_swf_parse(line, record, &fault);
}

static struct workload_swf_fault fault_of(const char *line)
{
    struct workload_swf_record record;
    struct workload_swf_fault fault = {0};
    assert_null(workload_swf_parse(line, &record, &fault));
    return fault;
}

static void row_gives_its_18_fields(void **state)
{
    (void)state;
    const int64_t expected[] = {0, 1, 10, -1, 60, 4, -1, -1, 8, 120, 2048, 1, 2, 3, 4, 5, 6, 7, 8};
    const char *const lines[] = {
        ROW "\n",
        ROW "\r\n",
        "  \t" ROW " \t \r\n",
        "1\t10\t-1\t60\t4\t-1\t-1\t8\t120\t2048\t1\t2\t3\t4\t5\t6\t7\t8\n",
        "00001 10 -1 060 4 -01 -1 8 120 2048 1 2 3 4 5 6 7 8\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct workload_swf_record record;
        assert_ptr_equal(parse(lines[i], &record), lines[i] + strlen(lines[i]));
        for (int field = 1; field <= WORKLOAD_SWF_FIELDS; field++) {
            t_assert_i64(record.fields[field], expected[field]);
        }
        assert_int_equal(record.fractional, 0);
        assert_false(record.has_extra);
    }
}

static void row_ends_at_its_newline_when_more_follows(void **state)
{
    (void)state;
    const char *two = ROW "\n" ROW "\n";
    struct workload_swf_record record;
    assert_ptr_equal(parse(two, &record), two + strlen(ROW) + 1);
}

static void row_cuts_fractions_and_says_where(void **state)
{
    (void)state;
    struct workload_swf_record record;
    assert_non_null(parse("1 10.9 -1 60.0 4 9.56 -1.5 8 120 2048 1 2 3 4 5 6 7 8.25\n", &record));
    t_assert_i64(record.fields[2], 10);
    t_assert_i64(record.fields[6], 9);
    t_assert_i64(record.fields[7], -1);
    t_assert_i64(record.fields[18], 8);
    assert_int_equal(record.fractional, 1U << 2 | 1U << 4 | 1U << 6 | 1U << 7 | 1U << 18);
}

static void row_takes_all_of_int64(void **state)
{
    (void)state;
    struct workload_swf_record record;
    assert_non_null(parse("9223372036854775807 -9223372036854775808 999999999999999999 -999999999999999999 "
                          "1000000000000000000 00000000000000000000042 7 8 9 10 11 12 13 14 15 16 17 18\n",
                          &record));
    t_assert_i64(record.fields[1], INT64_MAX);
    t_assert_i64(record.fields[2], INT64_MIN);
    t_assert_i64(record.fields[3], INT64_C(999999999999999999));
    t_assert_i64(record.fields[4], -INT64_C(999999999999999999));
    t_assert_i64(record.fields[5], INT64_C(1000000000000000000));
    t_assert_i64(record.fields[6], 42);
}

static void row_ignores_more_than_18_fields(void **state)
{
    (void)state;
    struct workload_swf_record record;
    assert_non_null(parse(ROW " 19 twenty\n", &record));
    assert_true(record.has_extra);
    t_assert_i64(record.fields[18], 8);
}

static void row_is_refused_with_field_and_kind_when_wrong(void **state)
{
    (void)state;
    const struct {
        const char *line;
        enum workload_swf_fault_kind kind;
        int field;
    } cases[] = {
        {"1 2 3\n", WORKLOAD_SWF_MISSING, 4},
        {"1 2 3 \r\n", WORKLOAD_SWF_MISSING, 4},
        {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n", WORKLOAD_SWF_MISSING, 18},
        {"\n", WORKLOAD_SWF_MISSING, 1},
        {"job 2 3\n", WORKLOAD_SWF_NOT_NUMBER, 1},
        {"1 - 3\n", WORKLOAD_SWF_NOT_NUMBER, 2},
        {"1 --2 3\n", WORKLOAD_SWF_NOT_NUMBER, 2},
        {"1 +2 3\n", WORKLOAD_SWF_NOT_NUMBER, 2},
        {"1 2 3x 4\n", WORKLOAD_SWF_NOT_NUMBER, 3},
        {"1 2 3. 4\n", WORKLOAD_SWF_NOT_NUMBER, 3},
        {"1 2 .3 4\n", WORKLOAD_SWF_NOT_NUMBER, 3},
        {"1 2 3.4.5 4\n", WORKLOAD_SWF_NOT_NUMBER, 3},
        {"1 2 3e5 4\n", WORKLOAD_SWF_NOT_NUMBER, 3},
        {"1 2 0x3 4\n", WORKLOAD_SWF_NOT_NUMBER, 3},
        {"1 2 nan 4\n", WORKLOAD_SWF_NOT_NUMBER, 3},
        {"1,2,3\n", WORKLOAD_SWF_NOT_NUMBER, 1},
        {"1 2 3-4 5\n", WORKLOAD_SWF_NOT_NUMBER, 3},
        {"1 9223372036854775808 3\n", WORKLOAD_SWF_TOO_BIG, 2},
        {"1 -9223372036854775809 3\n", WORKLOAD_SWF_TOO_BIG, 2},
        {"1 99999999999999999999999999.5 3\n", WORKLOAD_SWF_TOO_BIG, 2},
        {"1 2 \x01 4\n", WORKLOAD_SWF_BINARY, 3},
        {"1 2\x7f 4\n", WORKLOAD_SWF_BINARY, 2},
        {"\x7f"
         "ELF\n",
         WORKLOAD_SWF_BINARY, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct workload_swf_fault fault = fault_of(cases[i].line);
        assert_int_equal(fault.kind, cases[i].kind);
        assert_int_equal(fault.field, cases[i].field);
    }
    assert_int_equal(fault_of(ROW " 19 a\0b\n").kind, WORKLOAD_SWF_BINARY);
    assert_int_equal(fault_of("1 2 3\0 4\n").kind, WORKLOAD_SWF_BINARY);
}

static void read_header_line(struct workload_header *header, const char *line)
{
    workload_header_read(header, line, strlen(line));
}

static void header_takes_the_known_directives(void **state)
{
    (void)state;
    struct workload_header header;
    workload_header_init(&header);
    t_assert_i64(header.max_procs, -1);
    read_header_line(&header, "; Version: 2.2");
    read_header_line(&header, ";Computer:   IBM SP2  \r");
    read_header_line(&header, ";   MaxJobs: 28490");
    read_header_line(&header, "; MaxRecords:\t28476");
    read_header_line(&header, "; MaxProcs: 100 (of 128)");
    read_header_line(&header, "; MaxNodes: 64");
    read_header_line(&header, "; UnixStartTime: 843480031");
    read_header_line(&header, "; TimeZone: 3600");
    t_assert_u64(header.directives, 8);
    assert_string_equal(header.version, "2.2");
    assert_string_equal(header.computer, "IBM SP2");
    t_assert_i64(header.max_jobs, 28490);
    t_assert_i64(header.max_records, 28476);
    t_assert_i64(header.max_procs, 100);
    t_assert_i64(header.max_nodes, 64);
    t_assert_i64(header.unix_start_time, 843480031);
}

static void header_keeps_the_first_and_skips_what_is_no_directive(void **state)
{
    (void)state;
    struct workload_header header;
    workload_header_init(&header);
    const char *const no_directives[] = {";", "; ", ";;", "; http://www.example.org/", "; two words: text", "; : x"};
    for (size_t i = 0; i < sizeof no_directives / sizeof no_directives[0]; i++) {
        read_header_line(&header, no_directives[i]);
    }
    t_assert_u64(header.directives, 0);
    read_header_line(&header, "; MaxProcs: unknown");
    read_header_line(&header, "; MaxProcs:");
    read_header_line(&header, "; MaxProcs: 99999999999999999999");
    t_assert_i64(header.max_procs, -1);
    read_header_line(&header, "; MaxProcs: 7");
    read_header_line(&header, "; MaxProcs: 8");
    t_assert_i64(header.max_procs, 7);
    t_assert_u64(header.directives, 5);
}

static void header_cuts_long_text(void **state)
{
    (void)state;
    struct workload_header header;
    workload_header_init(&header);
    char line[400] = "; Computer: ";
    memset(line + 12, 'x', sizeof line - 13);
    line[sizeof line - 1] = '\0';
    read_header_line(&header, line);
    assert_int_equal(strlen(header.computer), sizeof header.computer - 1);
}

/** Read all of @p text; the rows, or -1 with the words in @p error. */
static int64_t read_blocks(const char *text, size_t size, size_t block, struct workload_header *header,
                           struct batch_error *error)
{
    struct workload_input *input = NULL;
    assert_int_equal(workload_input_open_memory("log.swf", text, size, block, &input, error), BATCH_OK);
    struct workload_swf_reader reader;
    workload_swf_reader_init(&reader, input, header);
    struct workload_swf_record record;
    enum batch_source_result result = BATCH_SOURCE_JOB;
    int64_t rows = -1;
    while (result == BATCH_SOURCE_JOB) {
        result = workload_swf_reader_next(&reader, &record, error);
        rows++;
    }
    workload_input_close(input);
    return result == BATCH_SOURCE_END ? rows : -1;
}

static int64_t read_all(const char *text, size_t size, struct workload_header *header, struct batch_error *error)
{
    return read_blocks(text, size, 64, header, error);
}

static void reader_skips_comments_and_blank_lines(void **state)
{
    (void)state;
    const char *text = "; Version: 2.2\n\n  ; MaxProcs: 4\r\n" ROW "\n \t\r\n" ROW "\r\n; Note: late\n" ROW;
    struct workload_header header;
    struct batch_error error;
    t_assert_i64(read_all(text, strlen(text), &header, &error), 3);
    t_assert_u64(header.directives, 3);
    t_assert_i64(header.max_procs, 4);
}

static void reader_says_file_line_and_field_when_a_row_is_wrong(void **state)
{
    (void)state;
    char binary[] = "; a comment\n" ROW "\n1 2 3 4 5 \x01\n";
    char comment[] = ROW "\n; a\0b\n";
    const struct {
        const char *text;
        size_t size;
        const char *words[3];
    } cases[] = {
        {"; x\n\n1 2 3\n", 10, {"log.swf:3: field 4 (run time) is missing", "18 numbers", "-1 stands for unknown"}},
        {ROW "\n1 2 3 4 five\n",
         sizeof ROW + 13,
         {"log.swf:2: field 5 (allocated processors) is \"five\"", "whole number", "correct the row"}},
        {"1 18446744073709551616 3\n",
         25,
         {"log.swf:1: field 2 (submit time) is 18446744073709551616", "64 bits", "remove"}},
        {binary, sizeof binary - 1, {"log.swf:3: field 6", "no text", "expected an SWF log"}},
        {comment, sizeof comment - 1, {"log.swf:2: the comment", "no text", "expected an SWF log"}},
        {"1 2 \xc3\xa4\xc3\xa4 4\n", 11, {"field 3 (wait time) is \"\\xc3\\xa4\\xc3\\xa4\"", "expected", "correct"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct workload_header header;
        struct batch_error error;
        t_assert_i64(read_all(cases[i].text, cases[i].size, &header, &error), -1);
        assert_int_equal(error.rc, BATCH_E_INPUT);
        for (size_t word = 0; word < 3; word++) {
            t_assert_contains(error.text, cases[i].words[word]);
        }
    }
}

static void reader_refuses_lines_over_the_limit(void **state)
{
    (void)state;
    static char text[3 * WORKLOAD_INPUT_LINE_MAX];
    struct workload_header header;
    struct batch_error error;
    const size_t over[] = {0, 1};
    const char *const begins[] = {ROW, "; a comment", ""};
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 4; k++) {
            memset(text, ' ', sizeof text);
            memcpy(text, begins[i], strlen(begins[i]));
            size_t length = WORKLOAD_INPUT_LINE_MAX + over[k % 2];
            text[length] = '\n';
            int64_t rows = read_blocks(text, length + 1, k < 2 ? 64 : sizeof text, &header, &error);
            t_assert_i64(rows, over[k % 2] > 0 ? -1 : i == 0);
        }
        t_assert_contains(error.text, "log.swf:1: the line is longer than 4096 bytes");
    }
    memset(text, 0, sizeof text);
    memcpy(text, ROW "\n", sizeof ROW);
    t_assert_i64(read_all(text, sizeof text, &header, &error), -1);
    t_assert_contains(error.text, "log.swf:2: the line is binary");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_gives_its_18_fields),
        cmocka_unit_test(row_ends_at_its_newline_when_more_follows),
        cmocka_unit_test(row_cuts_fractions_and_says_where),
        cmocka_unit_test(row_takes_all_of_int64),
        cmocka_unit_test(row_ignores_more_than_18_fields),
        cmocka_unit_test(row_is_refused_with_field_and_kind_when_wrong),
        cmocka_unit_test(header_takes_the_known_directives),
        cmocka_unit_test(header_keeps_the_first_and_skips_what_is_no_directive),
        cmocka_unit_test(header_cuts_long_text),
        cmocka_unit_test(reader_skips_comments_and_blank_lines),
        cmocka_unit_test(reader_says_file_line_and_field_when_a_row_is_wrong),
        cmocka_unit_test(reader_refuses_lines_over_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
