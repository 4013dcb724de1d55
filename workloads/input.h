/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Whole lines from a file or from memory, plain or gzip (recognised by its first bytes), block by block.
 *
 * Memory is the same for every size of file. Text is not copied, but for the line that straddles two blocks.
 */
#ifndef BATCH_WORKLOADS_INPUT_H
#define BATCH_WORKLOADS_INPUT_H

#include "scheduler/error.h"

#include <stddef.h>
#include <stdint.h>

enum {
    WORKLOAD_INPUT_LINE_MAX = 4096,         /**< Longest line in bytes, its end not counted. */
    WORKLOAD_INPUT_BLOCK_MAX = 1024 * 1024, /**< Largest block. */
    WORKLOAD_INPUT_BLOCK = 256 * 1024,      /**< The usual block: stays within a second-level cache. */
};

struct workload_input;

/**
 * Open the file at @p path and read its first block.
 *
 * @return BATCH_E_INPUT when it is missing, unreadable, a folder, or compressed in a way not understood;
 *         BATCH_E_MEMORY.
 */
enum batch_rc workload_input_open(const char *path, struct workload_input **ret, struct batch_error *error);

/**
 * The same over @p bytes, borrowed until close.
 *
 * @param name   Stands for the file in messages; copied.
 * @param block  1..WORKLOAD_INPUT_BLOCK_MAX bytes at a time: small ones make lines straddle blocks.
 */
enum batch_rc workload_input_open_memory(const char *name, const void *bytes, size_t size, size_t block,
                                         struct workload_input **ret, struct batch_error *error);

/**
 * The next lines: @p begin .. @p end, each ended by a newline (added when the last line of the input has none);
 * equal at the end of the input. Valid until the next call.
 *
 * A span that does not end in a newline is the beginning of a line longer than WORKLOAD_INPUT_LINE_MAX; nothing
 * can be read after it. A line over the limit that lies within a block is not noticed here.
 *
 * @return BATCH_E_INPUT when the compressed data are damaged, cut short or followed by something else, or when
 *         reading fails; the input can then only be closed.
 */
enum batch_rc workload_input_lines(struct workload_input *input, const char **begin, const char **end,
                                   struct batch_error *error);

/** As given at open. */
const char *workload_input_name(const struct workload_input *input);

/** Bytes read (before decompression), and in all; the latter 0 where unknown (a pipe). */
void workload_input_progress(const struct workload_input *input, uint64_t *read_bytes, uint64_t *total_bytes);

/** NULL is fine. */
void workload_input_close(struct workload_input *input);

#endif
