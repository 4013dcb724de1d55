# SPDX-License-Identifier: GPL-3.0-or-later
# `cmake --install`: program, data, plots, man page and papers in their usual places.

install(TARGETS batchlab RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY data/ DESTINATION "${CMAKE_INSTALL_DATADIR}/batchlab" PATTERN "*.py" EXCLUDE)
install(DIRECTORY plots/ DESTINATION "${CMAKE_INSTALL_DATADIR}/batchlab/plots")
install(FILES docs/batchlab.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES LICENSE README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}" OPTIONAL)
