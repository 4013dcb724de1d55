/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * xoshiro256++ 1.0 and SplitMix64 (Blackman and Vigna, public domain) behind GSL's generator table.
 *
 * The state is never all zero: SplitMix64 gives four outputs of four different inputs through a bijection, so at
 * most one of them is zero.
 */
#include "cloud/stream.h"

#include <limits.h>

_Static_assert(sizeof(unsigned long) == sizeof(uint64_t), "GSL passes seeds and draws as unsigned long");

/** 2^64 / golden ratio: SplitMix64's step. */
static const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);

/** SplitMix64's output function: a bijection, so different inputs never meet. */
static inline uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline uint64_t rotate_left(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static inline void seed_state(uint64_t state[4], uint64_t seed)
{
    for (uint64_t i = 0; i < 4; i++) {
        state[i] = mix(seed + (i + 1) * step);
    }
}

static inline uint64_t next(uint64_t s[4])
{
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

static void stream_set(void *state, unsigned long seed)
{
    seed_state(state, seed);
}

static unsigned long stream_get(void *state)
{
    return next(state);
}

/** The upper 53 bits, so that every double drawn is exact and below 1. */
static double stream_get_double(void *state)
{
    return (double)(next(state) >> 11) * 0x1.0p-53;
}

static const gsl_rng_type stream_type = {
    .name = "xoshiro256++",
    .max = ULONG_MAX,
    .min = 0,
    .size = 4 * sizeof(uint64_t),
    .set = stream_set,
    .get = stream_get,
    .get_double = stream_get_double,
};

const gsl_rng_type *const cloud_stream_type = &stream_type;

uint64_t cloud_stream_key(uint64_t seed, const char *purpose)
{
    /* FNV-1a, 64 bits. */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *c = purpose; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    }
    return mix(mix(seed + step) ^ hash);
}

void cloud_stream_open(struct cloud_stream *stream, uint64_t key, uint64_t entity, uint64_t part)
{
    /* Each line is a bijection of the number it takes in, so streams that differ in one number differ. */
    uint64_t seed = mix(key ^ mix(entity + step));
    seed = mix(seed ^ (part * step));
    seed_state(stream->state, seed);
    stream->rng = (gsl_rng){.type = &stream_type, .state = stream->state};
}
