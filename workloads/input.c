/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Reading and inflating blocks, and keeping lines whole across them.
 *
 * The buffer has room for the longest line before each block. What follows the last newline of a block is moved
 * there before the next one is read, so that every line lies in one piece.
 */
#define _POSIX_C_SOURCE 200809L

#include "workloads/input.h"

#include "scheduler/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { RAW_BYTES = 64 * 1024, GZIP_WINDOW_BITS = 15 + 16 };

struct workload_input {
    char *name;
    int file;                    /**< -1: memory. */
    const unsigned char *memory; /**< What is left of it. */
    size_t memory_left;
    uint64_t read_bytes, total_bytes;
    unsigned char *raw; /**< Bytes as they are in the file: the first ones, and all of a gzip file. */
    size_t raw_begin, raw_end;
    bool is_gzip, in_member;
    z_stream inflate;
    char *buffer; /**< A longest line, a block, and one newline. */
    size_t block;
    char *tail; /**< The beginning of a line whose end is in a later block. */
    size_t tail_size;
};

/** Compressed formats that are recognised in order to say what to do about them. */
static const struct {
    const char *magic;
    size_t size;
    const char *name, *remedy;
} unsupported[] = {
    {"\x28\xb5\x2f\xfd", 4, "zstd", "unzstd"},
    {"\xfd\x37zXZ", 5, "xz", "unxz"},
    {"BZh", 3, "bzip2", "bunzip2"},
    {"PK\x03\x04", 4, "zip", "unzip"},
};

static enum batch_rc read_raw(struct workload_input *input, void *to, size_t room, size_t *got,
                              struct batch_error *error)
{
    size_t size = 0;
    if (input->file < 0) {
        size = room < input->memory_left ? room : input->memory_left;
        if (size > 0) {
            memcpy(to, input->memory, size);
            input->memory += size;
            input->memory_left -= size;
        }
    }
    while (input->file >= 0 && size < room) {
        ssize_t part = read(input->file, (char *)to + size, room - size);
        if (part < 0 && errno == EINTR) {
            continue;
        }
        if (part < 0) {
            return batch_error_set(error, BATCH_E_INPUT, "%s: cannot be read: %s", input->name, strerror(errno));
        }
        if (part == 0) {
            break;
        }
        size += (size_t)part;
    }
    input->read_bytes += size;
    *got = size;
    return BATCH_OK;
}

static enum batch_rc refill_raw(struct workload_input *input, struct batch_error *error)
{
    size_t got = 0;
    enum batch_rc rc = read_raw(input, input->raw, RAW_BYTES, &got, error);
    input->raw_begin = 0;
    input->raw_end = got;
    return rc;
}

static enum batch_rc fill_plain(struct workload_input *input, char *to, size_t room, size_t *got,
                                struct batch_error *error)
{
    size_t first = input->raw_end - input->raw_begin;
    if (first == 0) {
        return read_raw(input, to, room, got, error);
    }
    first = first < room ? first : room;
    memcpy(to, input->raw + input->raw_begin, first);
    input->raw_begin += first;
    *got = first;
    return BATCH_OK;
}

/** Between two members: the zeros that tapes and some tools pad with are skipped, as gzip does. */
static enum batch_rc begin_member(struct workload_input *input, struct batch_error *error)
{
    while (input->raw_begin < input->raw_end && input->raw[input->raw_begin] == 0) {
        input->raw_begin++;
    }
    if (input->raw_begin == input->raw_end) {
        return BATCH_OK;
    }
    if (input->raw[input->raw_begin] != 0x1f) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s: something that is not gzip follows the gzip data: fetch the file again, or "
                               "decompress it and look at its end",
                               input->name);
    }
    BATCH_ASSERT(NULL, inflateReset(&input->inflate) == Z_OK);
    input->in_member = true;
    return BATCH_OK;
}

static enum batch_rc inflate_some(struct workload_input *input, struct batch_error *error)
{
    z_stream *z = &input->inflate;
    z->next_in = input->raw + input->raw_begin;
    z->avail_in = (uInt)(input->raw_end - input->raw_begin);
    int status = inflate(z, Z_NO_FLUSH);
    input->raw_begin = input->raw_end - z->avail_in;

    if (status == Z_STREAM_END) {
        input->in_member = false;
    } else if (status == Z_MEM_ERROR) {
        return batch_error_set(error, BATCH_E_MEMORY, "%s: no memory to decompress", input->name);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: the gzip data are damaged (%s): fetch the file again",
                               input->name, z->msg != NULL ? z->msg : "no such block");
    }
    return BATCH_OK;
}

static enum batch_rc fill_gzip(struct workload_input *input, char *to, size_t room, size_t *got,
                               struct batch_error *error)
{
    z_stream *z = &input->inflate;
    z->next_out = (Bytef *)to;
    z->avail_out = (uInt)room;
    enum batch_rc rc = BATCH_OK;
    while (rc == BATCH_OK && z->avail_out > 0) {
        if (input->raw_begin == input->raw_end) {
            rc = refill_raw(input, error);
            if (rc == BATCH_OK && input->raw_end == 0) {
                break;
            }
        } else if (input->in_member) {
            rc = inflate_some(input, error);
        } else {
            rc = begin_member(input, error);
        }
    }
    if (rc == BATCH_OK && z->avail_out > 0 && input->in_member) {
        rc = batch_error_set(error, BATCH_E_INPUT,
                             "%s: the gzip data end too early: the file is truncated, fetch it again", input->name);
    }
    *got = room - z->avail_out;
    return rc;
}

/** Look at the first bytes. */
static enum batch_rc recognise(struct workload_input *input, struct batch_error *error)
{
    enum batch_rc rc = refill_raw(input, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    for (size_t i = 0; i < sizeof unsupported / sizeof unsupported[0]; i++) {
        if (input->raw_end >= unsupported[i].size &&
            memcmp(input->raw, unsupported[i].magic, unsupported[i].size) == 0) {
            return batch_error_set(error, BATCH_E_INPUT,
                                   "%s: is compressed with %s: expected plain text or gzip; decompress it with %s",
                                   input->name, unsupported[i].name, unsupported[i].remedy);
        }
    }
    if (input->raw_end >= 2 && input->raw[0] == 0x1f && input->raw[1] == 0x8b) {
        if (inflateInit2(&input->inflate, GZIP_WINDOW_BITS) != Z_OK) {
            return batch_error_set(error, BATCH_E_MEMORY, "%s: no memory to decompress", input->name);
        }
        input->is_gzip = true;
        input->in_member = true;
    }
    return BATCH_OK;
}

static struct workload_input *allocate(const char *name, size_t block)
{
    struct workload_input *input = calloc(1, sizeof *input);
    if (input == NULL) {
        return NULL;
    }
    input->file = -1;
    input->block = block;
    input->name = strdup(name);
    input->raw = malloc(RAW_BYTES);
    input->buffer = malloc(WORKLOAD_INPUT_LINE_MAX + block + 1);
    if (input->name == NULL || input->raw == NULL || input->buffer == NULL) {
        workload_input_close(input);
        return NULL;
    }
    input->tail = input->buffer;
    return input;
}

static enum batch_rc open_file(struct workload_input *input, struct batch_error *error)
{
    input->file = open(input->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (input->file < 0) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: cannot be opened: %s; check the path", input->name,
                               strerror(errno));
    }
    struct stat status;
    if (fstat(input->file, &status) == 0) {
        if (S_ISDIR(status.st_mode)) {
            return batch_error_set(error, BATCH_E_INPUT, "%s: is a folder: expected a file", input->name);
        }
        input->total_bytes = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    }
    return BATCH_OK;
}

enum batch_rc workload_input_open(const char *path, struct workload_input **ret, struct batch_error *error)
{
    struct workload_input *input = allocate(path, WORKLOAD_INPUT_BLOCK);
    if (input == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "%s: no memory to read", path);
    }
    enum batch_rc rc = open_file(input, error);
    if (rc == BATCH_OK) {
        rc = recognise(input, error);
    }
    if (rc != BATCH_OK) {
        workload_input_close(input);
        return rc;
    }
    *ret = input;
    return BATCH_OK;
}

enum batch_rc workload_input_open_memory(const char *name, const void *bytes, size_t size, size_t block,
                                         struct workload_input **ret, struct batch_error *error)
{
    BATCH_ASSERT(NULL, block > 0 && block <= WORKLOAD_INPUT_BLOCK_MAX);
    struct workload_input *input = allocate(name, block);
    if (input == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "%s: no memory to read", name);
    }
    input->memory = bytes;
    input->memory_left = size;
    input->total_bytes = size;
    enum batch_rc rc = recognise(input, error);
    if (rc != BATCH_OK) {
        workload_input_close(input);
        return rc;
    }
    *ret = input;
    return BATCH_OK;
}

static const char *find_last_newline(const char *begin, const char *end)
{
    for (const char *at = end; at > begin; at--) {
        if (at[-1] == '\n') {
            return at - 1;
        }
    }
    return NULL;
}

enum batch_rc workload_input_lines(struct workload_input *input, const char **begin, const char **end,
                                   struct batch_error *error)
{
    while (input->tail_size <= WORKLOAD_INPUT_LINE_MAX) {
        char *block = input->buffer + WORKLOAD_INPUT_LINE_MAX;
        char *start = block - input->tail_size;
        memmove(start, input->tail, input->tail_size);
        input->tail = start;

        size_t got = 0;
        enum batch_rc rc = input->is_gzip ? fill_gzip(input, block, input->block, &got, error)
                                          : fill_plain(input, block, input->block, &got, error);
        if (rc != BATCH_OK) {
            return rc;
        }
        char *stop = block + got;
        if (got == 0 && input->tail_size > 0) {
            *stop++ = '\n';
        }
        const char *newline = find_last_newline(block, stop);
        if (newline != NULL || got == 0) {
            *begin = start;
            *end = newline != NULL ? newline + 1 : start;
            input->tail = start + (*end - start);
            input->tail_size = (size_t)(stop - input->tail);
            return BATCH_OK;
        }
        input->tail_size += got;
    }
    *begin = input->tail;
    *end = input->tail + input->tail_size;
    return BATCH_OK;
}

const char *workload_input_name(const struct workload_input *input)
{
    return input->name;
}

void workload_input_progress(const struct workload_input *input, uint64_t *read_bytes, uint64_t *total_bytes)
{
    *read_bytes = input->read_bytes;
    *total_bytes = input->total_bytes;
}

void workload_input_close(struct workload_input *input)
{
    if (input == NULL) {
        return;
    }
    if (input->is_gzip) {
        (void)inflateEnd(&input->inflate);
    }
    if (input->file >= 0) {
        (void)close(input->file);
    }
    free(input->buffer);
    free(input->raw);
    free(input->name);
    free(input);
}
