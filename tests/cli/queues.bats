# SPDX-License-Identifier: GPL-3.0-or-later
# Several job queues fed by one workload: routes, priorities, and what is told when a number has no queue.

load common

# A second queue, urgent, with its jobs by queue number as $1 (JSON) says; the trace's rows have the numbers 0 to 2.
make_two_queues() {
    printf '; Version: 2.2\n' > t.swf
    for job in $(seq 1 30); do
        printf '%d %d -1 60 1 -1 -1 -1 -1 -1 1 -1 -1 -1 %d -1 -1 -1\n' "$job" $((job * 30)) $((job % 3)) >> t.swf
    done
    make_scenario "
s['jobQueues'].append(dict(s['jobQueues'][0], jobQueueName='urgent', priority=9))
s['workload']['jobQueue'] = {'byQueueNumber': $1}
s['world'] = {'seed': 1}"
}

@test "the example with two queues ends every job and the one of higher priority waits less" {
    "$BATCHLAB" run "$BATCHLAB_SOURCE/data/scenarios/two-queues.json" --json > given
    "$BATCHLAB" run "$BATCHLAB_SOURCE/data/scenarios/two-queues.json" --json --verify > again
    "$BATCHLAB" run "$BATCHLAB_SOURCE/data/scenarios/two-queues.json" --json --set jobQueues.batch.priority=100 > turned
    cmp given again
    python3 - << 'PYTHON'
import json
given, turned = (json.load(open(name)) for name in ("given", "turned"))
for s in given, turned:
    assert s["jobs"] == s["succeeded"] + s["failed"] == 3000 and s["unfinished"] == 0, s
    queues = s["queues"]
    assert set(queues) == {"interactive", "batch"}, queues
    assert all(queue["jobs"] > 0 for queue in queues.values())
    for key in "jobs", "succeeded", "failed", "started":
        assert sum(queue[key] for queue in queues.values()) == s[key], key
wait = lambda s, queue: s["queues"][queue]["wait_mean_s"]
assert wait(given, "interactive") < wait(given, "batch"), given["queues"]
assert wait(turned, "interactive") > wait(given, "interactive"), turned["queues"]
assert wait(turned, "batch") < wait(given, "batch"), turned["queues"]
PYTHON
}

@test "each row goes to the queue of its number" {
    make_two_queues '{"0": "urgent", "*": "default"}'
    "$BATCHLAB" run scenario.json --json > by-number
    "$BATCHLAB" run scenario.json --json --set workload.jobQueue=urgent > by-name
    "$BATCHLAB" run scenario.json --json --set workload.jobQueue.byQueueNumber.1=urgent > changed
    python3 - << 'PYTHON'
import json
jobs = [{name: queue["jobs"] for name, queue in json.load(open(file))["queues"].items()}
        for file in ("by-number", "by-name", "changed")]
assert jobs == [{"default": 20, "urgent": 10}, {"default": 0, "urgent": 30}, {"default": 10, "urgent": 20}], jobs
PYTHON
}

@test "a generated log carries the types' queue numbers" {
    "$BATCHLAB" workload generate --model lublin --column both --processors 128 --jobs 500 --seed 1 -o both.swf
    [ "$(grep -v '^;' both.swf | cut -d' ' -f15 | sort -u | tr '\n' ' ')" = "0 1 " ]
    "$BATCHLAB" run "$BATCHLAB_SOURCE/data/scenarios/two-queues.json" --json --set workload.jobs=500 > drawn
    python3 - "$BATCHLAB_SOURCE/data/scenarios/two-queues.json" > replayed.json << 'PYTHON'
import json, sys
s = json.load(open(sys.argv[1]))
del s["workload"]["generator"], s["workload"]["jobs"]
s["workload"]["trace"] = "both.swf"
json.dump(s, sys.stdout)
PYTHON
    "$BATCHLAB" run replayed.json --json > read
    python3 -c 'import json; a, b = (json.load(open(n)) for n in ("drawn", "read")); assert a["digest"] == b["digest"]'
}

@test "a queue number without a queue is named with its row" {
    make_two_queues '{"0": "urgent", "1": "default"}'
    refuse 3 run scenario.json -o run.h5 -- t.swf:3 "queue number 2" "workload.jobQueue.byQueueNumber" '"*"'
}

@test "a misspelt queue is named with its place and the nearest name" {
    make_two_queues '{"0": "urgnet", "*": "default"}'
    refuse 3 run scenario.json -o run.h5 -- scenario.json workload.jobQueue.byQueueNumber.0 'did you mean "urgent"'
    refuse 3 run scenario.json -o run.h5 --set workload.jobQueue=dfault -- workload.jobQueue 'did you mean "default"'
}

@test "the results hold the path of a bare trace as it was written" {
    make_trace t.swf
    mkdir deeper
    cd deeper
    "$BATCHLAB" run ../t.swf --seed 1 -q -o run.h5
    strings -n 8 run.h5 > words
    grep -qF '"trace":"../t.swf"' words
    ! grep -qF "$BATS_TEST_TMPDIR" words
}
