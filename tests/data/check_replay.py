#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a replay on the default scenario against its trace: check_replay.py LOG RUN.h5 CATALOG.csv

Trace, catalogue and results file are read here, with nothing of the program: every row of the trace that has a
submission time is one job, with the vCPUs and the run time that the stated rules give it, that ended exactly
once. Then the states over time are recounted from /jobs and /attempts, for /timeseries and for Little's law.
Prints OK, or the first difference and exits with 1.
"""
import csv
import json
import sys

import h5py
import numpy

import swf_count

SECOND, MILLI = 10**6, 1000
SUCCEEDED, FAILED = 6, 7
ATTEMPT_SUCCEEDED, ATTEMPT_RETRIED = 0, 2
FAMILIES = ("m6i", "c6i", "r6i", "c7i")  # what AWS means by default_x86_64
MAX_VCPUS, MIB_PER_PROCESSOR = 4096, 1792  # of the default scenario


class Difference(Exception):
    pass


def equal(what, found, expected):
    if found != expected:
        raise Difference(f"{what}: the program says {found}, the trace says {expected}")


def equal_all(what, found, expected):
    """Both are arrays of whole numbers."""
    equal(f"{what}: how many", len(found), len(expected))
    wrong = numpy.flatnonzero(found != expected)
    if len(wrong):
        at = wrong[0]
        raise Difference(f"{what}: at {at} the program says {found[at]}, recounted {expected[at]}")


def near(what, found, expected):
    """A mean, or a sum that a double cannot hold: the program may round once or twice."""
    if abs(found - expected) > 1e-14 * abs(expected):
        raise Difference(f"{what}: the program says {found!r}, recounted {expected!r}")


def widest(catalog):
    """Most vCPUs that a type gives; each lesser job must fit by memory too, or clipping would depend on it."""
    with open(catalog, encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        types = [(int(row["vcpus"]), int(row["registered_mib"])) for row in rows
                 if row["family"] in FAMILIES and row["is_metal"] == "0"]
    most = min(max(vcpus for vcpus, _ in types), MAX_VCPUS)
    for processors in range(1, most + 1):
        if not any(vcpus >= processors and mib >= processors * MIB_PER_PROCESSOR for vcpus, mib in types):
            raise Difference(f"a job of {processors} processors is cut by memory: this check cannot judge that")
    return most


def trace_jobs(log, limit):
    """Submission (seconds after the first), processors and run time of each job, as whole numbers."""
    jobs, first, last = [], None, None
    for row in swf_count.rows_of(log):
        if row[1] < 0:
            continue
        first = row[1] if first is None else first
        last = row[1] if last is None else max(last, row[1])
        processors = row[4] if row[4] > 0 else row[7] if row[7] > 0 else 1
        jobs.append((last - first, min(processors, limit), max(0, row[3])))
    return numpy.array(jobs, dtype=numpy.int64).T


def check_jobs(jobs, attempts, trace):
    """Job by job, in order of submission."""
    submit, processors, run = trace
    equal_all("/jobs: job", jobs["job"].astype(numpy.int64), numpy.arange(1, len(submit) + 1))
    equal_all("/jobs: submit_us", jobs["submit_us"], submit * SECOND)
    equal_all("/jobs: vcpu_milli", jobs["vcpu_milli"].astype(numpy.int64), processors * MILLI)
    ended = numpy.isin(jobs["state"], (SUCCEEDED, FAILED))
    equal("jobs that did not end", int(numpy.sum(~ended)), 0)
    last = numpy.bincount(attempts["job"][attempts["outcome"] != ATTEMPT_RETRIED].astype(numpy.int64),
                          minlength=len(submit) + 1)[1:]
    equal_all("ends of each job that was placed", last, (jobs["attempts"] > 0).astype(numpy.int64))
    won = attempts["outcome"] == ATTEMPT_SUCCEEDED
    number = attempts["job"][won].astype(numpy.int64)
    equal_all("jobs that succeeded", numpy.sort(number), numpy.flatnonzero(jobs["state"] == SUCCEEDED) + 1)
    equal_all("run of the attempts that succeeded", attempts["stopped_us"][won] - attempts["started_us"][won],
              run[number - 1] * SECOND)
    return won


def useful_work(jobs, attempts, won):
    """Milli-vCPU x us as a Python integer: 64 bits are too few."""
    vcpu = jobs["vcpu_milli"][attempts["job"][won].astype(numpy.int64) - 1].astype(numpy.int64)
    return sum(((attempts["stopped_us"][won] - attempts["started_us"][won]) * vcpu).tolist())


def level(times, grid):
    """How many of the times are at or before each point of the grid."""
    return numpy.searchsorted(numpy.sort(times), grid, side="right")


def area(ups, downs):
    """Of the number between: swept over its changes in order of time."""
    times = numpy.concatenate((ups, downs))
    steps = numpy.concatenate((numpy.ones(len(ups), numpy.int64), -numpy.ones(len(downs), numpy.int64)))
    order = numpy.argsort(times, kind="stable")
    count = numpy.cumsum(steps[order])[:-1]
    return sum((count * numpy.diff(times[order])).tolist())


def check_states(jobs, attempts, series, summary):
    """The number of jobs in each state over time, and Little's law for waiting and for the whole system."""
    grid = series["time_us"]
    back = attempts["ended_us"][attempts["outcome"] == ATTEMPT_RETRIED]
    runnable = level(jobs["runnable_us"], grid) + level(back, grid) - level(attempts["placed_us"], grid)
    started = attempts["started_us"] >= 0
    ran, ended = attempts["started_us"][started], attempts["ended_us"]
    starting = (level(attempts["placed_us"], grid) - level(ran, grid) - level(ended[~started], grid))
    equal_all("/timeseries: runnable", series["runnable"].astype(numpy.int64), runnable)
    equal_all("/timeseries: starting", series["starting"].astype(numpy.int64), starting)
    equal_all("/timeseries: running", series["running"].astype(numpy.int64),
              level(ran, grid) - level(ended[started], grid))
    waits = jobs["started_us"] - jobs["runnable_us"]
    responses = jobs["ended_us"] - jobs["submit_us"]
    for what, ups, downs, spent in (("wait", jobs["runnable_us"], jobs["started_us"], waits),
                                    ("response", jobs["submit_us"], jobs["ended_us"], responses)):
        total = sum(spent.tolist())
        equal(f"Little's law of {what}: area", area(ups, downs), total)
        near(f"summary: {what}_mean_s", summary[f"{what}_mean_s"], total / len(spent) / SECOND)


def check(log, results, catalog):
    limit = widest(catalog)
    counted = swf_count.count(log, limit)
    trace = trace_jobs(log, limit)
    with h5py.File(results) as file:
        summary = json.loads(file["summary"][()])
        jobs, attempts, series = file["jobs"][:], file["attempts"][:], file["timeseries"][:]
    jobs = jobs[numpy.argsort(jobs["job"])]
    for key in ("rows", "jobs", "clipped", "dropped"):
        equal(f"summary: {key}", summary[key], counted[key])
    won = check_jobs(jobs, attempts, trace)
    equal("jobs that succeeded", summary["succeeded"], counted["jobs"])
    equal("useful work in milli-vCPU us", useful_work(jobs, attempts, won),
          counted["processor_seconds"] * MILLI * SECOND)
    near("summary: useful_vcpu_s", summary["useful_vcpu_s"], counted["processor_seconds"])
    check_states(jobs, attempts, series, summary)
    return counted


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: check_replay.py LOG RUN.h5 CATALOG.csv")
    try:
        counted = check(*sys.argv[1:])
    except Difference as difference:
        sys.exit(f"{sys.argv[2]}: {difference}")
    print(f"OK {sys.argv[2]}: {counted}")


if __name__ == "__main__":
    main()
