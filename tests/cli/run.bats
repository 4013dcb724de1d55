# SPDX-License-Identifier: GPL-3.0-or-later
# `batchlab run`: outputs, seeds, overrides, interruption.

load common

@test "every verb explains itself with status 0 and the man page knows every option" {
    local verb options option
    "$BATCHLAB" --help > help
    for verb in $(sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' help); do
        "$BATCHLAB" "$verb" --help > "help.$verb"
        grep -q "^Usage: batchlab $verb" "help.$verb"
        sed -n "/^\.Ss batchlab $verb/,/^\.S[sh] /p" "$BATCHLAB_SOURCE/docs/batchlab.1" > "man.$verb"
        [ "$(wc -l < "man.$verb")" -gt 3 ]
        for option in $(grep -oE '^ +(-[a-z], +)?--[a-z-]+' "help.$verb" | grep -oE -- '--[a-z-]+' |
                        grep -vE -- '--(help|usage)'); do
            grep -qE -- "Fl -${option#--}( |\$)" "man.$verb" || { echo "$verb $option is not in the man page"; return 1; }
        done
        for option in $(grep '^\.It' "man.$verb" | grep -oE 'Fl -[a-z-]+' | sed 's/Fl -/--/'); do
            grep -qE -- "$option([ =]|\$)" "help.$verb" || { echo "$verb $option is in the man page only"; return 1; }
        done
    done
    [ "$(ls help.* | wc -l)" -eq 8 ]
    "$BATCHLAB" --version | grep -qE '^batchlab [0-9]+\.[0-9]+\.[0-9]+ \(model version [0-9]+\)$'
}

@test "without -o no file is made and the summary is printed" {
    make_trace t.swf
    "$BATCHLAB" run t.swf --seed 1 > out 2> err
    grep -qE 'submitted +40' out
    [ ! -s err ]
    [ "$(ls | sort | tr '\n' ' ')" = "err out t.swf " ]
}

@test "with --json standard output is one JSON object" {
    make_trace t.swf
    "$BATCHLAB" run t.swf --seed 1 --json -o run.h5 > out 2> err
    python3 -c 'import json; s = json.load(open("out")); assert s["jobs"] == s["succeeded"] == 40, s'
    [ ! -s err ]
}

@test "with --quiet nothing is printed and the file is made" {
    make_trace t.swf
    "$BATCHLAB" run t.swf --seed 1 --quiet -o run.h5 > out 2>&1
    [ ! -s out ]
    [ -s run.h5 ]
    ! compgen -G '*.partial'
}

@test "equal seeds give equal bytes and another seed differs" {
    make_trace t.swf
    "$BATCHLAB" run t.swf --seed 1 -q -o a.h5
    "$BATCHLAB" run t.swf --seed 1 -q -o b.h5
    "$BATCHLAB" run t.swf --seed 2 -q -o c.h5
    cmp a.h5 b.h5
    ! cmp -s a.h5 c.h5
    "$BATCHLAB" run t.swf --seed 1 -q --compress -o d.h5
    "$BATCHLAB" run t.swf --seed 1 -q --compress -o e.h5
    cmp d.h5 e.h5
    "$BATCHLAB" show a.h5 > a
    "$BATCHLAB" show d.h5 > d
    cmp a d
}

@test "a chosen seed is told and repeats the run" {
    make_trace t.swf
    "$BATCHLAB" run t.swf --json > first 2> err
    local seed
    seed=$(sed -n 's/^batchlab: seed \([0-9]*\) was chosen.*/\1/p' err)
    [ -n "$seed" ]
    "$BATCHLAB" run t.swf --json --seed "$seed" > second
    cmp first second
}

@test "the seed of the scenario is used and --seed overrides it" {
    make_trace t.swf
    make_scenario 's["world"] = {"seed": 7}'
    "$BATCHLAB" run scenario.json --json > a 2> err
    [ ! -s err ]
    "$BATCHLAB" run scenario.json --json --seed 7 > b
    "$BATCHLAB" run scenario.json --json --seed 8 > c
    cmp a b
    ! cmp -s a c
}

@test "--set overrides a value, the last one wins" {
    make_trace t.swf
    "$BATCHLAB" run t.swf --seed 1 --json --set world.spot.interruptions.model=never > a
    "$BATCHLAB" run t.swf --seed 1 --json --set computeEnvironments.spot.computeResources.maxvCpus=4 > b
    "$BATCHLAB" run t.swf --seed 1 --json --set computeEnvironments.spot.computeResources.maxvCpus=4 \
        --set computeEnvironments.spot.computeResources.maxvCpus=4096 > c
    "$BATCHLAB" run t.swf --seed 1 --json > d
    python3 - << 'PYTHON'
import json
a, b, c, d = (json.load(open(name)) for name in "abcd")
assert a["interruptions"] == 0
assert b["digest"] != d["digest"] and c["digest"] == d["digest"]
PYTHON
}

@test "--verify finds nothing wrong and changes nothing" {
    make_trace t.swf
    "$BATCHLAB" run t.swf --seed 1 --json > a
    "$BATCHLAB" run t.swf --seed 1 --json --verify > b
    cmp a b
}

@test "a trace is recognised by content, compressed or not, under any name" {
    make_trace 'a trace with "quotes" and $(blanks)'
    gzip -c 'a trace with "quotes" and $(blanks)' > other
    "$BATCHLAB" run 'a trace with "quotes" and $(blanks)' --seed 1 --json > a
    "$BATCHLAB" run other --seed 1 --json > b
    python3 -c 'import json; a, b = (json.load(open(n)) for n in "ab"); assert a["digest"] == b["digest"], (a, b)'
}

@test "an old result stays when a run fails" {
    make_trace t.swf
    echo precious > run.h5
    printf '41 9999 -1\n' >> t.swf
    ! "$BATCHLAB" run t.swf --seed 1 -o run.h5 2> err
    [ "$(cat run.h5)" = precious ]
    ! compgen -G '*.partial'
}

@test "jobs that never end give status 1, a summary and the likely cause" {
    make_trace t.swf
    local status=0
    "$BATCHLAB" run t.swf --seed 1 -o run.h5 --set computeEnvironments.spot.computeResources.bidPercentage=1 \
        --set 'jobQueues.default.computeEnvironmentOrder=[{"order":1,"computeEnvironment":"spot"}]' > out 2> err ||
        status=$?
    [ "$status" -eq 1 ]
    grep -q "40 of 40 jobs never ended" err
    grep -q bidPercentage err
    grep -qE 'submitted +40' out
    [ -s run.h5 ]
}

# A document with one Spot environment whose jobs come from log.swf.
make_spot_document() {
    cat > "$1" <<END
{"computeEnvironments": [{"computeEnvironmentName": "spot", "type": "MANAGED", "state": "ENABLED",
   "computeResources": {"type": "SPOT", "minvCpus": 0, "maxvCpus": 64, "instanceTypes": $2, "bidPercentage": $3,
                        "allocationStrategy": "SPOT_CAPACITY_OPTIMIZED"}}],
 "jobQueues": [{"jobQueueName": "q", "state": "ENABLED", "priority": 1,
   "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "spot"}]}],
 "jobDefinitions": [{"jobDefinitionName": "j", "type": "container", "retryStrategy": {"attempts": 10},
   "containerProperties": {"resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "1024"}]}}],
 "workload": {"trace": "log.swf", "memory": {"mibPerProcessor": 1024}},
 "world": {"seed": 1, "spot": {"interruptions": $4}}}
END
}

@test "nothing is launched again and again behind a head that is stuck" {
    # the 12-vCPU job fits only m5.4xlarge, whose price is over the bid
    for row in '1 0 1' '2 10 12' '3 20 1'; do
        read -r job submit processors <<< "$row"
        printf '%d %d -1 60 %d -1 -1 %d -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n' "$job" "$submit" "$processors" "$processors"
    done > log.swf
    make_spot_document bid.json '["m5.large", "m5.4xlarge"]' 40 '{"model": "never"}'
    local status=0
    timeout 60 "$BATCHLAB" run bid.json --json > out 2> err || status=$?
    [ "$status" -eq 1 ]
    grep -q "2 of 3 jobs never ended" err
    [ "$(jq .instances out)" -le 2 ]
}

@test "a fleet that lives too short for its jobs ends the run with status 1 and its cause" {
    make_trace log.swf
    make_spot_document short.json '["m5"]' 100 '{"model": "exponential", "meanHours": 0.0001}'
    local status=0
    timeout 120 "$BATCHLAB" run short.json -q -o run.h5 2> err || status=$?
    [ "$status" -eq 1 ]
    grep -q "came and went" err
    [ ! -e run.h5 ]
    ! compgen -G '*.partial'
}

@test "an interrupt stops cleanly with status 1 and leaves nothing" {
    "$BATCHLAB" workload generate --jobs 2000000 -o big.swf
    local signal
    for signal in INT TERM HUP; do
        "$BATCHLAB" run big.swf --seed 1 -o run.h5 > out 2> err &
        local process=$! waited=0
        until compgen -G 'run.h5.*.partial' > /dev/null || [ "$waited" -ge 200 ]; do
            sleep 0.05
            waited=$((waited + 1))
        done
        kill -s "$signal" "$process"
        local status=0
        wait "$process" || status=$?
        [ "$status" -eq 1 ]
        grep -q "batchlab: interrupted" err
        [ ! -e run.h5 ]
        ! compgen -G '*.partial'
    done
}

@test "an output that is also read is refused and stays as it was" {
    make_trace t.swf
    cp "$BATCHLAB_SOURCE/data/scenarios/two-queues.json" own.json
    cp t.swf trace.before
    cp own.json own.before
    ln t.swf link
    refuse 2 run t.swf --seed 1 -q -o t.swf -- "would be lost"
    refuse 2 run t.swf --seed 1 -q -o link -- "would be lost"
    refuse 2 run own.json -q -o own.json -- "would be lost"
    cmp t.swf trace.before
    cmp own.json own.before
    rm link
    "$BATCHLAB" run t.swf --seed 1 -q -o results
    cp results results.before
    refuse 2 export results jobs -o results -- "would be lost"
    cmp results results.before
}

@test "two runs into one file both succeed and the last one stands" {
    "$BATCHLAB" workload generate --jobs 300000 -o big.swf
    "$BATCHLAB" run big.swf --seed 1 -q -o run.h5 &
    local other=$!
    "$BATCHLAB" run big.swf --seed 1 -q -o run.h5
    wait "$other"
    "$BATCHLAB" show run.h5 > /dev/null
    ! compgen -G '*.partial'
}

@test "a limit on the size of files is a failed write like any other" {
    "$BATCHLAB" workload generate --jobs 100000 -o big.swf
    local status=0
    (ulimit -f 2000 && "$BATCHLAB" run big.swf --seed 1 -q -o run.h5 2> err) || status=$?
    [ "$status" -eq 1 ]
    grep -q "File too large" err
    [ ! -e run.h5 ]
    ! compgen -G '*.partial'
}

@test "generated traces are equal for equal options, compressed or not" {
    "$BATCHLAB" workload generate --jobs 500 --processors 64 --load 2 --column both --seed 3 -o a.swf
    "$BATCHLAB" workload generate --jobs 500 --processors 64 --load 2 --column both --seed 3 -o a.swf.gz
    "$BATCHLAB" workload generate --jobs 500 --processors 64 --load 2 --column both --seed 3 > b.swf
    "$BATCHLAB" workload generate --jobs 500 --processors 64 --load 2 --column both --seed 3 -o b.swf.gz
    cmp a.swf b.swf
    cmp a.swf.gz b.swf.gz
    gzip -dc a.swf.gz | cmp - a.swf
    [ "$(grep -vc '^;' a.swf)" -eq 500 ]
    "$BATCHLAB" workload generate --jobs 500 --processors 64 --load 2 --column both --seed 4 > c.swf
    ! cmp -s a.swf c.swf
}

@test "bench measures a generated and a given trace" {
    make_trace t.swf
    "$BATCHLAB" bench --jobs 2000 --repeat 1 --json > a 2> err
    "$BATCHLAB" bench t.swf --repeat 1 --json > b 2> err
    python3 - << 'PYTHON'
import json
a, b = json.load(open("a")), json.load(open("b"))
assert a["jobs"] == 2000 and b["jobs"] == 40
for key in ("end_to_end", "compressed", "floor", "read", "schedule"):
    assert a[key]["jobs_per_s"] > 0 and a[key]["peak_bytes"] > 0, key
assert set(a["phases_ns_per_job"]) == {"read", "schedule", "simulate", "record", "write", "compress"}
PYTHON
    "$BATCHLAB" bench t.swf --repeat 1 2> err | grep -q "ratio to the floor"
}

@test "policies and catalog list what a scenario may name" {
    "$BATCHLAB" policies | grep -q '^  fifo '
    "$BATCHLAB" policies --json | python3 -c 'import json, sys
tables = json.load(sys.stdin)
assert set(tables) == {"dispatchPolicies", "placementPolicies", "allocationStrategies"}
assert all(row["name"] and row["summary"] for table in tables.values() for row in table)'
    "$BATCHLAB" catalog c6i --sort price --json | python3 -c 'import json, sys
catalog = json.load(sys.stdin)
prices = [row["on_demand_usd_per_h"] for row in catalog["types"]]
assert len(prices) > 5 and prices == sorted(prices) and catalog["date"] and catalog["source"]'
    "$BATCHLAB" catalog 'm6i.*large' | grep -q '^m6i.large '
    refuse 3 catalog nosuch -- nosuch
}
