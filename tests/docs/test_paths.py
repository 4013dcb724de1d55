#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every link and file that README.md and docs/*.md name exists: test_paths.py [TREE]

A link is taken relative to its page. A word in code type is taken as a file of the tree when it begins with one of
the tree's folders and a slash; it may hold the wildcard *, or be a module: without .c and .h. Words with
placeholders (NAME, <name>, $NAME, {a,b}) are left out.
"""
import glob
import os
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
CODE = re.compile(r"`([^`\n]+)`")
PLACEHOLDER = re.compile(r"[<>$={}]|(?<![A-Z])(?!README|LICENSE)[A-Z]{3,}(?![A-Z])")


def folders_of(tree):
    """The tree's own folders, as they begin a path."""
    return tuple(name + "/" for name in os.listdir(tree)
                 if os.path.isdir(os.path.join(tree, name)) and name not in (".git", "build"))


def words_of(text):
    """Words of code: in backquotes, and in blocks of commands."""
    blocks = [body for language, body in FENCE.findall(text) if language == "sh"]
    inline = CODE.findall(FENCE.sub("", text))
    for piece in blocks + inline:
        for word in piece.split():
            yield word.strip("\"'(),;").rstrip(".:")


def missing_of(page, tree):
    """What the page names and the tree has not."""
    with open(page, encoding="utf-8") as file:
        text = file.read()
    for target in LINK.findall(FENCE.sub("", text)):
        path = target.split("#")[0]
        if path and "://" not in path and not path.startswith("mailto:"):
            if not os.path.exists(os.path.join(os.path.dirname(page), path)):
                yield target
    folders = folders_of(tree)
    for word in words_of(text):
        word = word.removeprefix("./")
        if word.startswith(folders) and not PLACEHOLDER.search(word):
            if not any(glob.glob(os.path.join(tree, word + end)) for end in ("", ".c", ".h")):
                yield word


def main():
    tree = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BATCHLAB_SOURCE", ".")
    pages = [os.path.join(tree, "README.md"), *sorted(glob.glob(os.path.join(tree, "docs", "*.md")))]
    faults = [f"{page}: names {what}, which does not exist" for page in pages for what in missing_of(page, tree)]
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
