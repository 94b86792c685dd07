#!/usr/bin/env python3
"""tools/law names the right place of each citation, keeps its page stable, and refuses what it does not know."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools/law"
CODE = """#include "x.h"

/* The first. */
//= law-b art 10
//= law-a art 2(1)
/* why */
static bool first_permit(struct judge *judge,
                         int more)
{
    if (judge == NULL) //= law-a art 10
        return false;
    //= law-a art 9
    return true;
}

//= law-a art 3
static const char *const names[] = {"a"};

//= law-a annex II.B
struct person {
    int age;
};

//= law-a art 4
#define YEARS_MAX 5
"""
TEST = "//= law-a art 2(1)\nCHECK_TEST(first_is_refused)\n{\n}\n//= law-b art 11\nCHECK_TEST(second)\n{\n}\n"


class Law(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="besa-style-")
        self.addCleanup(self.directory.cleanup)
        self.root = Path(self.directory.name)
        for path, text in {"tools/law_sources.txt": "# known\nlaw-a: The first law\nlaw-b: The second law\n",
                           "src/desk/act.c": CODE, "tests/desk/act_test.c": TEST, "docs/x": ""}.items():
            self.write(path, text)

    def write(self, path, text):
        Path(self.root, path).parent.mkdir(parents=True, exist_ok=True)
        Path(self.root, path).write_text(text)

    def law(self, *options):
        done = subprocess.run([sys.executable, TOOL, "--tree", self.root, *options], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def page(self):
        self.assertEqual(self.law("--write"), (0, ""))
        return Path(self.root, "docs/law.md").read_text()

    def test_places_are_functions_and_declarations(self):
        page = self.page()
        for row in ("| art 2(1) | `src/desk/act.c`: first_permit | `tests/desk/act_test.c`: first_is_refused |",
                    "| art 3 | `src/desk/act.c`: names | - |",
                    "| art 4 | `src/desk/act.c`: YEARS_MAX | - |",
                    "| art 9 | `src/desk/act.c`: first_permit | - |",
                    "| art 10 | `src/desk/act.c`: first_permit | - |",
                    "| annex II.B | `src/desk/act.c`: struct person | - |"):
            self.assertIn(row, page)

    def test_articles_stand_in_the_order_of_numbers(self):
        page = self.page()
        self.assertLess(page.index("| art 9 |"), page.index("| art 10 |"))
        self.assertLess(page.index("## law-a"), page.index("## law-b"))

    def test_what_lacks_code_or_test_is_listed(self):
        code_only, test_only = self.page().split("## Cited in code, in no test")[1].split("## Cited in tests, in no code")
        self.assertIn("- law-a art 9\n", code_only)
        self.assertNotIn("art 2(1)", code_only)
        self.assertEqual(test_only.strip(), "- law-b art 11")

    def test_check_sees_a_new_citation_but_not_a_moved_line(self):
        self.page()
        self.assertEqual(self.law("--check")[0], 0)
        self.write("src/desk/act.c", "\n\n" + CODE)
        self.assertEqual(self.law("--check")[0], 0)
        self.write("src/desk/act.c", CODE + "//= law-b art 1\nint x;\n")
        self.assertEqual(self.law("--check"), (1, "docs/law.md is not up to date: run tools/law --write\n"))

    def test_unknown_source_and_form_are_refused(self):
        for bad in ("law-c art 1", "law-a", "law-a 5", "Law-a art 5", ""):
            self.write("src/desk/bad.c", f"int x;\n//= {bad}\nint y;\n")
            code, out = self.law("--write")
            self.assertEqual(code, 1)
            self.assertIn("src/desk/bad.c:2: not a citation", out)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    print(f"{result.testsRun} test(s) passed" if result.wasSuccessful() else "tools/law is at fault")
    sys.exit(not result.wasSuccessful())
