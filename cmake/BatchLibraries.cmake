# SPDX-License-Identifier: GPL-3.0-or-later
# The libraries of others, as imported targets.

find_package(PkgConfig REQUIRED)
pkg_check_modules(GSL REQUIRED IMPORTED_TARGET gsl)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.12)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_search_module(HDF5 REQUIRED IMPORTED_TARGET hdf5-serial hdf5)

add_library(batch_gsl INTERFACE)
target_link_libraries(batch_gsl INTERFACE PkgConfig::GSL)

# No pkg-config file names HDF5's high-level library (packet tables): it lies beside the base library.
find_library(BATCH_HDF5_HL NAMES hdf5_hl hdf5_serial_hl HINTS ${HDF5_LIBRARY_DIRS} ${HDF5_LIBDIR} REQUIRED)
mark_as_advanced(BATCH_HDF5_HL)
add_library(batch_hdf5 INTERFACE)
target_link_libraries(batch_hdf5 INTERFACE "${BATCH_HDF5_HL}" PkgConfig::HDF5)
