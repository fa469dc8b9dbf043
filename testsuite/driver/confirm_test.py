# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mapsan confirm: findings that a run shows to be right, findings that it does not, and bad input.

Called by ctest with the places of the command and of mapsan-clang in the environment (MAPSAN,
MAPSAN_CLANG).
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

MAPSAN = os.environ["MAPSAN"]
MAPSAN_CLANG = os.environ["MAPSAN_CLANG"]

# One place forgets the lock, by a branch that the program takes if it is given an argument.
PROGRAM = """\
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
struct table { pthread_mutex_t lock; int used; void *root; };
static struct table t = {PTHREAD_MUTEX_INITIALIZER, 0, 0};
static int often;
static void add(struct table *table)
{
    pthread_mutex_lock(&table->lock);
    table->used++;
    pthread_mutex_unlock(&table->lock);
}
static void forget(struct table *table)
{
    %(take)s
    table->used--; /* here */
    %(give)s
}
static void *work(void *arg)
{
    for (int i = 0; i < 200; i++) {
        usleep(100);
        add(&t);
        if (often)
            forget(&t);
    }
    return arg;
}
int main(int count, char **arguments)
{
    pthread_t one, other;
    often = count > 1;
    (void)arguments;
    pthread_create(&one, 0, work, 0);
    pthread_create(&other, 0, work, 0);
    pthread_join(one, 0);
    pthread_join(other, 0);
    return 0;
}
"""
BAD = PROGRAM % {"take": "", "give": ""}
GOOD = PROGRAM % {"take": "pthread_mutex_lock(&table->lock);",
                  "give": "pthread_mutex_unlock(&table->lock);"}
LINE = 1 + BAD[:BAD.index("/* here */")].count("\n")


class Confirm(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="mapsan-confirm-"))
        self.addCleanup(shutil.rmtree, self.home)

    def build(self, text, *flags, compiler=MAPSAN_CLANG):
        (self.home / "table.c").write_text(text)
        subprocess.run([compiler, "-O1", *flags, "table.c", "-o", "table", "-lpthread"],
                       cwd=self.home, check=True)

    def confirm(self, *words):
        return subprocess.run([MAPSAN, "confirm", *words], cwd=self.home, capture_output=True,
                              text=True, timeout=120, check=False)

    def test_confirms_a_field(self):
        self.build(BAD)
        got = self.confirm("--", "./table", "x")
        self.assertEqual(got.returncode, 1, got)
        self.assertRegex(got.stdout, rf"table\.c:{LINE}:\d+: confirmed: .*\[mapsan-[a-z-]+\]")
        self.assertRegex(got.stdout, r"    ==\d+==mapsan: fatal: concurrent .* of data")
        self.assertIn("Meanwhile: ", got.stdout)
        self.assertIn("1 finding: 1 confirmed, ", got.stderr)

    def test_not_reached(self):
        self.build(BAD)
        got = self.confirm("--runs=1", "--", "./table")
        self.assertEqual(got.returncode, 0, got)
        self.assertNotIn(": confirmed: ", got.stdout)
        self.assertIn("0 confirmed", got.stderr)

    def test_nothing_to_confirm(self):
        self.build(GOOD)
        got = self.confirm("--", "./table", "x")
        self.assertEqual((got.returncode, got.stdout), (0, ""), got)
        self.assertIn("nothing to confirm", got.stderr)

    def test_reports_at_other_places_confirm_nothing(self):
        """The plan of the bad program, run by the good one: its places stand under the lock."""
        self.build(BAD)
        shutil.copy(self.home / "table", self.home / "facts")
        self.build(GOOD.replace("/* here */", ""))
        got = self.confirm("--runs=2", "./facts", "--", "./table", "x")
        self.assertEqual(got.returncode, 0, got)
        self.assertNotIn(": confirmed: ", got.stdout)

    def test_without_the_runtime(self):
        self.build(BAD, f"-fplugin={pathlib.Path(MAPSAN).parent.parent}/lib/mapsan.so",
                   compiler="clang-19")
        got = self.confirm("--", "./table")
        self.assertEqual(got.returncode, 2, got)
        self.assertIn("build it with mapsan-clang", got.stderr)

    def test_a_program_that_does_not_end(self):
        self.build(BAD.replace("return 0;\n}\n", "pause(); return 0;\n}\n"))
        got = self.confirm("--runs=1", "--timeout=3", "--", "./table", "x")
        self.assertEqual(got.returncode, 1, got)
        self.assertIn("the program was ended after 3 s", got.stderr)

    def test_bad_input(self):
        for words in ([], ["--runs=many", "--", "true"], ["--"], ["--nonsense", "--", "true"],
                      ["--", "./not-there"], ["--timeout=-1", "--", "true"]):
            got = self.confirm(*words)
            self.assertEqual(got.returncode, 2, (words, got))
            self.assertRegex(got.stderr.splitlines()[0], r"^mapsan: error: ", words)


if __name__ == "__main__":
    unittest.main(verbosity=2)
