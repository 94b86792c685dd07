#!/usr/bin/env python3
"""tools/check_layers finds each planted fault, by its file and line, and nothing in a sound tree."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = """# a small table
base: ground | -
store: rows | base
desk: acts | base store
cmd: wiring | all
fence sqlite3.h: store
fence openssl/: base
"""
SOUND = {
    "tools/layers.txt": TABLE,
    "cmake/BesaTargets.cmake": "besa_folder(base)\nbesa_folder(store USES base LIBRARIES x)\nbesa_folder(desk USES base store)\n",
    "src/base/span.h": "/* #include \"desk/act.h\" is only talk */\n",
    "src/base/span.c": '#include "base/span.h"\n#include <openssl/sha.h>\n/* time(NULL), "select x" */\n',
    "src/store/rows.c": '#include <sqlite3.h>\n#include "base/span.h"\nconst char *sql = "select 1 from x";\n',
    "src/desk/act.c": '#include "store/rows.h"\nint snprintf_time(int);\nint f(struct e *e) { return e->time(1); }\n',
    "src/cmd/main.c": '#include "desk/act.h"\n',
    "tests/base/span_test.c": "/* a test */\n",
    "tests/store/engine_test.c": "/* covers: other rows */\n",
    "tests/desk/act_test.c": "/* a test */\n",
    "tests/cmd/start_test.c": "/* covers: main */\n",
    "build/other.txt": "/w" + "ork/ is not looked at here\n",
}


def run(changes, *checks):
    with tempfile.TemporaryDirectory(prefix="besa-style-") as name:
        for path, text in {**SOUND, **changes}.items():
            if text is None:
                continue
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        done = subprocess.run([sys.executable, ROOT / "tools/check_layers", "--tree", name, *checks],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class Faults(unittest.TestCase):
    def planted(self, path, text, wanted):
        """The one fault is named, in all checks together; no other line is printed."""
        code, out = run({path: text})
        self.assertEqual((code, out), (1, wanted + "\n"))

    def test_a_sound_tree_has_no_fault(self):
        self.assertEqual(run({}), (0, "no fault found\n"))

    def test_row_naming_a_later_folder(self):
        code, out = run({"tools/layers.txt": TABLE.replace("store: rows | base", "store: rows | base desk")})
        self.assertEqual(code, 1)
        self.assertIn("tools/layers.txt:3: store names desk, which is not above it\n", out)

    def test_fence_naming_an_unknown_folder(self):
        self.planted("tools/layers.txt", TABLE + "fence x.h: nowhere\n",
                     "tools/layers.txt:8: the fence names nowhere, which is no folder of the table")

    def test_include_not_named(self):
        self.planted("src/base/span.h", '\n#include "desk/act.h"\n', "src/base/span.h:2: base may not include desk (desk/act.h)")

    def test_include_without_folder(self):
        self.planted("src/base/span.h", '#include "span.h"\n', 'src/base/span.h:1: "span.h" must be written from src/: "base/span.h"')

    def test_folder_without_row(self):
        code, out = run({"src/extra/x.c": "int x;\n"}, "layers")
        self.assertEqual((code, out), (1, "src/extra/x.c:1: tools/layers.txt has no row for extra\n"))

    def test_fenced_header(self):
        self.planted("src/desk/act.c", "#include <sqlite3.h>\n", "src/desk/act.c:1: <sqlite3.h> belongs to store alone, not to desk")

    def test_fenced_header_below_a_folder(self):
        self.planted("src/desk/act.c", "#include <openssl/evp.h>\n", "src/desk/act.c:1: <openssl/evp.h> belongs to base alone, not to desk")

    def test_link_row_that_differs(self):
        self.planted("cmake/BesaTargets.cmake", "besa_folder(store USES base desk LIBRARIES x)\n",
                     "cmake/BesaTargets.cmake:1: the USES of store differ from tools/layers.txt")

    def test_sql_outside_the_store(self):
        for start in ("select a", "insert into a", "update a", "delete from a", "create table a", "SELECT a"):
            self.planted("src/desk/act.c", f'const char *x = "{start} ";\n', "src/desk/act.c:1: SQL belongs to src/store alone")

    def test_forbidden_calls(self):
        for call in ("strcpy", "strcat", "sprintf", "gets", "atoi", "strtok", "rand", "time", "localtime"):
            self.planted("src/desk/act.c", f"/* a\n b */ int x = {call} (y);\n", f"src/desk/act.c:2: {call}() is forbidden")

    def test_file_without_test(self):
        code, out = run({"tests/store/engine_test.c": "/* covers: other */\n"}, "tests")
        self.assertEqual((code, out), (1, "src/store/rows.c:1: no tests/store/rows_test.c, and no test there says `covers: rows`\n"))

    def test_words(self):
        for text, what in (("see /w" + "ork/shared", "a path of somebody's machine"),
                           ("in /tmp/b" + "ash_jobs.0/", "a path of somebody's machine"),
                           ("at /ho" + "me/somebody/", "a path of somebody's machine"),
                           ("https://registry.n" + "pmjs.org/x", "a package registry"),
                           ("https://pyp" + "i.org/x", "a package registry"),
                           ("TO" + "DO: later", "unfinished work")):
            self.planted("docs/x.md", "first line\n" + text + "\n", f"docs/x.md:2: names {what}")

    def test_unknown_check_is_refused(self):
        self.assertEqual(run({}, "everything")[0], 2)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    print(f"{result.testsRun} test(s) passed" if result.wasSuccessful() else "the checker is at fault")
    sys.exit(not result.wasSuccessful())
