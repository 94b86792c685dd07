#!/usr/bin/env python3
"""bash completion offers every command, and behind each command every option and small word of its usage.
usage: completion_test.py PROGRAM COMPLETION"""
import os
import re
import subprocess
import sys

PROGRAM, COMPLETION = sys.argv[1:3]
COMMON = {"--home", "--officer", "--reason", "--case", "--approver", "--ask", "--json", "--help"}


def program(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=True).stdout


def offered(*typed):
    """What is offered behind `besa` and these words, the last of which is being typed."""
    script = """
        source "$1"; shift
        compopt() { :; }
        COMP_WORDS=(besa "$@"); COMP_CWORD=$#
        _besa
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    environment = dict(os.environ, PATH=os.path.dirname(PROGRAM) + ":" + os.environ["PATH"])
    done = subprocess.run(["bash", "-c", script, "bash", COMPLETION, *typed], capture_output=True, text=True,
                          check=True, env=environment)
    return set(done.stdout.split())


def main():
    commands = re.findall(r"^  ([a-z-]+) +\S", program("--help").split("Commands:")[1].split("\n\n")[0], re.M)
    assert len(commands) > 20, "the list of commands cannot be read"
    found = offered("")
    assert found == set(commands), f"not offered, or too much: {found ^ set(commands)}"
    assert offered("--") == COMMON
    assert offered("sta") == {name for name in commands if name.startswith("sta")}
    assert offered("--home", "/tmp/x", "sta") == offered("sta"), "a value of an option was taken for the command"
    count = 0
    for command in commands:
        text = program(command, "--help")
        options = set(re.findall(r"--[a-z][a-z-]*", text)) | COMMON
        usage = [line for line in text.split("\n\n")[0].replace("usage:", "").splitlines() if line.strip()]
        small = set()
        for line in usage:
            words = line.split()[2:]
            if words and re.fullmatch(r"[a-z][a-z-]*(\|[a-z-]+)*", words[0]):
                small |= set(words[0].split("|"))
        missing = (options | small) - offered(command, "") - offered(command, "--")
        assert not missing, f"{command}: not offered: {sorted(missing)}"
        count += len(options | small)
    print(f"{len(commands)} commands, {count} words and options, all offered")


main()
