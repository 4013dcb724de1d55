#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a source file of this project looks. usage: check_source.py TREE

Prints `file:line: fault` per fault and exits 1. A rule is a function that yields (line, fault) for one file.
"""
import pathlib
import re
import sys

ROOMS = ("scheduler", "cloud", "sim", "workloads", "harness")
C_FOLDERS = ROOMS + ("tests",)
SCRIPT_SUFFIXES = {".py", ".bats", ".cmake", ".gp", ".sh"}
TEXT_SUFFIXES = SCRIPT_SUFFIXES | {".c", ".h", ".md", ".json", ".txt", ".1", ".html", ".yml", ".csv"}
SKIPPED_FOLDERS = {"build", ".git", ".cache", "corpus"}
SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"

BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|v?sprintf|gets|ato[ifl]|atoll|s?rand|s?random|time|localtime|gmtime|"
                    r"ctime|asctime|strtok|alloca|setlocale|tmpnam|mktemp)\s*\(")
PLOT_ONLY = re.compile(r"(?<![\w.>])(system|popen)\s*\(")
MARKER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|WI" r"P)\b|#\s*if\s+0\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:work|home|root|Users|mnt|media)/\w")
POLICY_NAME = re.compile(r"\.name\s*=\s*\"([^\"]+)\"")


def without_comments_and_strings(text):
    """The same text with comments and literals blanked, so that lines keep their numbers."""
    token = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
    return token.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def header_of_c(name, lines):
    if not lines or lines[0] != f"/* {SPDX} */":
        yield 1, f"the first line is not '/* {SPDX} */'"
    if not any("@file" in line for line in lines[1:4]):
        yield 2, "no '/** @file' comment says what the file is for"


def header_of_script(name, lines):
    if not any(SPDX in line for line in lines[:3]):
        yield 1, f"no '# {SPDX}' in the first lines"


def guard(name, lines):
    if not name.endswith(".h"):
        return
    expected = "BATCH_" + re.sub(r"[/.]", "_", name).upper()
    directives = [line for line in lines if line.startswith("#")]
    if directives[:2] != [f"#ifndef {expected}", f"#define {expected}"] or directives[-1] != "#endif":
        yield 1, f"the include guard is not {expected}"


def length_of_file(name, lines):
    most = 600 if name.startswith("tests/") else 400
    if len(lines) > most:
        yield most + 1, f"{len(lines)} lines, at most {most} are allowed"


def length_of_functions(name, lines):
    """Bodies open and close in the first column (clang-format sees to it). A long switch of short cases may pass."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            body = lines[start:number - 1]
            labels = sum(bool(re.match(r"\s*(case\b.*|default\s*):", text)) for text in body)
            if number - start > 70 and labels * 3 + 15 < len(body):
                yield start, f"a function of {number - start} lines, at most 70 are allowed"
            start = None


def columns(name, lines):
    for number, line in enumerate(lines, 1):
        if len(line) > 120:
            yield number, f"{len(line)} columns, at most 120 are allowed"


def banned_calls(name, lines):
    may_run_programs = name.startswith("harness/plot")
    for number, line in enumerate(without_comments_and_strings("\n".join(lines)).split("\n"), 1):
        match = BANNED.search(line) or (not may_run_programs and PLOT_ONLY.search(line))
        if match:
            yield number, f"{match.group(1)}() is banned"


def whitespace(name, lines):
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            yield number, "a tab"
        if line != line.rstrip() and not name.endswith(".md"):
            yield number, "blanks at the end of the line"


def left_overs(name, lines):
    for number, line in enumerate(lines, 1):
        match = MARKER.search(line)
        if match:
            yield number, f"left-over marker {match.group().strip()}"


def machine_paths(name, lines):
    for number, line in enumerate(lines, 1):
        match = MACHINE_PATH.search(line)
        if match:
            yield number, f"a path of one machine: {match.group()}..."


def rules_for(name):
    path = pathlib.PurePosixPath(name)
    rules = [left_overs, machine_paths, whitespace]
    if path.suffix in (".c", ".h") and path.parts[0] in C_FOLDERS:
        rules += [header_of_c, guard, length_of_file, length_of_functions, columns, banned_calls]
    elif path.suffix in SCRIPT_SUFFIXES or path.name == "CMakeLists.txt":
        rules += [header_of_script]
    return rules


def texts(tree):
    """Names of all text files of the tree, as written by people."""
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree)
        if SKIPPED_FOLDERS.isdisjoint(name.parts) and path.is_file() and path.suffix in TEXT_SUFFIXES | {""}:
            if path.name not in ("LICENSE", ".codespell-words"):
                yield name.as_posix()


def undocumented_policies(tree):
    """A policy is a row with a name in scheduler/: each has to stand in the documents."""
    documents = [tree / "docs" / name for name in ("model.md", "policies.md")]
    prose = "\n".join(path.read_text() for path in documents if path.exists())
    for path in sorted((tree / "scheduler").rglob("*.c")):
        for policy in POLICY_NAME.findall(path.read_text()):
            if not re.search(rf"(?<![\w-]){re.escape(policy)}(?![\w-])", prose):
                yield f"{path.relative_to(tree)}: policy {policy} stands in neither docs/model.md nor docs/policies.md"


def main(tree):
    faults, files = list(undocumented_policies(tree)), 0
    for name in texts(tree):
        try:
            text = (tree / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            faults.append(f"{name}: not UTF-8")
            continue
        files += 1
        lines = text.removesuffix("\n").split("\n")
        for rule in rules_for(name):
            faults += [f"{name}:{number}: {fault}" for number, fault in rule(name, lines)]
    if files == 0:
        faults.append(f"{tree}: nothing to check")
    print("\n".join(faults + [f"{files} files, {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
