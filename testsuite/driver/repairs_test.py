# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Repairs: what clang -fixit makes of a source, and what SARIF says, is the same, compiles, and is no longer
reported; and nothing is suggested where it would need thought."""

import json
import os
import subprocess
import unittest

import cli_test
from cli_test import CC

PLUGIN = os.environ["MAPSAN_PLUGIN"]

LEAK = """\
#include <pthread.h>
struct queue { pthread_mutex_t lock; int used; };
int *grow(struct queue *q);
#define FAIL return -1
int push(struct queue *q, int item)
{
    pthread_mutex_lock(&q->lock);
    int *place = grow(q);
    %s
    *place = item;
    pthread_mutex_unlock(&q->lock);
    return 0;
}
"""
UNLOCK = "pthread_mutex_unlock(&q->lock);"
READ_LOCK = """\
#include <pthread.h>
struct table { pthread_rwlock_t lock; int uses; };
int table_use(struct table *t)
{
    pthread_rwlock_rdlock(&t->lock);
    t->uses++;
    pthread_rwlock_unlock(&t->lock);
    return 0;
}
int table_uses(struct table *t)
{
    pthread_rwlock_rdlock(&t->lock);
    int uses = t->uses;
    pthread_rwlock_unlock(&t->lock);
    return uses;
}
int table_reset(struct table *t)
{
    pthread_rwlock_wrlock(&t->lock);
    t->uses = 0;
    pthread_rwlock_unlock(&t->lock);
    return 0;
}
"""


class Repairs(cli_test.Cli):
    def by_clang(self, source):
        self.write("fixed.c", source)
        result = subprocess.run([CC, f"-fplugin={PLUGIN}", "-Xclang", "-fixit", "-c", "fixed.c"],
                                cwd=self.home, capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        return (self.home / "fixed.c").read_text()

    def by_sarif(self, source):
        self.write("source.c", source)
        self.mapsan("check", "--quiet", "--sarif=out", "source.c", "--")
        lines = source.splitlines(keepends=True)
        results = json.loads((self.home / "out").read_text())["runs"][0]["results"]
        for fix in [fix for result in results for fix in result.get("fixes", [])]:
            for change in fix["artifactChanges"]:
                self.assertEqual(change["artifactLocation"]["uri"], "source.c")
                for replacement in change["replacements"]:
                    region = replacement["deletedRegion"]
                    self.assertEqual(region["startLine"], region["endLine"])
                    line = lines[region["startLine"] - 1]
                    lines[region["startLine"] - 1] = (line[:region["startColumn"] - 1] +
                                                      replacement["insertedContent"]["text"] +
                                                      line[region["endColumn"] - 1:])
        return "".join(lines)

    def repaired(self, source, check):
        """The repaired source, which has nothing left to report."""
        self.write("source.c", source)
        self.assertIn(f"[mapsan-{check}]", self.mapsan("check", "source.c", "--")[1])
        fixed = self.by_clang(source)
        self.assertEqual(fixed, self.by_sarif(source))
        self.assertNotEqual(fixed, source)
        self.assertEqual(self.mapsan("check", "fixed.c", "--")[:2], (0, ""), fixed)
        return fixed

    def not_repaired(self, source):
        self.assertEqual(self.by_clang(source), source)
        self.assertEqual(self.by_sarif(source), source)
        self.assertIn("warning:", self.mapsan("check", "source.c", "--")[1])

    def test_forgotten_unlock(self):
        for statement, fixed in (
                ("if (!place) { return -1; }", "if (!place) { %s return -1; }"),
                ("if (!place) {\n\t\treturn -1;\n\t}", "if (!place) {\n\t\t%s\n\t\treturn -1;\n\t}"),
                ("if (!place)\n        return -1;", "if (!place)\n        { %s return -1; }"),
                ("if (place) *place = 0; else return -1;", "if (place) *place = 0; else { %s return -1; }"),
                ("int error = -1;\n    if (!place) return error;",
                 "int error = -1;\n    if (!place) { %s return error; }")):
            self.assertIn(fixed % UNLOCK, self.repaired(LEAK % statement, "lock-imbalance"))

    def test_what_needs_thought(self):
        for statement in ("if (!place) FAIL;",
                          "if (!place) /* no room */ return -1;",
                          "if (!place) // no room;\n        return -1;",
                          "if (!place) return q->used - 100000;"):
            self.not_repaired(LEAK % statement)

    def test_read_lock(self):
        fixed = self.repaired(READ_LOCK, "write-under-read-lock")
        self.assertEqual(fixed, READ_LOCK.replace("rdlock", "wrlock", 1))

    def test_names_in_pairs(self):
        source = (READ_LOCK.replace("pthread_rwlock_unlock", "g_rw_lock_reader_unlock", 2)
                  .replace("pthread_rwlock_unlock", "g_rw_lock_writer_unlock")
                  .replace("pthread_rwlock_rdlock", "g_rw_lock_reader_lock")
                  .replace("pthread_rwlock_wrlock", "g_rw_lock_writer_lock")
                  .replace("pthread_rwlock_t", "GRWLock")
                  .replace("#include <pthread.h>", "typedef struct { int i; } GRWLock;\n" + "".join(
                      f"void g_rw_lock_{name}(GRWLock *lock);\n" for name in
                      ("reader_lock", "reader_unlock", "writer_lock", "writer_unlock"))))
        fixed = self.repaired(source, "write-under-read-lock")
        self.assertEqual(fixed.count("writer_lock(&t"), 2)
        self.assertEqual(fixed.count("writer_unlock(&t"), 2)

    def test_a_source_that_has_changed(self):
        self.write("old.c", LEAK % "if (!place) { return -1; }")
        subprocess.run([CC, f"-fplugin={PLUGIN}", "-w", "-c", "old.c"], cwd=self.home, check=True)
        self.write("old.c", "\n" + LEAK % "if (!place) { return -1; }")
        code, out, _ = self.mapsan("check", "old.o")
        self.assertEqual(code, 1)
        self.assertNotIn("a repair", out)


if __name__ == "__main__":
    unittest.main()
