/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file The three random streams of a workload model, apart from those of the simulated cloud. */
#ifndef BATCH_TESTS_SUPPORT_T_STREAMS_H
#define BATCH_TESTS_SUPPORT_T_STREAMS_H

#include "workloads/streams.h"

/** Seeded with @p seed and the two numbers after it; close with t_streams_close. */
struct workload_streams t_streams_open(unsigned long seed);
void t_streams_close(const struct workload_streams *streams);

#endif
