# SPDX-License-Identifier: GPL-3.0-or-later
# How every file of the project is compiled: `batch_options`, linked by all rooms and tests.

add_library(batch_options INTERFACE)
target_include_directories(batch_options INTERFACE "${PROJECT_SOURCE_DIR}")

target_compile_options(batch_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wcast-qual -Wundef -Wvla -Wformat=2 -Wdouble-promotion -Wfloat-conversion
    -Wnull-dereference -Wswitch -Wwrite-strings -Wpointer-arith -Winit-self
    $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init -Wcast-align=strict>
    $<$<BOOL:${BATCH_WERROR}>:-Werror>)

# Equal runs give equal bytes on every machine: no fused multiply-add behind the program's back.
target_compile_options(batch_options INTERFACE -ffp-contract=off)

if(BATCH_SANITIZE)
    set(batch_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(batch_options INTERFACE ${batch_sanitizers})
    target_link_options(batch_options INTERFACE ${batch_sanitizers})
endif()

if(BATCH_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "BATCH_FUZZ needs clang: cmake --preset fuzz")
    endif()
    target_compile_options(batch_options INTERFACE -fsanitize=fuzzer-no-link,address -fno-omit-frame-pointer)
    target_link_options(batch_options INTERFACE -fsanitize=fuzzer-no-link,address)
endif()

if(BATCH_COVERAGE)
    target_compile_options(batch_options INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(batch_options INTERFACE --coverage)
else()
    # Names of files in assertions and debug information do not tell where the tree was built (the last map wins).
    set(batch_names "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=" "-ffile-prefix-map=${PROJECT_BINARY_DIR}=.")
    target_compile_options(batch_options INTERFACE ${batch_names})
    target_link_options(batch_options INTERFACE ${batch_names})
endif()

# Release builds optimise across files and rooms. The objects are fat (machine code beside GCC's own form), so that
# `nm` reads the archives truly (tests/arch/symbols) and test programs link in a moment without optimising again.
set(BATCH_LTO OFF)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug"
   AND NOT BATCH_SANITIZE AND NOT BATCH_COVERAGE)
    set(BATCH_LTO ON)
endif()

function(batch_prepare_cross_optimisation library)
    if(BATCH_LTO)
        target_compile_options(${library} PRIVATE -flto -ffat-lto-objects)
    endif()
endfunction()

function(batch_link_optimised program)
    if(BATCH_LTO)
        target_compile_options(${program} PRIVATE -flto -ffat-lto-objects)
        target_link_options(${program} PRIVATE -flto=auto -O2)
    endif()
endfunction()

function(batch_link_plainly program)
    if(BATCH_LTO)
        target_link_options(${program} PRIVATE -fno-lto)
    endif()
endfunction()
