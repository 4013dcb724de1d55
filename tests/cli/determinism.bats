#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Equal runs give files that are equal byte for byte; another seed gives another file.

load common

# results FILE SEED [OPTION...]
results() {
    local file=$1 seed=$2
    shift 2
    "$BATCHLAB" run "$BATCHLAB_SOURCE/data/scenarios/sample.json" -o "$file" --seed "$seed" --json "$@" >"$file.json"
    [ -s "$file" ]
}

@test "one seed gives equal files" {
    results one.h5 7
    results two.h5 7
    cmp one.h5 two.h5
    cmp one.h5.json two.h5.json
}

@test "another seed differs, in what happened and not in the manifest alone" {
    results one.h5 7
    results two.h5 8
    run cmp one.h5 two.h5
    [ "$status" -eq 1 ]
    [ "$(jq .cost_usd one.h5.json)" != "$(jq .cost_usd two.h5.json)" ]
    [ "$(jq .digest one.h5.json)" != "$(jq .digest two.h5.json)" ]
}

@test "one seed gives equal compressed files, with the same summary as plain ones" {
    results one.h5 7 --compress
    results two.h5 7 --compress
    results plain.h5 7
    cmp one.h5 two.h5
    cmp one.h5.json plain.h5.json
    [ "$(stat -c %s one.h5)" -lt "$(stat -c %s plain.h5)" ]
}

@test "the working directory and the output's name leave no trace" {
    results one.h5 7
    mkdir -p "other place"
    cd "other place"
    results renamed.h5 7
    cmp ../one.h5 renamed.h5
}

@test "neither the time zone, the language, the user's folders nor the file's old content leave a trace" {
    results one.h5 7
    printf 'old' >two.h5
    TZ=Asia/Tokyo LC_ALL=C.UTF-8 HOME=/nonexistent TMPDIR=/nonexistent results two.h5 7
    cmp one.h5 two.h5
}

@test "re-counting every invariant changes nothing" {
    results one.h5 7 --set workload.jobs=300
    results two.h5 7 --set workload.jobs=300 --verify
    cmp one.h5 two.h5
}

@test "a seed of the document is the same as one of the command line" {
    results one.h5 7
    "$BATCHLAB" run "$BATCHLAB_SOURCE/data/scenarios/sample.json" -o two.h5 --set world.seed=7 --quiet
    run cmp one.h5 two.h5
    [ "$status" -eq 1 ] # the effective scenario is part of the file
    "$BATCHLAB" run "$BATCHLAB_SOURCE/data/scenarios/sample.json" --set world.seed=7 --json >two.json
    cmp one.h5.json two.json
}
