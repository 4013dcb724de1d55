/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * zlib's deflate with a gzip wrapper; gzopen would need a path and hides whether the disk was full.
 */
#include "workloads/gzip.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

enum { BLOCK_BYTES = 1 << 15, GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };

/** Deflate what the stream holds and write all that comes out, through @p block. */
static void drain(z_stream *stream, int flush, unsigned char block[BLOCK_BYTES], FILE *out)
{
    do {
        stream->next_out = block;
        stream->avail_out = BLOCK_BYTES;
        (void)deflate(stream, flush);
        (void)fwrite(block, 1, BLOCK_BYTES - stream->avail_out, out);
    } while (stream->avail_out == 0);
}

enum batch_rc workload_gzip(FILE *in, FILE *out, struct batch_error *error)
{
    unsigned char block[BLOCK_BYTES];
    unsigned char deflated[BLOCK_BYTES];
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory to compress the trace");
    }
    size_t count = 0;
    do {
        count = fread(block, 1, sizeof block, in);
        stream.next_in = block;
        stream.avail_in = (uInt)count;
        drain(&stream, count == sizeof block ? Z_NO_FLUSH : Z_FINISH, deflated, out);
    } while (count == sizeof block && ferror(out) == 0);
    (void)deflateEnd(&stream);
    errno = 0;
    if (ferror(in) != 0) {
        return batch_error_set(error, BATCH_E_IO, "the trace cannot be read back");
    }
    if (fflush(out) != 0 || ferror(out) != 0) {
        return batch_error_set(error, BATCH_E_IO, "the trace cannot be written: %s", strerror(errno));
    }
    return BATCH_OK;
}
