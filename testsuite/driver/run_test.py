# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mapsan run: programs built by any compiler, watched by functions put before their libraries'.

Called by ctest with the places of the command, a compiler and GLib's flags in the environment (MAPSAN,
MAPSAN_CC, GLIB_FLAGS), and the directory of the end-to-end programs (MAPSAN_PROGRAMS).
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

MAPSAN = os.environ["MAPSAN"]
CC = os.environ["MAPSAN_CC"]
GLIB = os.environ["GLIB_FLAGS"].split()
PROGRAMS = pathlib.Path(os.environ["MAPSAN_PROGRAMS"])

# A library with a map of its own, which only a model describes.
LIBRARY = """\
#include <unistd.h>
struct store { int used; };
void store_put(struct store *store) { store->used++; usleep(100); }
"""
USER = """\
#include <pthread.h>
struct store { int used; };
void store_put(struct store *store);
static struct store shared;
static void *work(void *arg) { for (int i = 0; i < 2000; i++) store_put(arg); return 0; }
int main(int count, char **arguments)
{
    struct store own = {0};
    pthread_t thread;
    (void)arguments;
    pthread_create(&thread, 0, work, &shared);
    work(count > 1 ? &shared : &own);
    pthread_join(thread, 0);
    return 3;
}
"""
MODEL = "library: store\nfunctions:\n  store_put: insert arg0\n"


class Run(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="mapsan-run-"))
        self.addCleanup(shutil.rmtree, self.home)

    def call(self, *words, **options):
        environment = {**os.environ, "MAPSAN_OPTIONS": "", "LD_LIBRARY_PATH": str(self.home)}
        return subprocess.run([MAPSAN, "run", *words], cwd=self.home, capture_output=True, text=True,
                              timeout=120, check=False, env={**environment, **options})

    def compile(self, *words):
        subprocess.run([CC, *words], cwd=self.home, check=True)

    def test_glib(self):
        self.compile("-O0", "-g", str(PROGRAMS / "programs_glib.c"), *GLIB, "-o", "glib")
        for name, title in (("write-write", "concurrent map writes"),
                            ("write-read", "concurrent map read and map write"),
                            ("foreach-write", "concurrent map iteration and map write"),
                            ("pointer-write", "concurrent map writes"),
                            ("modify-in-foreach", "map modified while iterating")):
            got = self.call("--", "./glib", name, "racing")
            self.assertIn(f"mapsan: fatal: {title}\n", got.stderr, name)
            self.assertEqual(got.returncode, -6, name)
            self.assertRegex(got.stderr, r"#0 0x[0-9a-f]+ in \w+ .*programs_glib\.c:\d+", name)
            if title != "map modified while iterating":
                got = self.call("--", "./glib", name, "locked")
                self.assertEqual((got.returncode, got.stderr), (0, ""), name)
        for name in ("remove-by-iterator", "remove-by-foreach", "nested-tables"):
            got = self.call("--", "./glib", name, "racing")
            self.assertEqual((got.returncode, got.stderr), (0, ""), name)

    def test_iterators(self):
        self.compile("-O0", "-g", str(PROGRAMS / "programs_glib_semantics.c"), *GLIB, "-o", "glib")
        for name, title in (("insert-in-loop", "map modified while iterating"),
                            ("unref-to-zero", "map destroyed while in use")):
            got = self.call("./glib", name, "racing")
            self.assertIn(f"mapsan: fatal: {title}\n", got.stderr, name)
        for name in ("replace-in-loop", "remove-then-leave", "come-and-go"):
            got = self.call("./glib", name, "locked")
            self.assertEqual((got.returncode, got.stderr), (0, ""), name)

    def test_model(self):
        (self.home / "store.c").write_text(LIBRARY)
        (self.home / "user.c").write_text(USER)
        (self.home / "store.yaml").write_text(MODEL)
        self.compile("-shared", "-fPIC", "store.c", "-o", "libstore.so")
        self.compile("user.c", "-L.", "-lstore", "-lpthread", "-o", "user")
        got = self.call("--model=store.yaml", "--", "./user", "x")
        self.assertIn("mapsan: fatal: concurrent map writes\n", got.stderr)
        self.assertIn("store_put\n", got.stderr)
        self.assertEqual(got.returncode, 134)
        got = self.call("--model=store.yaml", "--", "./user")
        self.assertEqual((got.returncode, got.stderr), (3, ""))
        got = self.call("--", "./user", "x")
        self.assertEqual((got.returncode, got.stderr), (3, ""))

    def test_bad_input(self):
        (self.home / "one.c").write_text("int main(void) { return 0; }\n")
        (self.home / "nothing.yaml").write_text("functions:\n  f: acquire arg0\n")
        (self.home / "broken.yaml").write_text("functions: [\n")
        self.compile("one.c", "-static", "-o", "static")
        self.compile("one.c", "-o", "one")
        for words, says in (([], "nothing to run"), (["--"], "nothing to run"),
                            (["--mode=x", "--", "./one"], "unknown option"),
                            (["--", "./none"], "cannot be run"),
                            (["--", "./static"], "linked statically"),
                            (["--model=nothing.yaml", "--", "./one"], "describes no function"),
                            (["--model=broken.yaml", "--", "./one"], "broken.yaml:"),
                            (["--model=store.yaml", "--clang=/none", "--", "./one"], "store.yaml")):
            got = self.call(*words)
            self.assertEqual(got.returncode, 2, (words, got))
            self.assertRegex(got.stderr.splitlines()[-1], f"^mapsan: error: .*{says}", words)


if __name__ == "__main__":
    unittest.main(verbosity=2)
