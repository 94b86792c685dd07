#!/usr/bin/env python3
"""tools/count_tests counts what a ctest run says: nothing that did not run is counted as passed."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools/count_tests"


def count(*cases):
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as report:
        report.write("<testsuite>" + "".join(cases) + "</testsuite>")
        report.flush()
        out = subprocess.run([sys.executable, TOOL, report.name, "unit"], capture_output=True, text=True, check=True).stdout
    first, *lines = out.split("\n")
    return first, [line for line in lines if line]


def case(status="run", output="", inside=""):
    return f'<testcase name="x" status="{status}">{inside}<system-out>{output}</system-out></testcase>'


class Count(unittest.TestCase):
    def test_a_program_counts_as_its_claims(self):
        self.assertEqual(count(case(output="12 test(s) passed\n"), case(output="done\n")), ("13 0 0", []))

    def test_what_a_passing_program_left_out_is_skipped(self):
        self.assertEqual(count(case(output="NOT RUN: a: no server\n3 test(s) passed, 1 NOT RUN\n")),
                         ("3 0 1", ["NOT RUN: unit: x: a: no server"]))

    def test_a_failing_program_counts_once_and_no_claim_of_it_passes(self):
        self.assertEqual(count(case("fail", "5 test(s) passed\n", '<failure message=""/>')), ("0 1 0", ["FAILED: unit: x"]))

    def test_a_skipped_program_counts_once_with_or_without_reason(self):
        skipped = '<skipped message="SKIP_RETURN_CODE=77"/>'
        self.assertEqual(count(case("notrun", "", skipped)), ("0 0 1", ["NOT RUN: unit: x: skipped"]))
        self.assertEqual(count(case("notrun", "NOT RUN: a: b\n", skipped)), ("0 0 1", ["NOT RUN: unit: x: a: b"]))

    def test_a_program_that_was_not_built_is_a_failure(self):
        self.assertEqual(count(case("notrun", "", '<skipped message="Unable to find executable"/>')),
                         ("0 1 0", ["FAILED: unit: x: Unable to find executable"]))

    def test_a_disabled_program_is_skipped(self):
        self.assertEqual(count(case("disabled")), ("0 0 1", ["NOT RUN: unit: x: disabled"]))


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    print(f"{result.testsRun} test(s) passed" if result.wasSuccessful() else "tools/count_tests is at fault")
    sys.exit(not result.wasSuccessful())
