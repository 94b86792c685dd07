#!/usr/bin/env python3
"""tools/check_headers refuses a header that leans on what its includer included, and a tree without headers."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools/check_headers"
ALONE = "#ifndef A\n#define A\n#include <stddef.h>\nsize_t size_of(void);\n#endif\n"
LEANING = "#ifndef B\n#define B\nsize_t size_of(void);\n#endif\n"


def run(headers):
    with tempfile.TemporaryDirectory(prefix="besa-style-") as name:
        for folder in ("src/base", "tests"):
            Path(name, folder).mkdir(parents=True)
        for path, text in headers.items():
            Path(name, path).write_text(text)
        return subprocess.run([TOOL, name], capture_output=True, text=True, check=False)


class Headers(unittest.TestCase):
    def test_a_header_that_compiles_alone_passes(self):
        self.assertEqual(run({"src/base/a.h": ALONE}).returncode, 0)

    def test_a_leaning_header_is_named(self):
        done = run({"src/base/a.h": ALONE, "src/base/b.h": LEANING})
        self.assertEqual(done.returncode, 1)
        self.assertIn("base/b.h does not compile alone", done.stdout)
        self.assertNotIn("base/a.h does not", done.stdout)

    def test_an_empty_tree_is_no_success(self):
        self.assertNotEqual(run({}).returncode, 0)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    print(f"{result.testsRun} test(s) passed" if result.wasSuccessful() else "the checker is at fault")
    sys.exit(not result.wasSuccessful())
