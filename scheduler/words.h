/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Writing and reading the canonical encoding word by word. Private to scheduler/.
 *
 * A record is: header word (kind in bits 0-7, word count in bits 8-31, one 32-bit field in bits 32-63), time,
 * then the kind's words. Text is a length word and the bytes padded with zeros.
 */
#ifndef BATCH_SCHEDULER_WORDS_H
#define BATCH_SCHEDULER_WORDS_H

#include "scheduler/types.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the encoding is little-endian; swap words on other machines");

struct batch_words_out {
    uint64_t *words;
    size_t capacity;
    size_t used;              /**< Also counts what did not fit. */
    const uint64_t *expected; /**< Compare instead of writing: what `words` would have to hold. */
    bool differs;
};

static inline void batch_words_put(struct batch_words_out *out, uint64_t word)
{
    if (out->used < out->capacity) {
        if (out->expected != NULL) {
            out->differs = out->differs || out->expected[out->used] != word;
        } else {
            out->words[out->used] = word;
        }
    }
    out->used++;
}

static inline void batch_words_put_pair(struct batch_words_out *out, uint32_t low, uint32_t high)
{
    batch_words_put(out, (uint64_t)high << 32 | low);
}

static inline void batch_words_put_text(struct batch_words_out *out, struct batch_text text)
{
    batch_words_put(out, text.length);
    for (uint32_t at = 0; at < text.length; at += 8) {
        uint64_t word = 0;
        uint32_t left = text.length - at;
        memcpy(&word, text.bytes + at, left < 8 ? left : 8);
        batch_words_put(out, word);
    }
}

static inline uint64_t batch_words_header(uint32_t kind, size_t count, uint32_t field)
{
    return (uint64_t)field << 32 | (uint64_t)count << 8 | kind;
}

struct batch_words_in {
    const uint64_t *words;
    size_t count;
    size_t used;
    bool is_short; /**< More was asked for than there is. */
};

static inline uint64_t batch_words_get(struct batch_words_in *in)
{
    if (in->used >= in->count) {
        in->is_short = true;
        return 0;
    }
    return in->words[in->used++];
}

static inline struct batch_text batch_words_get_text(struct batch_words_in *in)
{
    uint64_t length = batch_words_get(in);
    uint64_t words = (length + 7) / 8;
    if (length > UINT32_MAX || words > in->count - in->used) {
        in->is_short = true;
        return (struct batch_text){0};
    }
    struct batch_text text = {.length = (uint32_t)length};
    text.bytes = length > 0 ? (const char *)(in->words + in->used) : NULL;
    in->used += words;
    return text;
}

/** Mix words into a running digest, two at a time (a 64 x 64 -> 128 bit multiplication folded by xor). */
uint64_t batch_digest_mix(uint64_t digest, const uint64_t *words, size_t count);

#endif
