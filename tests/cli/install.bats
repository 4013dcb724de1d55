# SPDX-License-Identifier: GPL-3.0-or-later
# `cmake --install`: everything in its usual place, and the installed program finds its data from anywhere.

load common

setup_file() {
    cmake --install "$BATCHLAB_BUILD" --prefix "$BATS_FILE_TMPDIR/a prefix" > "$BATS_FILE_TMPDIR/log"
}

setup() {
    unset BATCHLAB_HOME
    prefix="$BATS_FILE_TMPDIR/a prefix"
    cd "$BATS_TEST_TMPDIR"
}

@test "program, data, plots and man page are where they belong" {
    [ -x "$prefix/bin/batchlab" ]
    [ -s "$prefix/share/batchlab/catalog.csv" ]
    [ -s "$prefix/share/batchlab/scenarios/default.json" ]
    [ -s "$prefix/share/batchlab/plots/style.gp" ]
    [ -s "$prefix/share/man/man1/batchlab.1" ]
}

@test "the installed program finds its own data from another folder" {
    make_trace t.swf
    "$prefix/bin/batchlab" run t.swf --seed 1 -q -o run.h5
    "$prefix/bin/batchlab" plot run.h5 queue > out
    [ -s run-plots/queue.svg ]
    "$prefix/bin/batchlab" catalog c6i.large > out
}

@test "the bundled scenario runs as installed" {
    "$prefix/bin/batchlab" run "$prefix/share/batchlab/scenarios/sample.json" --json > out
    python3 -c 'import json; s = json.load(open("out")); assert s["jobs"] == s["succeeded"] + s["failed"] > 0, s'
}

@test "a program without its data says where it looked" {
    mkdir -p lonely/bin
    cp "$prefix/bin/batchlab" lonely/bin/
    local status=0
    lonely/bin/batchlab catalog > out 2> err || status=$?
    [ "$status" -eq 3 ]
    grep -q "lonely/bin/../share/batchlab" err
    grep -q BATCHLAB_HOME err
}
