# SPDX-License-Identifier: GPL-3.0-or-later
# What the command-line tests share. ctest sets BATCHLAB, BATCHLAB_SOURCE and BATCHLAB_BUILD.

setup() {
    export BATCHLAB_HOME="$BATCHLAB_SOURCE"
    cd "$BATS_TEST_TMPDIR"
}

# A tiny trace with jobs of 1 to 4 processors.
make_trace() {
    printf '; Version: 2.2\n' > "$1"
    for job in $(seq 1 40); do
        printf '%d %d -1 %d %d -1 -1 -1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n' \
            "$job" $((job * 30)) $((60 + job * 7)) $((job % 4 + 1)) >> "$1"
    done
}

# Run the program; then: exit status $1, and one message on standard error that holds every further argument.
refuse() {
    local expected=$1
    shift
    local command=()
    while [ "$1" != -- ]; do
        command+=("$1")
        shift
    done
    shift
    local status=0
    "$BATCHLAB" "${command[@]}" > out 2> err || status=$?
    if [ "$status" -ne "$expected" ]; then
        echo "exit status $status, not $expected: $(cat err)"
        return 1
    fi
    if [ "$expected" -ne 2 ] && [ "$(wc -l < err)" -ne 1 ]; then
        echo "not one line: $(cat err)"
        return 1
    fi
    local part
    for part in "batchlab" "$@"; do
        if ! grep -qF -- "$part" err; then
            echo "no \"$part\" in: $(cat err)"
            return 1
        fi
    done
    if compgen -G '*.h5*' > /dev/null || compgen -G '*.partial' > /dev/null; then
        echo "left behind: $(ls)"
        return 1
    fi
}

# scenario.json in this folder: the default scenario with trace t.swf, changed by a jq-like Python expression on `s`.
make_scenario() {
    python3 - "$BATCHLAB_SOURCE/data/scenarios/default.json" "${1:-}" > scenario.json << 'PYTHON'
import json, sys
s = json.load(open(sys.argv[1]))
s["workload"]["trace"] = "t.swf"
exec(sys.argv[2])
json.dump(s, sys.stdout, indent=4)
PYTHON
}
