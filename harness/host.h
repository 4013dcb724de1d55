/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The program as the core's host: memory from the C library, a programmer's mistake ends the process.
 */
#ifndef BATCH_HARNESS_HOST_H
#define BATCH_HARNESS_HOST_H

#include "scheduler/host.h"

struct batch_host harness_host(void);

#endif
