#!/usr/bin/env python3
"""The systemd unit: no directive that systemd does not know, an exposure below 2.0, and every system call that a
demonstration's processes make is one that the unit allows. usage: systemd_test.py UNIT [PROGRAM]"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

EXPOSURE_MAX = 2.0
# The unit does not run as root; as root, SQLite gives its files to the owner of the database.
ROOT_ONLY = {"fchown"} if os.geteuid() == 0 else set()


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def group_calls(name, seen):
    """The calls of a group of systemd's, groups inside it included."""
    if name in seen:
        return set()
    seen.add(name)
    calls = set()
    for line in run("systemd-analyze", "syscall-filter", name).stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            calls |= group_calls(word, seen)
        elif word and not word.startswith("#"):
            calls.add(word)
    return calls


def allowed_calls(unit):
    calls = set()
    for line in open(unit, encoding="utf-8"):
        match = re.match(r"SystemCallFilter=(~?)(.*)", line.strip())
        if not match:
            continue
        named = set()
        for word in match.group(2).split():
            named |= group_calls(word, set()) if word.startswith("@") else {word}
        calls = calls - named if match.group(1) else calls | named
    return calls


def check_directives(unit):
    text = run("systemd-analyze", "verify", unit).stderr
    bad = [line for line in text.splitlines() if os.path.basename(unit) + ":" in line and "Unknown" in line]
    assert not bad, "\n".join(bad)
    print("every directive is known")


def check_exposure(unit):
    text = run("systemd-analyze", "security", "--offline=yes", unit).stdout
    level = float(re.search(r"exposure level for \S+ ([0-9.]+)", text).group(1))
    assert level < EXPOSURE_MAX, f"exposure {level} is not below {EXPOSURE_MAX}"
    print(f"exposure {level}, below {EXPOSURE_MAX}")


def check_calls(unit, program):
    if shutil.which("strace") is None:
        print("NOT RUN: strace is not installed: the calls of the demonstration are not compared")
        return
    with tempfile.TemporaryDirectory(prefix="besa-calls-") as place:
        environment = dict(os.environ, DEMO="scripted", FRESH="1")
        done = run("strace", "-f", "-qq", "-c", "-o", place + "/calls", program, "demo", cwd=place, env=environment,
                   timeout=200)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        lines = open(place + "/calls", encoding="utf-8").read().splitlines()[2:]
    made = {line.split()[-1] for line in lines if line.split() and line.split()[-1].replace("_", "").isalnum()}
    made -= {"total"}
    assert len(made) > 40, "strace counted next to nothing"
    beyond = made - allowed_calls(unit) - ROOT_ONLY
    assert not beyond, "the unit would refuse: " + " ".join(sorted(beyond))
    print(f"{len(made)} system calls made, all allowed")


def main():
    if shutil.which("systemd-analyze") is None:
        print("NOT RUN: systemd-analyze is not installed")
        sys.exit(77)
    check_directives(sys.argv[1])
    check_exposure(sys.argv[1])
    if len(sys.argv) > 2:
        check_calls(sys.argv[1], sys.argv[2])


main()
