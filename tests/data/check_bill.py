#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recompute bill, work and job counts of a results file from its tables alone: check_bill.py RUN.h5...

Independent of the program: nothing but h5py and Python's whole numbers. Prints OK, or the first difference and
exits with 1.
"""
import json
import math
import sys
from decimal import Decimal
from fractions import Fraction

import h5py
import numpy

SECOND, HOUR = 10**6, 3600 * 10**6
SUCCEEDED, FAILED = 6, 7
ATTEMPT_SUCCEEDED, ATTEMPT_FAILED, ATTEMPT_RETRIED, ATTEMPT_OPEN = range(4)
SPOT, INTERRUPTED = 1, 1


class Difference(Exception):
    pass


def equal(what, found, expected):
    if found != expected:
        raise Difference(f"{what}: the file says {found}, the rules say {expected}")


def columns(file, name):
    table = file[name][:]
    return {column: table[column] for column in table.dtype.names}


def amount(price, duration_us):
    """Python's round() of a fraction is half to even."""
    return round(Fraction(price * duration_us, HOUR))


def started_seconds(used_us):
    return max(-(-used_us // SECOND), 60) * SECOND


def shares(total, weights):
    """Largest remainders; ties to the earlier."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def check_instance(row, pool, useful, lost):
    """The charge and its parts of one instance that ran; returns them."""
    name = f"/instances: instance {row['instance']}"
    used = row["ended_us"] - row["running_us"]
    is_free = pool["market"] == SPOT and row["outcome"] == INTERRUPTED and used < HOUR
    billed = 0 if is_free else started_seconds(used)
    total = amount(pool["price_usd_nano_per_h"], billed)
    ready = row["registered_us"] if row["registered_us"] >= 0 else row["ended_us"]
    boot = row["vcpu_milli"] * (ready - row["running_us"])
    whole = row["vcpu_milli"] * used
    if whole > 0:
        parts = shares(total, [useful, lost, boot, whole - useful - lost - boot])
    else:
        parts = [0, 0, 0, total] if row["registered_us"] >= 0 else [0, 0, total, 0]
    on_demand = amount(pool["on_demand_usd_nano_per_h"], billed or started_seconds(used))
    for column, expected in (
        ("billed_us", billed), ("total_usd_nano", total), ("useful_usd_nano", parts[0]), ("lost_usd_nano", parts[1]),
        ("boot_usd_nano", parts[2]), ("idle_usd_nano", parts[3]), ("at_on_demand_usd_nano", on_demand),
        ("useful_vcpu_milli_us", useful), ("lost_vcpu_milli_us", lost),
    ):
        equal(f"{name}: {column}", row[column], expected)
    return {"total": total, "spot": total if pool["market"] == SPOT else 0, "useful": parts[0], "lost": parts[1],
            "boot": parts[2], "idle": parts[3], "at_on_demand": on_demand}


def check_jobs(jobs, summary):
    """Every job is there once; how they ended is counted."""
    ids = jobs["job"].astype(numpy.int64)
    equal("/jobs: number of distinct jobs", len(numpy.unique(ids)), len(ids))
    if len(ids):
        equal("/jobs: least and greatest job", (int(ids.min()), int(ids.max())), (1, len(ids)))
    ended = (jobs["state"] == SUCCEEDED) | (jobs["state"] == FAILED)
    equal("/jobs: ended_us of those that ended", bool(numpy.all((jobs["ended_us"] >= 0) == ended)), True)
    equal("summary: jobs", summary["jobs"], len(ids))
    equal("summary: succeeded", summary["succeeded"], int(numpy.sum(jobs["state"] == SUCCEEDED)))
    equal("summary: failed", summary["failed"], int(numpy.sum(jobs["state"] == FAILED)))
    equal("summary: unfinished", summary["unfinished"], int(numpy.sum(~ended)))
    equal("summary: started", summary["started"], int(numpy.sum(jobs["started_us"] >= 0)))


def runs_of(attempts):
    """RUNNING until the container stopped; 0 for what never started or never ended."""
    has_run = (attempts["started_us"] >= 0) & (attempts["stopped_us"] >= 0)
    return numpy.where(has_run, attempts["stopped_us"] - attempts["started_us"], 0)


def check_attempts(jobs, attempts, order, runs):
    """The attempts of each job are 1..n and agree with its row. `order`: row of each job number."""
    rows = order[attempts["job"].astype(numpy.int64)]
    equal("/attempts: number per job", numpy.bincount(rows, minlength=len(order) - 1).tolist(),
          jobs["attempts"].tolist())
    by_job = numpy.lexsort((attempts["attempt"], attempts["job"]))
    job, number = attempts["job"][by_job], attempts["attempt"][by_job].astype(numpy.int64)
    is_first = numpy.concatenate(([True], job[1:] != job[:-1]))[: len(job)]
    equal("/attempts: numbers without gaps",
          bool(numpy.all(number == numpy.where(is_first, 1, numpy.roll(number, 1) + 1))), True)
    is_last = numpy.concatenate((is_first[1:], [True]))[: len(job)]
    outcome = attempts["outcome"][by_job]
    equal("/attempts: only last ones end their job", bool(numpy.all(is_last | (outcome == ATTEMPT_RETRIED))), True)
    for code, state in ((ATTEMPT_SUCCEEDED, SUCCEEDED), (ATTEMPT_FAILED, FAILED)):
        equal(f"/attempts: states of jobs ended by outcome {code}",
              bool(numpy.all(jobs["state"][rows[attempts["outcome"] == code]] == state)), True)
    lost = attempts["outcome"] != ATTEMPT_SUCCEEDED
    # Runs are below 2^53 us in all, so that doubles are exact.
    sums = numpy.bincount(rows[lost], weights=runs[lost].astype(float), minlength=len(order) - 1)
    equal("/jobs: lost_us", jobs["lost_us"].astype(float).tolist(), sums.tolist())
    return rows


def work_by_instance(attempts, runs, vcpu_milli, chosen):
    """Instance number -> whole-number work of the chosen attempts."""
    work = {}
    for instance, run, vcpu in zip(attempts["instance"][chosen].tolist(), runs[chosen].tolist(),
                                   vcpu_milli[chosen].tolist()):
        work[instance] = work.get(instance, 0) + run * vcpu
    return work


def check_room(instances, attempts, requests, name, end_us):
    """No instance ever holds more than it has. What ends at an instant makes room for what starts then."""
    until = numpy.where(attempts["ended_us"] >= 0, attempts["ended_us"], end_us + 1)
    count = len(until)
    instance = numpy.concatenate((attempts["instance"], attempts["instance"]))
    time = numpy.concatenate((attempts["placed_us"], until))
    change = numpy.concatenate((requests, -requests))
    order = numpy.lexsort((change > 0, time, instance))
    held = numpy.cumsum(change[order])
    sorted_instance = instance[order]
    size = dict(zip(instances["instance"].tolist(), instances[name].tolist()))
    capacity = numpy.array([size[i] for i in numpy.unique(sorted_instance).tolist()], dtype=numpy.int64)
    per_row = capacity[numpy.unique(sorted_instance, return_inverse=True)[1]] if count else capacity
    # Every instance's changes add up to 0, so the running sum starts anew with each.
    over = numpy.flatnonzero(held > per_row)
    if len(over):
        at = over[0]
        raise Difference(f"instance {sorted_instance[at]} holds {held[at]} of {per_row[at]} {name} "
                         f"at {time[order][at]} us")


def check_bill(file, instances, pools, useful, lost, summary):
    totals = dict.fromkeys(("total", "spot", "useful", "lost", "boot", "idle", "at_on_demand"), 0)
    ran = interrupted = vcpu_time = 0
    names = list(instances)
    for values in zip(*(instances[name].tolist() for name in names)):
        row = dict(zip(names, values))
        number = row["instance"]
        if row["running_us"] < 0:
            equal(f"instance {number}, which never ran: total_usd_nano", row["total_usd_nano"], 0)
            continue
        pool = {name: column[row["pool"]].item() for name, column in pools.items() if name not in ("type", "zone")}
        parts = check_instance(row, pool, useful.get(number, 0), lost.get(number, 0))
        totals = {name: totals[name] + parts[name] for name in totals}
        ran += 1
        interrupted += row["outcome"] == INTERRUPTED
        vcpu_time += row["vcpu_milli"] * (row["ended_us"] - row["running_us"])
    expected = {"cost_usd": totals["total"], "cost_spot_usd": totals["spot"],
                "cost_on_demand_usd": totals["total"] - totals["spot"], "cost_useful_usd": totals["useful"],
                "cost_lost_usd": totals["lost"], "cost_boot_usd": totals["boot"], "cost_idle_usd": totals["idle"],
                "cost_at_on_demand_usd": totals["at_on_demand"]}
    for key, value in expected.items():
        equal(f"summary: {key}", summary[key] * 10**9, value)
        equal(f"/summary: {key}_nano", int(file["summary"].attrs[key + "_nano"]), value)
    equal("/bill: sum", int(file["bill"]["usd_nano"].sum()), totals["total"])
    equal("summary: instances", summary["instances"], ran)
    equal("summary: interruptions", summary["interruptions"], interrupted)
    near("summary: instance_vcpu_s", summary["instance_vcpu_s"], vcpu_time)


def near(what, found, vcpu_milli_us):
    """A real number of the summary against a whole one: to the last digit of a double."""
    exact = float(Fraction(int(vcpu_milli_us), 1000 * SECOND))
    equal(what, abs(float(found) - exact) <= math.ulp(exact), True)


def check(path):
    with h5py.File(path) as file:
        summary = json.loads(file["summary"][()], parse_float=Decimal)
        jobs, attempts = columns(file, "jobs"), columns(file, "attempts")
        instances, pools = columns(file, "instances"), columns(file, "pools")
        check_jobs(jobs, summary)
        order = numpy.zeros(len(jobs["job"]) + 1, dtype=numpy.int64)
        order[jobs["job"].astype(numpy.int64)] = numpy.arange(len(jobs["job"]))
        runs = runs_of(attempts)
        rows = check_attempts(jobs, attempts, order, runs)
        equal("/instances: number of distinct instances", len(numpy.unique(instances["instance"])),
              len(instances["instance"]))
        vcpu_milli = jobs["vcpu_milli"].astype(numpy.int64)[rows]
        succeeded = attempts["outcome"] == ATTEMPT_SUCCEEDED
        useful = work_by_instance(attempts, runs, vcpu_milli, succeeded)
        lost = work_by_instance(attempts, runs, vcpu_milli, ~succeeded)
        near("summary: useful_vcpu_s", summary["useful_vcpu_s"], sum(useful.values()))
        near("summary: lost_vcpu_s", summary["lost_vcpu_s"], sum(lost.values()))
        equal("summary: retries", summary["retries"], int(numpy.sum(attempts["outcome"] == ATTEMPT_RETRIED)))
        check_bill(file, instances, pools, useful, lost, summary)
        end_us = int(file["timeseries"]["time_us"][-1])
        check_room(instances, attempts, vcpu_milli, "vcpu_milli", end_us)
        check_room(instances, attempts, jobs["mib"].astype(numpy.int64)[rows], "mib", end_us)
    return len(jobs["job"]), len(instances["instance"]), summary["cost_usd"]


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: check_bill.py RUN.h5...")
    for path in sys.argv[1:]:
        try:
            jobs, instances, cost = check(path)
        except Difference as difference:
            sys.exit(f"{path}: {difference}")
        print(f"OK {path}: {jobs} jobs, {instances} instances, {cost} USD")


if __name__ == "__main__":
    main()
