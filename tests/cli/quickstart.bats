#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What ./quickstart says without installing or building anything. CI runs the rest of it.

load common

@test "help explains every job, from any folder" {
    local word
    for word in help -h --help; do
        run "$BATCHLAB_SOURCE/quickstart" "$word"
        [ "$status" -eq 0 ]
        [[ $output == *'./quickstart test'* ]]
        [[ $output == *'./quickstart test all'* ]]
    done
}

@test "an unknown word is refused with status 2 and the usage on standard error" {
    local status=0
    "$BATCHLAB_SOURCE/quickstart" dance >out 2>err || status=$?
    [ "$status" -eq 2 ]
    [ ! -s out ]
    grep -qF './quickstart test' err
}

@test "CI's entry point runs it" {
    grep -qE '^(exec )?.*quickstart.* test' "$BATCHLAB_SOURCE/.ci/run"
    [ -x "$BATCHLAB_SOURCE/.ci/run" ]
}
