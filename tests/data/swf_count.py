#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count what a replay of an SWF log must do, independently of the program. usage: swf_count.py LOG [--clip LIMIT]

The rules: processors = field 5 if above 0, else field 8 if above 0, else 1; run = max(0, field 4); a row whose
submit time (field 2) is negative is dropped; with --clip, a job wider than LIMIT processors gets LIMIT.
Prints {"rows", "jobs", "dropped", "clipped", "processor_seconds"} as JSON; exact integers.
"""
import argparse
import gzip
import json


def whole(word):
    """A number without its fraction, as the program cuts it."""
    return int(word.split(".")[0])


def rows_of(path):
    """The 18 numbers of each data row."""
    with open(path, "rb") as probe:
        opener = gzip.open if probe.read(2) == b"\x1f\x8b" else open
    with opener(path, "rt", encoding="latin-1") as log:
        for line in log:
            words = line.split()
            if words and not words[0].startswith(";"):
                yield [whole(word) for word in words[:18]]


def count(path, clip=None):
    """The figures of one log as a dictionary."""
    result = {"rows": 0, "jobs": 0, "dropped": 0, "clipped": 0, "processor_seconds": 0}
    for row in rows_of(path):
        _, submit, _, run, allocated, _, _, requested = row[:8]
        result["rows"] += 1
        if submit < 0:
            result["dropped"] += 1
            continue
        processors = allocated if allocated > 0 else requested if requested > 0 else 1
        if clip is not None and processors > clip:
            processors = clip
            result["clipped"] += 1
        result["jobs"] += 1
        result["processor_seconds"] += processors * max(0, run)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log")
    parser.add_argument("--clip", type=int, metavar="LIMIT", help="most processors a job may have")
    arguments = parser.parse_args()
    print(json.dumps(count(arguments.log, arguments.clip)))


if __name__ == "__main__":
    main()
