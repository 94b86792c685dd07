#!/usr/bin/env python3
"""Each `besa X Y` in the documents is a command that the program has: as docs/man/besa.1 lists them, which tests/packaging
compares with `besa --help` and `besa X --help`."""
import re
import unittest
from itertools import product
from pathlib import Path

WORD = r"[a-z][a-z|-]*"


def usages(page):
    """Leading words of each usage, with all their alternatives, and whether something of the caller's own follows them."""
    found = []
    for line in re.findall(r"^besa (.+)$", page, re.M):
        words = re.match(rf"(?:\[?{WORD}\]?(?: |$))*", line).group()
        takes_more = re.match(r"\[?[A-Z]", line[len(words):]) is not None
        found.append(([word.strip("[]").split("|") for word in words.split()], takes_more))
    return found


def is_known(words, known):
    return any(
        all(word in choice for word, choice in zip(words, usage)) and (len(words) <= len(usage) or takes_more)
        for usage, takes_more in known)


def commands(text):
    """Those in code, in a line or a block, up to the first word that is an option or a placeholder."""
    for code in re.findall(rf"(?:`|^|\$ )besa ({WORD}(?: {WORD}(?=[ `\n;,]|\.\s))*)", text, re.M):
        yield from product(*[word.split("|") for word in code.split(" ")])


class DocsCommands(unittest.TestCase):
    def test_every_command_in_the_documents_is_one(self):
        known = usages(Path("docs/man/besa.1").read_text("utf-8"))
        self.assertGreater(len(known), 100)
        count = 0
        for path in sorted([*Path("docs").rglob("*.md"), *Path(".").glob("*.md")]):
            for words in commands(path.read_text("utf-8")):
                count += 1
                with self.subTest(path=str(path)):
                    self.assertTrue(is_known(words, known), " ".join(["besa", *words]))
        self.assertGreater(count, 200)

    def test_one_that_is_not_there_is_found(self):
        known = usages("besa keys [list]\nbesa keys tls renew [--days N]\nbesa keys revoke tls|officer ID\n"
                       "besa serve\nbesa verify [DIR]\n")
        for text in ("`besa keys`", "`besa keys list`", "`besa keys tls renew --days 3`", "`besa keys revoke officer`",
                     "`besa verify log`"):
            self.assertEqual([is_known(words, known) for words in commands(text)], [True], text)
        for text in ("`besa keys tls renewed`", "`besa kept`", "$ besa serve now\n"):
            self.assertEqual([is_known(words, known) for words in commands(text)], [False], text)


if __name__ == "__main__":
    unittest.main()
