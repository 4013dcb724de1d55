#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Each gate of `./quickstart test` is shown a small broken tree, and has to refuse it for the right reason.

setup() {
    source_dir=${BATCHLAB_SOURCE:?}
    # shellcheck source=/dev/null
    source "$source_dir/quickstart"
    tree=$BATS_TEST_TMPDIR/tree
    mkdir -p "$tree/scheduler" "$tree/workloads" "$tree/docs"
}

# refuse MESSAGE COMMAND...: the command fails, and says MESSAGE.
refuse() {
    local message=$1
    shift
    run "$@"
    printf '%s\n' "$output"
    [ "$status" -ne 0 ]
    [[ $output == *"$message"* ]]
}

arch() {
    local check=$1
    shift
    /usr/bin/python3 "$source_dir/tests/arch/check_$check.py" "$@"
}

# c_file PATH: a file that every rule accepts, followed by what stands on stdin.
c_file() {
    printf '/* %s: GPL-3.0-or-later */\n/** @file\n * A fixture. */\n' SPDX-License-Identifier >"$tree/$1"
    cat >>"$tree/$1"
}

# repeat COUNT LINE
repeat() {
    local i
    for ((i = 0; i < $1; i++)); do
        printf '%s\n' "$2"
    done
}

# configure_fixture [CMAKE OPTION...]: a project of one file, compiled with the project's own options.
configure_fixture() {
    cat >"$tree/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(fixture LANGUAGES C)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include("$source_dir/cmake/BatchOptions.cmake")
add_executable(fixture main.c)
target_link_libraries(fixture PRIVATE batch_options)
END
    cmake -S "$tree" -B "$tree/build" -G Ninja "$@" >/dev/null
}

@test "the arch checks accept a sound tree" {
    c_file scheduler/sound.c <<<'#include <stdint.h>'
    arch includes "$tree"
    arch source "$tree"
}

@test "includes: a room that reaches over its border is refused" {
    c_file workloads/reader.c <<<'#include "cloud/catalog.h"'
    refuse 'workloads/reader.c:4: workloads must not include cloud (cloud/catalog.h)' arch includes "$tree"
}

@test "includes: a system header that the core may not know is refused" {
    c_file scheduler/clock.c <<<'#include <time.h>'
    refuse 'scheduler/clock.c:4: scheduler must not include <time.h>' arch includes "$tree"
}

@test "includes: a header that does not name its room is refused" {
    c_file scheduler/lost.c <<<'#include "core.h"'
    refuse '"core.h" does not name its room' arch includes "$tree"
}

@test "includes: an empty tree is refused" {
    rm -r "$tree/scheduler" "$tree/workloads"
    refuse 'no room holds a C file' arch includes "$tree"
}

# archives CODE: libbatch_<room>.a for every room, each made of CODE.
archives() {
    local room
    printf '%s\n' "$1" >"$tree/part.c"
    gcc -O2 -c -o "$tree/part.o" "$tree/part.c"
    for room in scheduler cloud sim workloads harness; do
        ar rcs "$tree/libbatch_$room.a" "$tree/part.o"
    done
}

@test "symbols: sound archives are accepted" {
    archives '#include <string.h>
        int batch_same(const char *a, const char *b) { return strcmp(a, b) == 0; }'
    arch symbols "$tree"
}

@test "symbols: printing outside the harness is refused" {
    archives '#include <stdio.h>
        void batch_say(int number) { printf("%d\n", number); }'
    refuse 'libbatch_workloads.a: must not need printf' arch symbols "$tree"
    [[ $output == *'libbatch_scheduler.a: must not need printf'* ]]
    [[ $output != *'libbatch_harness.a'* ]]
}

@test "symbols: memory from elsewhere than the host is refused in the core" {
    archives '#include <stdlib.h>
        void *batch_grab(size_t bytes) { return malloc(bytes); }'
    refuse 'libbatch_scheduler.a: must not need malloc' arch symbols "$tree"
    [[ $output != *'libbatch_workloads.a'* ]]
}

@test "symbols: a missing archive is refused" {
    archives 'int batch_one(void) { return 1; }'
    rm "$tree/libbatch_sim.a"
    refuse 'libbatch_sim.a: missing' arch symbols "$tree"
}

@test "symbols: archives without machine code are refused" {
    archives 'typedef int batch_nothing;'
    refuse 'define no symbol' arch symbols "$tree"
}

@test "source rules: each fault is named with its place" {
    c_file scheduler/calls.c <<'END'
int batch_length(char *to, const char *from);
int batch_length(char *to, const char *from)
{
    strcpy(to, from); /* strcat( in a comment is no call */
    return system("strcat(x)");
}
END
    refuse 'scheduler/calls.c:7: strcpy() is banned' arch source "$tree"
    [[ $output == *'scheduler/calls.c:8: system() is banned'* ]]
    [[ $output != *'strcat() is banned'* ]]
}

@test "source rules: a file without licence and purpose is refused" {
    printf 'int batch_x;\n' >"$tree/scheduler/bare.c"
    refuse 'scheduler/bare.c:1: the first line is not' arch source "$tree"
    [[ $output == *"scheduler/bare.c:2: no '/** @file' comment"* ]]
}

@test "source rules: a header with a strange guard is refused" {
    c_file scheduler/odd.h <<<$'#ifndef ODD_H\n#define ODD_H\n#endif'
    refuse 'the include guard is not BATCH_SCHEDULER_ODD_H' arch source "$tree"
}

@test "source rules: a file of more than 400 lines is refused" {
    repeat 400 '' | c_file scheduler/long.c
    refuse 'scheduler/long.c:401: 403 lines, at most 400' arch source "$tree"
}

@test "source rules: a function of more than 70 lines is refused, unless it only dispatches" {
    { printf 'void batch_long(void)\n{\n'; repeat 71 '    batch_step();'; printf '}\n'; } | c_file scheduler/function.c
    {
        printf 'int batch_value(int x)\n{\n    switch (x) {\n'
        for i in $(seq 40); do printf '    case %d:\n        return %d;\n' "$i" $((i * i)); done
        printf '    }\n    return 0;\n}\n'
    } | c_file scheduler/dispatch.c
    refuse 'scheduler/function.c:5: a function of 72 lines' arch source "$tree"
    [[ $output != *'dispatch.c'* ]]
}

@test "source rules: left-over markers, tabs and paths of one machine are refused" {
    printf '/* %s%s: later */\n' TO DO | c_file scheduler/marker.c
    printf 'int\tbatch_x;\n' | c_file scheduler/tab.c
    printf 'see /%s/someone/notes\n' home >"$tree/docs/notes.md"
    refuse 'scheduler/marker.c:4: left-over marker' arch source "$tree"
    [[ $output == *'scheduler/tab.c:4: a tab'* ]]
    [[ $output == *'docs/notes.md:1: a path of one machine'* ]]
}

@test "source rules: a policy that no document mentions is refused" {
    c_file scheduler/dispatch_new.c <<<'const struct batch_dispatch_policy batch_new = {.name = "newest-first"};'
    echo 'The policy newest-first-of-all is another one.' >"$tree/docs/model.md"
    refuse 'policy newest-first stands in neither' arch source "$tree"
    echo 'The policy newest-first takes the newest.' >"$tree/docs/policies.md"
    arch source "$tree"
}

@test "clang-format refuses a file laid out otherwise" {
    cp "$source_dir/.clang-format" "$tree"
    printf 'int f( void ){return 1 ;}\n' >"$tree/scheduler/layout.c"
    refuse 'layout.c:1:7: error: code should be clang-formatted' check_format "$tree"
}

@test "the compiler refuses a silent narrowing" {
    printf 'int main(int count, char **names)\n{\n    char c = count;\n    return c + **names;\n}\n' >"$tree/main.c"
    configure_fixture -DBATCH_WERROR=ON
    refuse '[-Werror=conversion]' cmake --build "$tree/build"
}

@test "the address sanitizer stops a read past the end" {
    cat >"$tree/main.c" <<'END'
#include <stdlib.h>
int main(int count, char **names)
{
    (void)names;
    char *block = calloc(4, 1);
    int value = block == NULL ? 0 : block[count + 3];
    free(block);
    return value;
}
END
    configure_fixture -DBATCH_SANITIZE=ON
    cmake --build "$tree/build"
    refuse 'heap-buffer-overflow' "$tree/build/fixture"
}

@test "the undefined-behaviour sanitizer stops a signed overflow" {
    printf '#include <limits.h>\nint main(int count, char **names)\n{\n    (void)names;\n    return INT_MAX + count;\n}\n' \
        >"$tree/main.c"
    configure_fixture -DBATCH_SANITIZE=ON
    cmake --build "$tree/build"
    refuse 'signed integer overflow' "$tree/build/fixture"
}

@test "clang-tidy refuses an unchecked conversion, recursion and a foreign prefix" {
    mkdir "$tree/sim"
    cp "$source_dir/.clang-tidy" "$tree"
    cp "$source_dir/sim/.clang-tidy" "$tree/sim"
    cat >"$tree/sim/main.c" <<'END'
#include <stdlib.h>
int other_depth(const char *text);
int other_depth(const char *text)
{
    return *text == '\0' ? atoi(text) : other_depth(text + 1);
}
END
    cp "$tree/sim/main.c" "$tree/main.c"
    CC=clang configure_fixture
    sed -i 's|main\.c|sim/main.c|' "$tree/CMakeLists.txt"
    CC=clang cmake -S "$tree" -B "$tree/build" >/dev/null
    refuse 'cert-err34-c' check_tidy "$tree" "$tree/build"
    [[ $output == *'misc-no-recursion'* ]]
    [[ $output == *"invalid case style for global function 'other_depth'"* ]]
}

@test "cppcheck refuses a null check that comes too late" {
    cat >"$tree/main.c" <<'END'
int main(int count, char **names)
{
    char first = names[0][0];
    if (names[0] == 0) {
        return count;
    }
    return first;
}
END
    CC=clang configure_fixture
    refuse 'nullPointerRedundantCheck' check_cppcheck "$tree" "$tree/build"
}

@test "a check that finds nothing to check fails" {
    refuse 'holds no such file' check_format "$tree"
    refuse 'holds no such file' check_shell "$tree"
}

@test "shellcheck refuses an unquoted word" {
    printf '#!/bin/bash\nrm %s1\n' '$' >"$tree/run"
    chmod +x "$tree/run"
    refuse 'SC2086' check_shell "$tree"
}

@test "codespell refuses a misspelt word" {
    printf 'We %s%s it.\n' rec ieve >"$tree/docs/notes.md"
    refuse 'docs/notes.md:1' check_spelling "$tree"
}

# junit TESTS FAILURES SKIPPED: a report as ctest writes it.
junit() {
    printf '<testsuite name="x"\n tests="%d"\n failures="%d"\n disabled="0"\n skipped="%d"\n hostname=""\n>\n' "$@" \
        >"$tree/ctest.xml"
}

@test "the totals count failures, and a skip only outside CI" {
    junit 10 2 3
    CI=false add_ctest_totals "$tree/ctest.xml"
    run print_totals
    [ "$output" = '5 passed, 2 failed, 3 skipped' ]
    CI=true add_ctest_totals "$tree/ctest.xml"
    run print_totals
    [ "$output" = '10 passed, 7 failed, 3 skipped' ]
}

@test "the totals count an absent or empty report as a failure" {
    add_ctest_totals "$tree/absent.xml" || true
    junit 0 0 0
    add_ctest_totals "$tree/ctest.xml"
    run print_totals
    [ "$output" = '0 passed, 2 failed' ]
}

@test "a failing check is counted and its words are shown" {
    # shellcheck disable=SC2034 # read by attempt()
    logs=$tree/logs
    run attempt sample sh -c 'echo because; exit 1'
    [ "$status" -ne 0 ]
    [[ $output == *'FAIL'*'sample'*'because'* ]]
}

@test "a build folder made for another place is removed" {
    mkdir -p "$tree/build/dev"
    printf 'CMAKE_HOME_DIRECTORY:INTERNAL=/nowhere\n' >"$tree/build/dev/CMakeCache.txt"
    drop_stale_build "$tree/build/dev"
    [ ! -e "$tree/build/dev" ]
}
