#!/usr/bin/env python3
"""The man pages: mandoc finds nothing, besa.1 is what the program says of itself, besa.conf.5 lists the keys that the
program knows. usage: man_test.py PROGRAM"""
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = os.path.join(TOP, "docs/man")


def check_keys():
    code = open(os.path.join(TOP, "src/cmd/config.c"), encoding="utf-8").read()
    table = code[code.index("} keys[] = {"):]
    table = table[:table.index("};")]
    known = set(re.findall(r'\{"([a-z_]+)",', table))
    partner = set(re.findall(r'"\.([a-z_]+)"', code))
    page = open(os.path.join(PAGES, "besa.conf.5"), encoding="utf-8").read()
    listed = set(re.findall(r"^\.It Ic ([a-z_]+)$", page, re.M))
    listed_partner = set(re.findall(r"^\.It Ic partner\. Ns Ar PARTY Ns Ic \.([a-z_]+)$", page, re.M))
    assert len(known) >= 5 and partner, "the table of keys in src/cmd/config.c cannot be read"
    assert listed == known, f"besa.conf.5 and config.c differ: {sorted(listed ^ known)}"
    assert listed_partner == partner, f"besa.conf.5 and config.c differ: partner.*.{sorted(listed_partner ^ partner)}"
    print(f"besa.conf.5: {len(known) + len(partner)} keys, as in the program")


def main():
    done = subprocess.run([os.path.join(TOP, "tools/man"), "--check", sys.argv[1]], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    print("besa.1: as the program says")
    check_keys()
    if shutil.which("mandoc") is None:
        print("NOT RUN: mandoc is not installed: the pages are not linted")
        return
    for name in ("besa.1", "besa.conf.5"):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", os.path.join(PAGES, name)],
                              capture_output=True, text=True, check=False)
        assert lint.returncode == 0 and not lint.stdout, lint.stdout
    print("mandoc finds nothing")


main()
