# SPDX-License-Identifier: GPL-3.0-or-later
# A full disk: a small file system that cannot hold the results. Needs the right to mount; CI has it.

load common

setup() {
    export BATCHLAB_HOME="$BATCHLAB_SOURCE"
    cd "$BATS_TEST_TMPDIR"
    mkdir disk
    truncate -s 2M image
    mke2fs -q -t ext4 -O ^has_journal -m 0 image
    if ! mount -o loop image disk 2> err && ! mount -t tmpfs -o size=1M none disk 2> err; then
        skip "mounting is not permitted here: $(cat err)"
    fi
}

teardown() {
    if mountpoint -q "$BATS_TEST_TMPDIR/disk"; then
        umount "$BATS_TEST_TMPDIR/disk"
    fi
}

# Nothing but lost+found may be on the disk.
is_clean() {
    [ "$(ls -A disk | grep -vc '^lost+found$')" -eq 0 ]
}

@test "results that do not fit are noticed, nothing is renamed and nothing is left" {
    "$BATCHLAB" workload generate --jobs 50000 -o t.swf
    local extra
    for extra in "" --compress; do
        refuse 1 run t.swf --seed 1 $extra -o disk/run.h5 -- disk/run.h5 "No space left"
        is_clean
    done
}

@test "results that fit until the last blocks are noticed at the close" {
    make_trace t.swf
    "$BATCHLAB" run t.swf --seed 1 -q -o whole.bin
    local size free
    size=$(stat -c %s whole.bin)
    free=$(df --output=avail -B1 disk | tail -1)
    [ "$free" -gt "$size" ]
    fallocate -l $((free - size + 8192)) disk/filler
    refuse 1 run t.swf --seed 1 -o disk/run.h5 -- disk/run.h5
    rm disk/filler
    is_clean
    "$BATCHLAB" run t.swf --seed 1 -q -o disk/run.h5
    cmp disk/run.h5 whole.bin
}

@test "exported tables and generated traces that do not fit are noticed" {
    "$BATCHLAB" workload generate --jobs 50000 -o t.swf
    "$BATCHLAB" run t.swf --seed 1 -q -o run.bin
    refuse 1 export run.bin jobs -o disk/jobs.csv -- disk/jobs.csv "cannot write"
    is_clean
    refuse 1 workload generate --jobs 100000 -o disk/t.swf -- disk/t.swf "No space left"
    is_clean
}
