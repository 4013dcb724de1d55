#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Each log is replayed whole on the default scenario and held against independent counts and an independent bill.

setup() {
    data=${BATCHLAB_DATA:?}/swf
    checks=${BATCHLAB_SOURCE:?}/tests/data
    export BATCHLAB_HOME=${BATCHLAB_HOME:-$BATCHLAB_SOURCE}
    results=$BATS_TEST_TMPDIR/run.h5
}

# replay LOG
replay() {
    if [ ! -e "$data/$1" ]; then
        skip "no $1 in $data"
    fi
    "${BATCHLAB:?}" run "$data/$1" --seed 1 -o "$results" --quiet
    ! compgen -G "$results.*partial"
    /usr/bin/python3 "$checks/check_replay.py" "$data/$1" "$results" "$BATCHLAB_SOURCE/data/catalog.csv"
    /usr/bin/python3 "$checks/check_bill.py" "$results"
}

@test "KTH-SP2 1996" {
    replay KTH-SP2-1996-2.1-cln.swf.gz
}

@test "LLNL-Thunder 2007" {
    replay LLNL-Thunder-2007-1.1-cln.swf.gz
}

@test "LPC-EGEE 2004" {
    replay LPC-EGEE-2004-1.2-cln.swf.gz
}

@test "METACENTRUM 2009" {
    replay METACENTRUM-2009-2.swf.gz
}

@test "OSC-Clust 2000" {
    replay OSC-Clust-2000-3.1-cln.swf.gz
}

@test "RICC 2010" {
    replay RICC-2010-2.swf.gz
}

@test "SDSC-BLUE 2000" {
    replay SDSC-BLUE-2000-4.2-cln.swf.gz
}

@test "SDSC-SP2 1998" {
    replay SDSC-SP2-1998-4.2-cln.swf.gz
}

@test "Lublin 256" {
    replay lublin_256.swf.gz
}

@test "no log is left out" {
    local log name
    for log in "$data"/*.swf.gz; do
        name=${log##*/}
        grep -qxF "    replay $name" "$checks/test_replay.bats"
    done
}
