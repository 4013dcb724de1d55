#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Peak memory does not grow with the trace: ten million jobs within 256 MiB, and hardly more than a million take.

load common

peak_kib() {
    python3 - "$BATCHLAB" "$@" <<'END'
import resource
import subprocess
import sys
subprocess.run([*sys.argv[1:], "--quiet", "--seed", "1"], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
END
}

@test "ten million jobs are replayed and recorded within 256 MiB" {
    "$BATCHLAB" workload generate --jobs 10000000 --processors 256 --load 10 --seed 1 -o "$BATS_TEST_TMPDIR/ten.swf"
    head -n 1000006 "$BATS_TEST_TMPDIR/ten.swf" >"$BATS_TEST_TMPDIR/one.swf"
    one=$(peak_kib run "$BATS_TEST_TMPDIR/one.swf" -o "$BATS_TEST_TMPDIR/one.h5")
    ten=$(peak_kib run "$BATS_TEST_TMPDIR/ten.swf" -o "$BATS_TEST_TMPDIR/ten.h5")
    echo "one million: $one KiB, ten million: $ten KiB"
    [ "$ten" -le $((256 * 1024)) ]
    [ "$ten" -le $((one * 3 / 2)) ]
}
