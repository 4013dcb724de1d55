# SPDX-License-Identifier: GPL-3.0-or-later
# A room is a folder, a static library of all its C files, and a list of what it may link.

# batch_add_room(<folder> [EXCLUDE <file>...] [LINK <target>...])
function(batch_add_room room)
    cmake_parse_arguments(arg "" "" "EXCLUDE;LINK" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${room}/*.c" "${PROJECT_SOURCE_DIR}/${room}/*/*.c")
    list(TRANSFORM arg_EXCLUDE PREPEND "${PROJECT_SOURCE_DIR}/${room}/")
    list(REMOVE_ITEM sources ${arg_EXCLUDE})
    add_library(batch_${room} STATIC ${sources})
    target_link_libraries(batch_${room} PUBLIC batch_options ${arg_LINK})
    batch_prepare_cross_optimisation(batch_${room})
endfunction()
