#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`mapsan annotate`: its patch applies, compiles everywhere, and Clang's own analysis agrees with it.

Clang must accept correct programs without a warning and warn where a lock is left out. Run by ctest with
the names of the tools in the environment.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MAPSAN = os.environ["MAPSAN"]
CLANG = os.environ["MAPSAN_CC"]
INCLUDE = f"-I{ROOT / 'runtime' / 'include'}"


def glib_flags():
    return subprocess.run(["pkg-config", "--cflags", "glib-2.0"], capture_output=True, text=True,
                          check=True).stdout.split()


class Annotate(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def copy(self, *sources):
        for source in sources:
            shutil.copy(source, self.folder)
        return [Path(source).name for source in sources if str(source).endswith(".c")]

    def run_in(self, *command, **options):
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, **options)

    def annotate(self, files, flags=(), code=0):
        made = self.run_in(MAPSAN, "annotate", *files, "--", INCLUDE, *flags)
        self.assertEqual(made.returncode, code, made.stderr)
        return made.stdout

    def patch(self, text):
        applied = self.run_in("patch", "-p0", "-s", "--fuzz=0", input=text)
        self.assertEqual(applied.returncode, 0, applied.stdout + applied.stderr)

    def compile(self, files, flags=(), compiler=CLANG, safety=True):
        warnings = ["-Wall", "-Wextra"] + (["-Wthread-safety"] if safety else [])
        built = self.run_in(compiler, "-fsyntax-only", *warnings, INCLUDE, *flags, *files)
        self.assertEqual(built.returncode, 0, built.stderr)
        return built.stderr

    def program(self):
        return self.copy(*sorted((HERE / "annotate" / "program").iterdir()))

    def test_program(self):
        files = self.program()
        diff = self.annotate(files)
        self.patch(diff)
        self.assertEqual(self.compile(files), "")
        for line in ("struct item *first MAPSAN_GUARDED_BY(&lock);",
                     "void store_lock(struct store *s) MAPSAN_TAKES(s->lock) {",
                     "void store_lock(struct store *s) MAPSAN_TAKES(s->lock);",
                     "int key) MAPSAN_REQUIRES(the_store->lock);",
                     "static long totals[4] MAPSAN_GUARDED_BY(totals_lock), "
                     "rounds MAPSAN_GUARDED_BY(totals_lock);",
                     "long value) MAPSAN_REQUIRES(totals_lock) {"):
            self.assertIn(line, diff)

    def test_other_compiler(self):
        files = self.program()
        self.patch(self.annotate(files))
        gcc = shutil.which("gcc")
        if gcc:
            self.assertEqual(self.compile(files, compiler=gcc, safety=False), "")

    def test_twice(self):
        files = self.program()
        self.patch(self.annotate(files))
        self.assertEqual(self.annotate(files), "")

    def test_clang_sees_what_is_left_out(self):
        files = self.program()
        self.patch(self.annotate(files))
        main = self.folder / "main.c"
        text = main.read_text()
        for taken, warning in (("    pthread_rwlock_wrlock(&totals_lock);\n", "add_total"),
                               ("    store_lock(store);\n", "store_find")):
            self.assertEqual(text.count(taken), 1)
            main.write_text(text.replace(taken, ""))
            warnings = self.compile(files)
            self.assertIn("-Wthread-safety-analysis", warnings)
            self.assertIn(warning, warnings)

    def test_examples(self):
        """The repaired ones are accepted; in the others Clang warns of what mapsan found."""
        for name, seen in (("sessions", "'sessions' requires holding mutex"),
                           ("lru_cache", "'entries' requires holding mutex")):
            for suffix in ("", "_fixed"):
                files = self.copy(ROOT / "examples" / name / f"{name}{suffix}.c")
                self.patch(self.annotate(files, glib_flags()))
                warnings = self.compile(files, glib_flags())
                if suffix:
                    self.assertEqual(warnings, "")
                else:
                    self.assertIn(seen, warnings)

    def test_nothing_to_say(self):
        (self.folder / "a.c").write_text("int main(void) { return 0; }\n")
        self.assertEqual(self.annotate(["a.c"]), "")

    def test_bad_input(self):
        (self.folder / "a.c").write_text("int main(void) { return }\n")
        made = self.run_in(MAPSAN, "annotate", "a.c", "--")
        self.assertEqual(made.returncode, 2)
        self.assertIn("does not compile", made.stderr)
        self.assertEqual(self.run_in(MAPSAN, "annotate").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
