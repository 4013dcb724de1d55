/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Lines out of plain and compressed bytes, whatever the size of the blocks; damaged files are refused.
 */
#define _POSIX_C_SOURCE 200809L

#include "workloads/input.h"

#include "tests/support/t_assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static const char *const text = "first line\n\nthird\r\na somewhat longer fourth line\nlast";

/** One gzip member with @p size bytes; returns its size. */
static size_t compress_member(const void *bytes, size_t size, unsigned char *to, size_t room)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    unsigned char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    z.next_in = copy;
    z.avail_in = (uInt)size;
    z.next_out = to;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t used = room - z.avail_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
    free(copy);
    return used;
}

/** All that the input gives, in one piece; -1 with the words in @p error. */
static int64_t drain(struct workload_input *input, char *to, size_t room, struct batch_error *error)
{
    size_t used = 0;
    for (;;) {
        const char *begin = NULL;
        const char *end = NULL;
        if (workload_input_lines(input, &begin, &end, error) != BATCH_OK) {
            return -1;
        }
        if (begin == end) {
            return (int64_t)used;
        }
        assert_int_equal(end[-1], '\n');
        size_t size = (size_t)(end - begin);
        assert_true(used + size < room);
        memcpy(to + used, begin, size);
        used += size;
    }
}

static int64_t drain_memory(const void *bytes, size_t size, size_t block, char *to, size_t room,
                            struct batch_error *error)
{
    struct workload_input *input = NULL;
    assert_int_equal(workload_input_open_memory("memory", bytes, size, block, &input, error), BATCH_OK);
    int64_t used = drain(input, to, room, error);
    workload_input_close(input);
    return used;
}

static void input_gives_whole_lines_for_every_block_size(void **state)
{
    (void)state;
    unsigned char compressed[512];
    size_t compressed_size = compress_member(text, strlen(text), compressed, sizeof compressed);
    for (size_t block = 1; block <= strlen(text) + 2; block++) {
        char got[256];
        struct batch_error error;
        int64_t size = drain_memory(text, strlen(text), block, got, sizeof got, &error);
        t_assert_i64(size, (int64_t)strlen(text) + 1);
        assert_memory_equal(got, text, strlen(text));
        assert_int_equal(got[size - 1], '\n');

        memset(got, 0, sizeof got);
        t_assert_i64(drain_memory(compressed, compressed_size, block, got, sizeof got, &error), size);
        assert_memory_equal(got, text, strlen(text));
    }
}

static void input_adds_no_newline_when_there_is_one(void **state)
{
    (void)state;
    char got[64];
    struct batch_error error;
    for (size_t block = 1; block < 8; block++) {
        t_assert_i64(drain_memory("a\nb\n", 4, block, got, sizeof got, &error), 4);
    }
    t_assert_i64(drain_memory("", 0, 8, got, sizeof got, &error), 0);
    t_assert_i64(drain_memory("\n", 1, 8, got, sizeof got, &error), 1);
}

static void input_stays_at_its_end_when_asked_again(void **state)
{
    (void)state;
    struct workload_input *input = NULL;
    struct batch_error error;
    char got[64];
    assert_int_equal(workload_input_open_memory("memory", "a\nb", 3, 2, &input, &error), BATCH_OK);
    t_assert_i64(drain(input, got, sizeof got, &error), 4);
    t_assert_i64(drain(input, got, sizeof got, &error), 0);
    uint64_t read = 0;
    uint64_t total = 0;
    workload_input_progress(input, &read, &total);
    t_assert_u64(read, 3);
    t_assert_u64(total, 3);
    workload_input_close(input);
}

static void input_reads_all_members_of_a_gzip_file(void **state)
{
    (void)state;
    unsigned char bytes[1024];
    size_t size = compress_member("one\ntw", 6, bytes, sizeof bytes);
    size += compress_member("", 0, bytes + size, sizeof bytes - size);
    size += compress_member("o\nthree\n", 8, bytes + size, sizeof bytes - size);
    char got[64];
    struct batch_error error;
    t_assert_i64(drain_memory(bytes, size, 5, got, sizeof got, &error), 14);
    assert_memory_equal(got, "one\ntwo\nthree\n", 14);

    memset(bytes + size, 0, 100);
    t_assert_i64(drain_memory(bytes, size + 100, 64, got, sizeof got, &error), 14);
    memset(bytes + size, 'x', 4);
    t_assert_i64(drain_memory(bytes, size + 4, 64, got, sizeof got, &error), -1);
    t_assert_contains(error.text, "memory: something that is not gzip follows");
}

static void input_refuses_gzip_cut_at_any_byte(void **state)
{
    (void)state;
    unsigned char bytes[512];
    size_t size = compress_member(text, strlen(text), bytes, sizeof bytes);
    char got[256];
    struct batch_error error;
    t_assert_i64(drain_memory(bytes, size, 64, got, sizeof got, &error), (int64_t)strlen(text) + 1);
    for (size_t cut = 2; cut < size; cut++) {
        t_assert_i64(drain_memory(bytes, cut, 64, got, sizeof got, &error), -1);
        assert_int_equal(error.rc, BATCH_E_INPUT);
        t_assert_contains(error.text, "memory: the gzip data end too early: the file is truncated");
    }
}

static void input_refuses_damaged_gzip(void **state)
{
    (void)state;
    unsigned char bytes[512];
    size_t size = compress_member(text, strlen(text), bytes, sizeof bytes);
    char got[256];
    struct batch_error error;
    bytes[size - 6] ^= 1; /* the checksum */
    t_assert_i64(drain_memory(bytes, size, 64, got, sizeof got, &error), -1);
    t_assert_contains(error.text, "memory: the gzip data are damaged (incorrect data check)");
}

static void input_names_other_compressions(void **state)
{
    (void)state;
    struct workload_input *input = NULL;
    struct batch_error error;
    assert_int_equal(workload_input_open_memory("log.zst", "\x28\xb5\x2f\xfd....", 8, 64, &input, &error),
                     BATCH_E_INPUT);
    t_assert_contains(error.text, "log.zst: is compressed with zstd");
    assert_null(input);
}

static void input_gives_the_beginning_of_a_line_over_the_limit(void **state)
{
    (void)state;
    static char bytes[2 * WORKLOAD_INPUT_LINE_MAX];
    memset(bytes, 'x', sizeof bytes);
    const size_t blocks[] = {1, 100, WORKLOAD_INPUT_LINE_MAX, WORKLOAD_INPUT_BLOCK};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        struct workload_input *input = NULL;
        struct batch_error error;
        const char *begin = NULL;
        const char *end = NULL;
        assert_int_equal(workload_input_open_memory("m", bytes, sizeof bytes, blocks[i], &input, &error), BATCH_OK);
        assert_int_equal(workload_input_lines(input, &begin, &end, &error), BATCH_OK);
        assert_true(end - begin > WORKLOAD_INPUT_LINE_MAX);
        assert_int_equal(end[-1], 'x');
        workload_input_close(input);

        /* One of just the limit is given whole. */
        bytes[WORKLOAD_INPUT_LINE_MAX] = '\n';
        assert_int_equal(workload_input_open_memory("m", bytes, WORKLOAD_INPUT_LINE_MAX + 1, blocks[i], &input, &error),
                         BATCH_OK);
        assert_int_equal(workload_input_lines(input, &begin, &end, &error), BATCH_OK);
        assert_int_equal(end - begin, WORKLOAD_INPUT_LINE_MAX + 1);
        workload_input_close(input);
        bytes[WORKLOAD_INPUT_LINE_MAX] = 'x';
    }
}

static void input_reads_files_of_many_blocks(void **state)
{
    (void)state;
    enum { LINES = 60000 };
    char path[] = "/tmp/batch-input-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    FILE *out = fdopen(file, "wb");
    assert_non_null(out);
    for (int i = 0; i < LINES; i++) {
        assert_true(fprintf(out, "line %d of a long file\n", i) > 0);
    }
    assert_int_equal(fclose(out), 0);

    struct workload_input *input = NULL;
    struct batch_error error;
    enum { ROOM = 4 * 1024 * 1024 };
    char *got = malloc(ROOM);
    assert_non_null(got);
    assert_int_equal(workload_input_open(path, &input, &error), BATCH_OK);
    int64_t size = drain(input, got, ROOM, &error);
    uint64_t read = 0;
    uint64_t total = 0;
    workload_input_progress(input, &read, &total);
    t_assert_i64((int64_t)read, size);
    t_assert_u64(total, read);
    workload_input_close(input);
    const char *at = got;
    for (int i = 0; i < LINES; i++) {
        char line[64];
        int length = snprintf(line, sizeof line, "line %d of a long file\n", i);
        assert_memory_equal(at, line, (size_t)length);
        at += length;
    }
    assert_int_equal(at - got, size);
    free(got);
    assert_int_equal(unlink(path), 0);
}

static void input_open_says_why_when_there_is_no_such_file(void **state)
{
    (void)state;
    struct workload_input *input = NULL;
    struct batch_error error;
    assert_int_equal(workload_input_open("/nonexistent/log.swf", &input, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "/nonexistent/log.swf: cannot be opened: No such file");
    assert_int_equal(workload_input_open("/tmp", &input, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "/tmp: is a folder");
    assert_null(input);
    workload_input_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(input_gives_whole_lines_for_every_block_size),
        cmocka_unit_test(input_adds_no_newline_when_there_is_one),
        cmocka_unit_test(input_stays_at_its_end_when_asked_again),
        cmocka_unit_test(input_reads_all_members_of_a_gzip_file),
        cmocka_unit_test(input_refuses_gzip_cut_at_any_byte),
        cmocka_unit_test(input_refuses_damaged_gzip),
        cmocka_unit_test(input_names_other_compressions),
        cmocka_unit_test(input_gives_the_beginning_of_a_line_over_the_limit),
        cmocka_unit_test(input_reads_files_of_many_blocks),
        cmocka_unit_test(input_open_says_why_when_there_is_no_such_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
