# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests of the scorer on a corpus of three programs and stand-ins for `mapsan` and the compiler."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCORE = Path(__file__).resolve().parent / "score"
HEAD = "// twin: pattern={}, libs=pthread, note=n\n"
BAD = HEAD.format("guard-bypass") + "int f(void);\nint x; // BAD(guard-bypass,unlocked-access)\n"

# Says what answers.json in its own folder holds for the folder's or file's name.
STAND_IN = """#!{python}
import json, os, sys
answers = json.load(open(os.path.join(os.path.dirname(__file__), "answers.json")))
source = next(a for a in sys.argv[1:] if a.endswith(".c"))
answer = answers.get(os.path.basename(source), [])
if answer == "crash":
    sys.exit("terrible")
output = next((a[7:] for a in sys.argv if a.startswith("--json=")), None)
if output:
    json.dump({{"findings": [dict(file=f, line=l, check=c) for f, l, c in answer]}}, open(output, "w"))
else:
    for f, l, c in answer:
        print(f"{{f}}:{{l}}:1: warning: text [mapsan-{{c}}] [-Wbackend-plugin]", file=sys.stderr)
sys.exit(1 if answer and output else 0)
"""


class ScoreTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)
        self.corpus = self.folder / "corpus"
        twin = self.corpus / "guard-bypass" / "one"
        twin.mkdir(parents=True)
        (self.corpus / "quiet").mkdir()
        (twin / "bad.c").write_text(BAD)
        (twin / "good.c").write_text(HEAD.format("guard-bypass") + "int x;\n")
        (self.corpus / "quiet" / "calm.c").write_text(HEAD.format("quiet") + "int x;\n")
        self.tool = self.folder / "stand-in"
        self.tool.write_text(STAND_IN.format(python=sys.executable))
        self.tool.chmod(0o755)
        self.expected = self.folder / "expected"

    def score(self, answers, *options):
        (self.folder / "answers.json").write_text(json.dumps(answers))
        command = [sys.executable, str(SCORE), f"--corpus={self.corpus}", f"--mapsan={self.tool}",
                   f"--clang={self.tool}", f"--expected={self.expected}", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def assert_total(self, output, *figures):
        row = next(l for l in output.splitlines() if l.startswith("total"))
        self.assertEqual([int(w) for w in row.split()[1:]], list(figures))

    def test_found_by_an_alternative_check(self):
        status, out, _ = self.score({"bad.c": [["/src/bad.c", 3, "unlocked-access"]]}, "--min-found=100")
        self.assertEqual(status, 0)
        self.assert_total(out, 1, 1, 0, 0, 2, 0)

    def test_wrong_line_or_check_is_stray_and_missed(self):
        for finding in (["bad.c", 2, "guard-bypass"], ["bad.c", 3, "lock-order"]):
            status, out, err = self.score({"bad.c": [finding]}, "--min-found=90")
            self.assertEqual(status, 1)
            self.assert_total(out, 1, 0, 1, 1, 2, 0)
            self.assertIn("below 90", err)

    def test_noise_in_good_and_quiet(self):
        answers = {"good.c": [["good.c", 2, "guard-bypass"]], "calm.c": [["calm.c", 2, "lock-order"]]}
        status, out, err = self.score(answers, "--max-noisy=1")
        self.assertEqual(status, 1)
        self.assert_total(out, 1, 0, 1, 0, 2, 2)
        self.assertIn("2 noisy, above 1", err)

    def test_a_crash_is_missed_and_noisy(self):
        _, out, _ = self.score({"bad.c": "crash", "good.c": "crash"})
        self.assert_total(out, 1, 0, 1, 0, 2, 1)
        self.assertIn("terrible", out)

    def test_all_runs_failing_is_an_error(self):
        status, _, err = self.score({"bad.c": "crash", "good.c": "crash", "calm.c": "crash"})
        self.assertEqual(status, 2)
        self.assertIn("every run failed", err)

    def test_gate_holds_what_update_wrote(self):
        found = {"bad.c": [["bad.c", 3, "guard-bypass"]]}
        self.assertEqual(self.score(found, "--update")[0], 0)
        self.assertEqual(self.score(found, "--gate")[0], 0)
        status, _, err = self.score({}, "--gate")
        self.assertEqual(status, 1)
        self.assertIn("guard-bypass: found 0, expected at least 1", err)
        self.assertEqual(self.score({}, "--gate", "--per-file")[0], 0)

    def test_per_file_reads_diagnostics(self):
        _, out, _ = self.score({"bad.c": [["bad.c", 3, "guard-bypass"]]}, "--per-file")
        self.assert_total(out, 1, 1, 0, 0, 2, 0)

    def test_malformed_input(self):
        cases = (
            (self.expected, "whole-program quiet many 0\n", "expected:1: write"),
            (self.corpus / "guard-bypass/one/bad.c", BAD.replace("lock", "lok"), "there is no check"),
            (self.corpus / "guard-bypass/one/bad.c", HEAD.format("guard-bypass"), "no line is marked"),
            (self.corpus / "quiet/calm.c", "int x;\n", "needs one '// twin:"),
        )
        for path, text, message in cases:
            before = path.read_text() if path.exists() else ""
            path.write_text(text)
            status, _, err = self.score({}, "--gate")
            self.assertEqual((status, message in err), (2, True), err)
            path.write_text(before)


if __name__ == "__main__":
    unittest.main()
