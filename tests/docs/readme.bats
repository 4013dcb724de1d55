#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command that README.md prints is run, in order, in a copy of the tree.
#
# Commands are the lines of ```sh blocks, with or without "$ " before them; they begin with batchlab, ./quickstart or
# cmake. A ```text block shows what the last command before it prints, and has to be exactly that. In place of
#   ./quickstart ...      (installs packages and builds everything: CI runs it) its argument is looked up in its help;
#   cmake --build ...     (minutes) ninja only says what it would do;
#   cmake --install ...   the build of these tests is installed, to a folder of the test.

load ../cli/common

# commands FILE: one a line, lines that end in \ joined.
commands() {
    awk '/^```/ { is_sh = $0 == "```sh"; next }
         is_sh { sub(/^\$ /, ""); if (sub(/\\$/, "")) { line = line $0; next } print line $0; line = "" }' "$1" |
        sed -E 's/[[:space:]]+#.*$//; /^[[:space:]]*(#.*)?$/d'
}

# printed FILE: the ```text block after a command into <n>.text here, that command into <n>.command.
printed() {
    awk '/^```/ { was = is; is = is == "" ? substr($0, 4) : ""; if (is == "text") n++; next }
         is == "sh" { sub(/^\$ /, ""); command = $0 }
         is == "text" { print command >(n ".command"); print >(n ".text") }' "$1"
}

# copy_tree: what is kept under version control or could be, in ./tree.
copy_tree() {
    mkdir tree bin
    tar -C "$BATCHLAB_SOURCE" --exclude=./build --exclude=./.git -cf - . | tar -C tree -xf -
    ln -s "$BATCHLAB" bin/batchlab
    export PATH=$BATS_TEST_TMPDIR/bin:$PATH BATCHLAB_HOME=$BATS_TEST_TMPDIR/tree
}

# run_command LINE
run_command() {
    case $1 in
    batchlab\ *)
        bash -o pipefail -c "$1" >"$BATS_TEST_TMPDIR/output" 2>&1
        ;;
    ./quickstart)
        [ -x quickstart ]
        mkdir -p build
        ;;
    ./quickstart\ *)
        ./quickstart help | grep -qF -- "$1"
        ;;
    cmake\ --build\ *)
        bash -c "$1 -- -n" >"$BATS_TEST_TMPDIR/output" 2>&1
        ;;
    cmake\ --install\ *)
        cmake --install "$BATCHLAB_BUILD" --prefix "$BATS_TEST_TMPDIR/installed" >"$BATS_TEST_TMPDIR/output" 2>&1
        ;;
    cmake\ *)
        bash -c "$1" >"$BATS_TEST_TMPDIR/output" 2>&1
        ;;
    *)
        echo "only batchlab, ./quickstart and cmake are run" >"$BATS_TEST_TMPDIR/output"
        return 1
        ;;
    esac
}

# run_commands FILE: all of them, in the copy.
run_commands() {
    local line count=0
    commands "$1" >"$BATS_TEST_TMPDIR/commands"
    cd "$BATS_TEST_TMPDIR/tree" || return 1
    while IFS= read -r line; do
        echo "\$ $line"
        if ! run_command "$line" </dev/null; then
            cat "$BATS_TEST_TMPDIR/output"
            return 1
        fi
        count=$((count + 1))
    done <"$BATS_TEST_TMPDIR/commands"
    echo "$count commands"
}

# shell_block COMMAND: a page that has it.
shell_block() {
    # shellcheck disable=SC2016 # the backquotes are Markdown's
    printf '```sh\n%s\n```\n```text\nnot run\n```\n' "$1"
}

@test "each command of README.md works" {
    copy_tree
    run run_commands "$BATCHLAB_SOURCE/README.md"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'$ ./quickstart'* ]]
    [[ $output == *'$ batchlab run '* ]]
}

@test "what README.md shows is what its commands print" {
    copy_tree
    printed tree/README.md
    mkdir -p tree/build
    local file command
    for file in *.command; do
        command=$(head -n 1 "$file")
        echo "\$ $command"
        (cd tree && bash -o pipefail -c "$command") >output 2>&1
        diff -u "${file%.command}.text" output
    done
}

@test "a command that fails, and one that is no command of the project, are noticed" {
    copy_tree
    shell_block '$ batchlab policies' >good.md
    run run_commands good.md
    [ "$status" -eq 0 ]
    [[ $output == *'1 commands' ]]
    shell_block $'batchlab run \\\n  absent.json' >bad.md
    run run_commands bad.md
    [ "$status" -eq 1 ]
    [[ $output == *'absent.json: cannot be opened'* ]]
    shell_block './quickstart dance' >bad.md
    run run_commands bad.md
    [ "$status" -eq 1 ]
    shell_block 'ls' >bad.md
    run run_commands bad.md
    [ "$status" -eq 1 ]
    [[ $output == *'only batchlab, ./quickstart and cmake are run'* ]]
}
