/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Gives the generator's streams their names. */
#include "harness/generate.h"

#include "workloads/swf_write.h"

static void open_stream(struct cloud_stream *stream, uint64_t seed, const char *purpose)
{
    cloud_stream_open(stream, cloud_stream_key(seed, purpose), 0, 0);
}

void harness_streams_open(struct harness_streams *streams, uint64_t seed)
{
    open_stream(&streams->arrivals, seed, "arrivals");
    open_stream(&streams->sizes, seed, "sizes");
    open_stream(&streams->runtimes, seed, "runtimes");
    streams->named = (struct workload_streams){
        .arrivals = &streams->arrivals.rng, .sizes = &streams->sizes.rng, .runtimes = &streams->runtimes.rng};
}

enum batch_rc harness_generate(FILE *out, const struct workload_spec *spec, uint64_t seed, struct batch_error *error)
{
    struct harness_streams streams;
    harness_streams_open(&streams, seed);
    return workload_swf_write(out, spec, &streams.named, error);
}
