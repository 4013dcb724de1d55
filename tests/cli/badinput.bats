# SPDX-License-Identifier: GPL-3.0-or-later
# Every kind of wrong input: the exit status, one message with place and remedy, and nothing left behind.

load common

run_refused() {
    local status=$1 scenario=$2
    shift 2
    refuse "$status" run "$scenario" --seed 1 -o run.h5 -- "$@"
}

@test "a missing scenario or trace is named" {
    run_refused 3 nowhere.json nowhere.json "No such file"
    run_refused 3 nowhere.swf.gz nowhere.swf.gz "No such file"
}

@test "a folder in place of a scenario is named" {
    mkdir folder
    run_refused 3 folder folder
}

@test "an empty scenario and an empty trace are refused" {
    : > empty.json
    : > empty.swf
    : > empty.swf.gz
    run_refused 3 empty.json empty.json
    run_refused 3 empty.swf empty.swf
    run_refused 3 empty.swf.gz empty.swf.gz
}

@test "a truncated scenario is refused with its line" {
    make_trace t.swf
    make_scenario
    head -c 700 scenario.json > cut.json
    run_refused 3 cut.json cut.json
    grep -Eq 'cut.json:[0-9]+|line [0-9]+' err
}

@test "a truncated compressed trace is refused" {
    make_trace t.swf
    gzip -c t.swf | head -c 200 > cut.swf.gz
    run_refused 3 cut.swf.gz cut.swf.gz
}

@test "a truncated row is refused with its line" {
    make_trace t.swf
    printf '41 9999 -1' >> t.swf
    run_refused 3 t.swf t.swf 42
}

@test "a binary trace and a binary scenario are refused" {
    head -c 4096 /dev/urandom > noise.swf
    printf '{' > noise.json
    head -c 4096 /dev/urandom >> noise.json
    run_refused 3 noise.swf noise.swf
    run_refused 3 noise.json noise.json
}

@test "hostile traces are refused" {
    make_trace t.swf
    head -c 3000000 /dev/zero | tr '\0' '1' > long-line.swf
    run_refused 3 long-line.swf long-line.swf
    sed '5s/ 60 / 99999999999999999999999 /; 5s/^4 [0-9]*/4 99999999999999999999999/' t.swf > huge.swf
    run_refused 3 huge.swf huge.swf 5
    sed '5s/^4 [0-9]*/4 12x/' t.swf > letters.swf
    run_refused 3 letters.swf letters.swf 5
}

@test "hostile scenarios are refused" {
    python3 -c 'print("{\"workload\":" * 100000)' > deep.json
    run_refused 3 deep.json deep.json
    printf '{"workload": {}, "workload": {}}' > twice.json
    run_refused 3 twice.json twice.json
}

@test "a job definition larger than every instance type is refused with both sizes" {
    make_trace t.swf
    make_scenario 's["jobDefinitions"][0]["containerProperties"]["resourceRequirements"][0]["value"] = "512"'
    run_refused 3 scenario.json jobDefinitions.job "512 vCPUs" "largest instance"
}

@test "a queue that names an unknown environment is refused with its key path" {
    make_trace t.swf
    make_scenario 's["jobQueues"][0]["computeEnvironmentOrder"][0]["computeEnvironment"] = "sopt"'
    run_refused 3 scenario.json jobQueues.default.computeEnvironmentOrder[0].computeEnvironment sopt
}

@test "a misspelt key is refused with its path and line" {
    make_trace t.swf
    make_scenario 's["computeEnvironments"][0]["computeResources"]["maxvCPUs"] = 5'
    run_refused 3 scenario.json computeEnvironments.spot.computeResources.maxvCPUs maxvCpus
    grep -Eq 'scenario.json:[0-9]+|line [0-9]+' err
}

@test "an unknown instance type is refused with its key path and remedy" {
    make_trace t.swf
    make_scenario 's["computeEnvironments"][1]["computeResources"]["instanceTypes"] = ["m6i.huge"]'
    run_refused 3 scenario.json computeEnvironments.on-demand.computeResources.instanceTypes m6i.huge "batchlab catalog"
}

@test "negative and overflowing numbers are refused with their key path" {
    make_trace t.swf
    local value
    for value in -1 99999999999999999999 1e400 4294967296 1.5; do
        make_scenario
        sed -i "0,/\"maxvCpus\": 4096/s//\"maxvCpus\": $value/" scenario.json
        run_refused 3 scenario.json scenario.json
        if [ "$value" != 1e400 ] && [ "$value" != 99999999999999999999 ]; then
            grep -qF maxvCpus err
        fi
    done
}

@test "a wrong --set is refused with its path" {
    make_trace t.swf
    make_scenario
    refuse 3 run scenario.json --set computeEnvironments.sopt.computeResources.maxvCpus=1 -o run.h5 -- sopt
    refuse 3 run scenario.json --set computeEnvironments.spot.computeResources.maxvCpus=-1 -o run.h5 -- maxvCpus
    refuse 2 run scenario.json --set novalue -o run.h5 -- novalue
}

@test "wrong results files are refused" {
    make_trace t.swf
    head -c 5000 /dev/urandom > noise.bin
    : > empty.bin
    for file in nowhere.bin noise.bin empty.bin t.swf; do
        refuse 3 show "$file" -- "$file"
        refuse 3 export "$file" jobs -- "$file"
        refuse 3 plot "$file" -- "$file"
    done
}

@test "usage errors have exit status 2 and name what is wrong" {
    refuse 2 -- "verb is missing"
    refuse 2 fly -- 'no verb "fly"'
    refuse 2 run -- "missing"
    refuse 2 run a b -- "one scenario at a time"
    refuse 2 run a --speed -- "--speed"
    refuse 2 run a --seed -1 -- "--seed"
    refuse 2 run a --seed 9223372036854775808 -- "--seed"
    refuse 2 run a --seed 7x -- "--seed"
    refuse 2 export a.bin -- "name of a table"
    refuse 2 export a.bin quarks -- 'no table "quarks"'
    refuse 2 plot a.bin pie -- 'no figure "pie"'
    refuse 2 plot a.bin --format gif -- "neither svg nor png"
    refuse 2 catalog --sort size -- "none of vcpus"
    refuse 2 workload -- "generate"
    refuse 2 policies fifo -- "fifo"
    refuse 2 workload generate --load 0 -- "--load"
    refuse 2 workload generate --load nan -- "--load"
    refuse 2 workload generate --jobs 0 -- "--jobs"
    refuse 2 bench x.swf --jobs 5 -- "--jobs"
}

@test "an unwritable output has exit status 1" {
    make_trace t.swf
    refuse 1 run t.swf --seed 1 -o nowhere/run.h5 -- nowhere/run.h5
    refuse 1 run t.swf --seed 1 -o /dev/full -- /dev/full
    refuse 1 run t.swf --seed 1 -o . -- "a folder"
    refuse 1 workload generate --jobs 5 -o nowhere/t.swf -- nowhere/t.swf
    [ -c /dev/full ]
}

@test "a full standard output has exit status 1" {
    make_trace t.swf
    local status=0
    "$BATCHLAB" run t.swf --seed 1 > /dev/full 2> err || status=$?
    [ "$status" -eq 1 ]
    grep -q "standard output" err
}

@test "a wrong BATCHLAB_HOME is named" {
    make_trace t.swf
    export BATCHLAB_HOME="$PWD"
    run_refused 3 t.swf BATCHLAB_HOME "$PWD"
}
