#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may include whom. usage: check_includes.py TREE

Prints one line per forbidden include and exits 1; the tables below are the rule of docs/architecture.md.
"""
import pathlib
import re
import sys

ROOMS = {
    "scheduler": {"scheduler"},
    "cloud": {"cloud", "scheduler"},
    "sim": {"sim", "cloud", "scheduler"},
    "workloads": {"workloads", "scheduler"},
    "harness": {"harness", "sim", "cloud", "workloads", "scheduler"},
}

# No clock, no files, no threads, no chance. <stdio.h> is for snprintf, <stdlib.h> for qsort: see check_symbols.py.
PURE = {"inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h",
        "string.h"}
MODEL = PURE | {"float.h", "math.h"}
READER = MODEL | {"ctype.h", "errno.h", "fcntl.h", "sys/stat.h", "sys/types.h", "unistd.h"}
PROGRAM = READER | {"argp.h", "dirent.h", "fnmatch.h", "libgen.h", "locale.h", "signal.h", "strings.h", "sys/ioctl.h",
                    "sys/resource.h", "sys/statvfs.h", "sys/time.h", "sys/wait.h", "time.h"}
SYSTEM = {"scheduler": PURE, "cloud": MODEL | {"errno.h"}, "sim": MODEL, "workloads": READER, "harness": PROGRAM}
FOREIGN = {
    "scheduler": (),
    "cloud": ("gsl/",),
    "sim": ("gsl/",),
    "workloads": ("gsl/", "jansson.h", "zlib.h"),
    "harness": ("gsl/", "hdf5.h", "hdf5_hl.h", "jansson.h"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]*)"|<([^>]*)>)')


def fault_of(room, own, system):
    """What is wrong with one include in `room`, or None."""
    if own is not None:
        target, slash, _ = own.partition("/")
        if not slash:
            return f'"{own}" does not name its room'
        if target not in ROOMS[room]:
            return f"{room} must not include {target} ({own})"
        return None
    if system in SYSTEM[room] or any(system.startswith(name) for name in FOREIGN[room]):
        return None
    return f"{room} must not include <{system}>"


def main(tree):
    faults, files = [], 0
    for room in ROOMS:
        for path in sorted((tree / room).rglob("*.[ch]")):
            files += 1
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                fault = match and fault_of(room, *match.groups())
                if fault:
                    faults.append(f"{path.relative_to(tree)}:{number}: {fault}")
    if files == 0:
        faults.append(f"{tree}: no room holds a C file")
    print("\n".join(faults + [f"{files} files, {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
