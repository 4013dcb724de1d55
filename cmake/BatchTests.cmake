# SPDX-License-Identifier: GPL-3.0-or-later
# Registers tests by globbing, so that a new file under tests/ needs no line here.

set(batch_data "$ENV{BATCHLAB_DATA}")
if(batch_data STREQUAL "")
    set(batch_data "${PROJECT_SOURCE_DIR}/../shared/data")
endif()
cmake_path(NORMAL_PATH batch_data)
set(BATCHLAB_DATA "${batch_data}" CACHE PATH "Traces and catalogues that some tests read")
set(BATCH_FUZZ_SECONDS 60 CACHE STRING "How long each libFuzzer program runs under ctest")

# batch_describe_test(<test> <source file> <label>...): what every test has in common. What measures runs alone.
function(batch_describe_test test file)
    set(labels ${ARGN})
    cmake_path(GET file STEM stem)
    set(seconds 300)
    if(stem MATCHES "_long$")
        list(APPEND labels long)
        set(seconds 3000)
    endif()
    set(environment
        "BATCHLAB=${PROJECT_BINARY_DIR}/batchlab"
        "BATCHLAB_BUILD=${PROJECT_BINARY_DIR}"
        "BATCHLAB_SOURCE=${PROJECT_SOURCE_DIR}"
        "BATCHLAB_DATA=${BATCHLAB_DATA}"
        "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1"
        "UBSAN_OPTIONS=print_stacktrace=1")
    set_tests_properties(${test} PROPERTIES
        LABELS "${labels}"
        TIMEOUT ${seconds}
        SKIP_RETURN_CODE 77
        ENVIRONMENT "${environment}")
    if(stem MATCHES "bench")
        set_tests_properties(${test} PROPERTIES RUN_SERIAL ON)
    endif()
endfunction()

# batch_add_c_tests(<folder> <prefix> <label>...): each <folder>/test_<module>.c is a cmocka program.
function(batch_add_c_tests folder prefix)
    file(GLOB files CONFIGURE_DEPENDS "${folder}/test_*.c")
    foreach(file IN LISTS files)
        cmake_path(GET file STEM stem)
        string(REGEX REPLACE "^test_" "" module "${stem}")
        set(program test_${prefix}_${module})
        add_executable(${program} "${file}")
        target_link_libraries(${program} PRIVATE batch_test_support)
        batch_link_plainly(${program})
        add_test(NAME ${prefix}.${module} COMMAND ${program} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
        batch_describe_test(${prefix}.${module} "${file}" ${ARGN})
    endforeach()
endfunction()

# batch_add_scripts(<folder> <prefix> <label>...): each <folder>/*.bats, and each <folder>/test_*.py.
function(batch_add_scripts folder prefix)
    file(GLOB files CONFIGURE_DEPENDS "${folder}/*.bats" "${folder}/test_*.py")
    foreach(file IN LISTS files)
        cmake_path(GET file STEM stem)
        cmake_path(GET file EXTENSION extension)
        string(REGEX REPLACE "^test_" "" module "${stem}")
        if(extension STREQUAL ".py")
            set(command /usr/bin/python3 "${file}")
        else()
            set(command "${PROJECT_SOURCE_DIR}/tests/support/run-bats" "${file}")
        endif()
        add_test(NAME ${prefix}.${module} COMMAND ${command} WORKING_DIRECTORY "${PROJECT_BINARY_DIR}")
        batch_describe_test(${prefix}.${module} "${file}" ${ARGN})
    endforeach()
endfunction()

# Fuzz targets in an ordinary build: each replays its corpus through a plain main().
function(batch_add_replays)
    file(GLOB files CONFIGURE_DEPENDS "fuzz/fuzz_*.c")
    foreach(file IN LISTS files)
        cmake_path(GET file STEM stem)
        string(REGEX REPLACE "^fuzz_" "" target "${stem}")
        add_executable(${stem} "${file}" fuzz/replay_main.c)
        target_link_libraries(${stem} PRIVATE batch_harness)
        batch_link_plainly(${stem})
        add_test(NAME fuzz.${target} COMMAND ${stem} "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${target}")
        batch_describe_test(fuzz.${target} "${file}" fast)
    endforeach()
endfunction()

# Fuzz targets under the preset `fuzz`. New inputs gather in the build folder; the corpus of the tree is only read.
function(batch_add_fuzzers)
    file(GLOB files CONFIGURE_DEPENDS "fuzz/fuzz_*.c")
    math(EXPR timeout "${BATCH_FUZZ_SECONDS} + 300")
    foreach(file IN LISTS files)
        cmake_path(GET file STEM stem)
        string(REGEX REPLACE "^fuzz_" "" target "${stem}")
        add_executable(${stem} "${file}")
        target_link_libraries(${stem} PRIVATE batch_harness)
        target_link_options(${stem} PRIVATE -fsanitize=fuzzer)
        set(found "${PROJECT_BINARY_DIR}/corpus/${target}")
        file(MAKE_DIRECTORY "${found}")
        add_test(NAME fuzz.${target} COMMAND ${stem} -max_total_time=${BATCH_FUZZ_SECONDS} -rss_limit_mb=2048 -timeout=20
            -print_final_stats=1 "-artifact_prefix=${PROJECT_BINARY_DIR}/${target}-"
            "${found}" "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${target}")
        batch_describe_test(fuzz.${target} "${file}" fuzz)
        set_tests_properties(fuzz.${target} PROPERTIES TIMEOUT ${timeout})
    endforeach()
endfunction()

# Each public header compiles alone, and twice.
function(batch_add_header_check)
    set(sources "")
    foreach(room scheduler cloud sim workloads harness)
        file(GLOB headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/${room}/*.h")
        foreach(header IN LISTS headers)
            string(MAKE_C_IDENTIFIER "${header}" name)
            set(source "${PROJECT_BINARY_DIR}/headers/${name}.c")
            set(posix "")
            if(room STREQUAL "harness")
                set(posix "#define _POSIX_C_SOURCE 200809L\n")
            endif()
            file(CONFIGURE OUTPUT "${source}"
                CONTENT "@posix@#include \"@header@\"\n#include \"@header@\"\ntypedef int alone_@name@;\n" @ONLY)
            list(APPEND sources "${source}")
        endforeach()
    endforeach()
    add_library(batch_headers OBJECT ${sources})
    target_link_libraries(batch_headers PRIVATE batch_harness)
endfunction()

# The rules of architecture: who may include whom, what each archive may need, how a source file looks.
function(batch_add_arch_tests)
    add_test(NAME arch.includes
        COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/arch/check_includes.py" "${PROJECT_SOURCE_DIR}")
    add_test(NAME arch.source
        COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/arch/check_source.py" "${PROJECT_SOURCE_DIR}")
    set(tests arch.includes arch.source)
    if(BATCH_LTO)
        add_test(NAME arch.symbols
            COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/arch/check_symbols.py" "${PROJECT_BINARY_DIR}")
        list(APPEND tests arch.symbols)
    endif()
    foreach(test IN LISTS tests)
        batch_describe_test(${test} "${test}" fast gate)
    endforeach()
endfunction()
