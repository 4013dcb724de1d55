/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Named random streams: one per purpose and entity, so that every policy meets the same world.
 *
 * GSL's own generators take 32-bit seeds, so a custom gsl_rng_type (xoshiro256++, Blackman and Vigna 2019,
 * seeded through SplitMix64) is used; every gsl_ran_* works on it.
 */
#ifndef BATCH_CLOUD_STREAM_H
#define BATCH_CLOUD_STREAM_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

/** The generator; its `set` takes all 64 bits of an unsigned long. */
extern const gsl_rng_type *const cloud_stream_type;

/** A stream that lives where it is declared; it must not be copied once opened (rng points into it). */
struct cloud_stream {
    gsl_rng rng; /**< Pass &stream.rng to gsl_ran_*. */
    uint64_t state[4];
};

/** The 64-bit key of a purpose ("start-delay") under a run's seed; computed once, kept by the caller. */
uint64_t cloud_stream_key(uint64_t seed, const char *purpose);

/**
 * Open the stream of @p entity (with @p part, such as an attempt number) under @p key.
 * Allocates nothing; about 10 ns. The same three numbers always give the same draws.
 */
void cloud_stream_open(struct cloud_stream *stream, uint64_t key, uint64_t entity, uint64_t part);

#endif
