# SPDX-License-Identifier: GPL-3.0-or-later
# `batchlab plot`: figures are made, whatever their path, and a missing gnuplot is told.

load common

setup_file() {
    export BATCHLAB_HOME="$BATCHLAB_SOURCE"
    cd "$BATS_FILE_TMPDIR"
    "$BATCHLAB" workload generate --jobs 120 -o "a 'quoted' trace \$HOME.swf"
    "$BATCHLAB" run "a 'quoted' trace \$HOME.swf" --seed 1 -q -o small.h5
    "$BATCHLAB" workload generate --jobs 3000 -o big.swf
    "$BATCHLAB" run big.swf --seed 1 -q -o big.h5
}

setup() {
    export BATCHLAB_HOME="$BATCHLAB_SOURCE"
    cd "$BATS_TEST_TMPDIR"
    cp "$BATS_FILE_TMPDIR"/*.h5 .
}

@test "all figures of a small run are drawn as SVG and as PNG" {
    "$BATCHLAB" plot small.h5 > out
    "$BATCHLAB" plot small.h5 --format png >> out
    local figure
    for figure in queue wait cost instances gantt; do
        python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "small-plots/$figure.svg"
        head -c 8 "small-plots/$figure.png" | cmp - <(printf '\211PNG\r\n\032\n')
        grep -qx "small-plots/$figure.png" out
    done
    [ "$(ls -A small-plots | wc -l)" -eq 10 ]
}

@test "the title says which run and shows quotes as they are" {
    "$BATCHLAB" plot small.h5 wait > /dev/null
    grep -q "a 'quoted' trace \$HOME.swf" small-plots/wait.svg
}

@test "a folder with blanks and quotes is made and used" {
    "$BATCHLAB" plot small.h5 cost -o "figures of 'today' \"x\"" > out
    [ -s "figures of 'today' \"x\"/cost.svg" ]
    [ "$(ls -A "figures of 'today' \"x\"" | wc -l)" -eq 1 ]
}

@test "a large run has no Gantt chart, and asking for it says why" {
    "$BATCHLAB" plot big.h5 > out
    [ "$(wc -l < out)" -eq 4 ]
    local status=0
    "$BATCHLAB" plot big.h5 gantt > out 2> err || status=$?
    [ "$status" -eq 3 ]
    grep -q "500 attempts" err
}

@test "a missing gnuplot is told with the package that has it" {
    mkdir empty
    local status=0
    PATH="$PWD/empty" "$BATCHLAB" plot small.h5 queue > out 2> err || status=$?
    [ "$status" -eq 1 ]
    grep -q gnuplot-nox err
    [ "$(ls -A small-plots | wc -l)" -eq 0 ]
}

@test "a folder that cannot be made has status 1" {
    local status=0
    "$BATCHLAB" plot small.h5 -o small.h5/x > out 2> err || status=$?
    [ "$status" -eq 1 ]
    grep -q small.h5/x err
}
