# SPDX-License-Identifier: GPL-3.0-or-later
# `batchlab show` and `export`: what a results file gives back.

load common

setup_file() {
    export BATCHLAB_HOME="$BATCHLAB_SOURCE"
    cd "$BATS_FILE_TMPDIR"
    "$BATCHLAB" workload generate --jobs 400 -o t.swf
    "$BATCHLAB" run t.swf --seed 1 -o run.h5 > run.txt
    "$BATCHLAB" run t.swf --seed 1 --json > run.json
}

@test "show prints what the run printed, as text and as JSON" {
    "$BATCHLAB" show "$BATS_FILE_TMPDIR/run.h5" | cmp - "$BATS_FILE_TMPDIR/run.txt"
    "$BATCHLAB" show "$BATS_FILE_TMPDIR/run.h5" --json | cmp - "$BATS_FILE_TMPDIR/run.json"
}

@test "export prints every table with a header and as many fields in each row" {
    local table
    for table in jobs attempts instances timeseries bill pools queues environments definitions; do
        "$BATCHLAB" export "$BATS_FILE_TMPDIR/run.h5" "$table" > "$table.csv"
        python3 -c 'import csv, sys
rows = list(csv.reader(open(sys.argv[1])))
assert len(rows) > 1 and len({len(row) for row in rows}) == 1, sys.argv[1]' "$table.csv"
    done
}

@test "export's bill adds up to the instances and the summary, to the nano-dollar" {
    "$BATCHLAB" export "$BATS_FILE_TMPDIR/run.h5" bill -o bill.csv
    "$BATCHLAB" export "$BATS_FILE_TMPDIR/run.h5" instances -o instances.csv
    "$BATCHLAB" export "$BATS_FILE_TMPDIR/run.h5" jobs -o jobs.csv
    python3 - "$BATS_FILE_TMPDIR/run.json" << 'PYTHON'
import csv, json, sys
summary = json.load(open(sys.argv[1]))
bill = sum(int(row["usd_nano"]) for row in csv.DictReader(open("bill.csv")))
instances = sum(int(row["total_usd_nano"]) for row in csv.DictReader(open("instances.csv")))
jobs = list(csv.DictReader(open("jobs.csv")))
assert bill == instances and round(summary["cost_usd"] * 10**9) == bill, (bill, instances, summary["cost_usd"])
assert len(jobs) == summary["jobs"] == len({row["job"] for row in jobs}) == 400
PYTHON
}

@test "export to a file leaves no partial file and fails whole on an unwritable one" {
    "$BATCHLAB" export "$BATS_FILE_TMPDIR/run.h5" jobs -o jobs.csv
    [ "$(ls)" = jobs.csv ]
    ! "$BATCHLAB" export "$BATS_FILE_TMPDIR/run.h5" jobs -o nowhere/jobs.csv 2> err
    grep -q nowhere/jobs.csv err
}

@test "a damaged results file is refused, not shown" {
    local size
    size=$(stat -c %s "$BATS_FILE_TMPDIR/run.h5")
    head -c $((size / 2)) "$BATS_FILE_TMPDIR/run.h5" > half.bin
    refuse 3 show half.bin -- half.bin
}
