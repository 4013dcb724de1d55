/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * What writing and reading results share of HDF5: row types, and its errors as text of ours.
 */
#ifndef BATCH_HARNESS_RESULTS_HDF5_H
#define BATCH_HARNESS_RESULTS_HDF5_H

#include "harness/results.h"

#include <hdf5.h>
#include <hdf5_hl.h>

enum { HARNESS_HDF5_CAUSE_MAX = 256 };

/** The cause at the bottom of HDF5's error stack when a call first failed; the system's words where it has them. */
struct harness_hdf5_cause {
    char text[HARNESS_HDF5_CAUSE_MAX]; /**< "": nothing failed yet. */
};

/**
 * HDF5 prints its error stack by itself unless told not to, and forgets it at the next call. From now on the
 * first failure is kept in @p cause; NULL: failures are not kept.
 */
void harness_hdf5_listen(struct harness_hdf5_cause *cause);

/** The packed compound type of @p table's rows; negative on failure. The caller closes it. */
hid_t harness_hdf5_row_type(enum harness_table table);

#endif
