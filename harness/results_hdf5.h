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

/** HDF5 prints its error stack by itself unless told not to. */
void harness_hdf5_quieten(void);

/** The cause at the bottom of HDF5's error stack into @p buffer; the system's words where it has them. */
void harness_hdf5_cause(char *buffer, size_t size);

/** The packed compound type of @p table's rows; negative on failure. The caller closes it. */
hid_t harness_hdf5_row_type(enum harness_table table);

#endif
