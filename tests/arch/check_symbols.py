#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each room's archive may need from outside. usage: check_symbols.py BUILD_FOLDER

Reads the undefined symbols of libbatch_<room>.a with nm; prints one line per forbidden symbol and exits 1. Meant for
an optimised build without sanitizers.
"""
import pathlib
import re
import subprocess
import sys

RUNTIME = r"__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(u?div|u?mod|mul|ashl|ashr|lshr|float|fix)\w*[tdx]i\w*|__\w+_chk"
# str* that compare, measure and search: not those that allocate, keep state or follow the locale.
TEXT = r"mem(chr|cmp|cpy|move|set|rchr)|str(n?cmp|n?cat|n?cpy|r?chr|str|n?len|c?spn|pbrk)|bcmp"
CORE = rf"{RUNTIME}|{TEXT}|qsort|v?snprintf"
LIBM = (r"(l?l?round|floor|ceil|trunc|rint|l?l?rint|nearbyint|sqrt|cbrt|pow|expm?1?|exp2|log|log1p|log2|log10|hypot|fabs|"
        r"fmod|fmin|fmax|ldexp|frexp|modf|[lt]gamma|erfc?|sin|cos|tan|atan2?|copysign|nextafter|scalbn)[fl]?")
MODEL = rf"{CORE}|{LIBM}|gsl_\w+|batch_\w+"
ONE_FILE = r"fopen(64)?|fread|ferror|fclose|__errno_location|strerror"  # the catalogue
MEMORY = r"malloc|calloc|realloc|free"
NUMBERS = r"(__isoc23_)?strto(l|ll|ul|ull|d|umax|imax)|__ctype_\w+_loc|is(alpha|digit|space|alnum)|to(lower|upper)"
FILES = (r"f?open(64)?|f?close|f?read|f?write|[fg]?getc|fgets|ungetc|getline|ferror|feof|fflush|fseeko?(64)?|ftello?(64)?|"
         r"rewind|fileno|setvbuf|fprintf|fput[cs]|l?f?stat(64)?|lseek(64)?|fdopen|posix_fadvise(64)?|remove|unlink|"
         r"__errno_location|(__xpg_)?strerror(_[rl])?")
ALLOWED = {
    "scheduler": CORE,
    "cloud": rf"{MODEL}|{ONE_FILE}|{MEMORY}",  # it takes no host
    "sim": rf"{MODEL}|cloud_\w+",
    "workloads": rf"{MODEL}|{MEMORY}|{NUMBERS}|{FILES}|strdup|strndup|json_\w+|jsonp_\w+|gz\w+|inflate\w*|deflate\w*|"
                 r"crc32\w*",
    "harness": r"(?!(rand|srand|s?random|[dlm]rand48|pthread_create|gets|strcpy|strcat|v?sprintf)$)\w+",
}


def undefined(archive):
    """Symbols that the archive needs and does not itself define."""
    needs, has, members = set(), set(), 0
    listing = subprocess.run(["nm", str(archive)], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        fields = line.split()
        if len(fields) == 1:
            members += 1
        elif len(fields) == 2 and fields[0] in "Uw":
            needs.add(fields[1])
        elif len(fields) == 3 and fields[1].isupper():
            has.add(fields[2])
    return needs - has, len(has), members


def main(folder):
    faults, checked = [], 0
    for room, pattern in ALLOWED.items():
        archive = folder / f"libbatch_{room}.a"
        if not archive.exists():
            faults.append(f"{archive.name}: missing in {folder}")
            continue
        needs, defined, members = undefined(archive)
        checked += len(needs)
        if defined == 0:
            faults.append(f"{archive.name}: {members} members define no symbol: not machine code?")
        faults += [f"{archive.name}: must not need {name}" for name in sorted(needs) if not re.fullmatch(pattern, name)]
    print("\n".join(faults + [f"{checked} undefined symbols, {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
