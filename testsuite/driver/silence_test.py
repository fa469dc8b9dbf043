# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Everything that silences findings: comments, suppression files, baselines, header filters, levels and
switches; and that what silences nothing any more is said."""

import os
import pathlib
import subprocess
import unittest

import cli_test
from cli_test import CC, RACE

PLUGIN = os.environ["MAPSAN_PLUGIN"]
ACCESS = "    c.hits++; /* <b>&amp;</b> */\n"


def with_comment(comment):
    """The race, with a comment in the line above the access that is reported."""
    return RACE.replace(ACCESS, f"    {comment}\n{ACCESS}")


class Silence(cli_test.Cli):
    def check(self, source, *words):
        self.write("race.c", source)
        return self.mapsan("check", *words, "race.c", "--")

    def plugin(self, source, *arguments):
        self.write("race.c", source)
        words = [f"-fplugin-arg-mapsan-{argument}" for argument in arguments]
        return subprocess.run([CC, f"-fplugin={PLUGIN}", *words, "-c", "race.c", "-o", "race.o"],
                              cwd=self.home, capture_output=True, text=True)

    def test_the_race_is_there(self):
        code, out, _ = self.check(RACE)
        self.assertEqual(code, 1)
        self.assertEqual(out.count("warning:"), 1, out)


class Comments(Silence):
    def test_above_and_beside(self):
        for comment in ("// mapsan-ignore(guard-bypass, unlocked-access): statistics",
                        "/* mapsan-ignore(*): statistics */",
                        "// mapsan-ignore(guard-bypass,unlocked-access): it is a rough figure\n"
                        "    // that is only printed, and a lock here would cost more\n"
                        "    // than it is worth"):
            self.assertEqual(self.check(with_comment(comment), "--checks=-stale-suppression")[0], 0,
                             comment)
        beside = RACE.replace(ACCESS, ACCESS.replace("\n", " // mapsan-ignore(unlocked-access): why\n"))
        self.assertEqual(self.check(beside)[0], 0)

    def test_two_lines_above_is_too_far(self):
        code, out, _ = self.check(with_comment("// mapsan-ignore(unlocked-access): why\n"))
        self.assertEqual(code, 1)
        self.assertIn("[mapsan-unlocked-access]", out)
        self.assertIn("silences nothing any more", out)

    def test_code_does_not_lengthen_a_comment_beside_it(self):
        source = RACE.replace(ACCESS, "    int x = 0; // mapsan-ignore(unlocked-access): why\n"
                                      "    // another matter\n" + ACCESS + "(void)x;")
        self.assertIn("[mapsan-unlocked-access]", self.check(source)[1])

    def test_a_reason_is_required(self):
        for comment in ("// mapsan-ignore(unlocked-access)", "// mapsan-ignore(unlocked-access): ",
                        "/* mapsan-ignore(unlocked-access): */", "/* mapsan-ignore(unlocked-access) why */"):
            code, out, _ = self.check(with_comment(comment))
            self.assertEqual(code, 1)
            self.assertIn("[mapsan-unlocked-access]", out, comment)
            self.assertIn("needs a reason", out, comment)
            self.assertIn("needs a reason", self.plugin(with_comment(comment)).stderr)

    def test_unknown_checks(self):
        comment = "// mapsan-ignore(unlocked-acces): why"
        for said in (self.check(with_comment(comment))[1], self.plugin(with_comment(comment)).stderr):
            self.assertIn("no check `unlocked-acces`", said)
            self.assertIn("[mapsan-unlocked-access]", said)

    def test_other_checks_go_on(self):
        code, out, _ = self.check(with_comment("// mapsan-ignore(lock-order): why"))
        self.assertEqual(code, 1)
        self.assertIn("[mapsan-unlocked-access]", out)
        self.assertIn("race.c:14:5: warning: this comment silences nothing any more: no finding of "
                      "`lock-order` here [mapsan-stale-suppression]", out)

    def test_stale_only_where_all_is_known(self):
        stale = "// mapsan-ignore(lock-order): why\nint x;\n"
        self.assertEqual(self.check(stale)[0], 1)
        self.assertEqual(self.check(stale, "--checks=-lock-order")[0], 0)
        self.assertEqual(self.check(stale, "--checks=-stale-suppression")[0], 0)
        self.assertNotIn("stale", self.plugin(stale).stderr)
        self.write("broken.c", "int x = y;\n")
        self.assertNotIn("stale", self.mapsan("check", "race.c", "broken.c", "--")[1])

    def test_not_stale_for_what_is_only_said_at_another_level(self):
        flag = RACE.replace("int hits", "volatile int hits")
        comment = "// mapsan-ignore(unlocked-access): a flag\n" + ACCESS
        self.assertEqual(self.check(flag.replace(ACCESS, comment))[0], 0)
        code, out, _ = self.check(flag, "--confidence=low")
        self.assertEqual((code, out.count("[mapsan-unlocked-access]")), (1, 1), out)

    def test_header_that_many_units_include(self):
        self.write("c.h", RACE.split("static void *worker")[0].replace("static struct", "extern struct")
                   + "static inline int get(void)\n{\n"
                   "    // mapsan-ignore(unlocked-access): a rough figure\n    return c.hits;\n}\n")
        self.write("a.c", '#include "c.h"\nstruct counter c;\nstatic void *worker'
                   + RACE.split("static void *worker")[1].replace("c.hits++", "get()"))
        self.write("d/b.c", '#include "../c.h"\nint get_b(void) { return get(); }\n')
        self.assertEqual(self.mapsan("check", "a.c", "d/b.c", "--")[:2], (0, ""))

    def test_files_of_one_name(self):
        """A comment in a/x.c is none in b/x.c."""
        for folder in "ab":
            self.write(f"{folder}/x.c", RACE.replace("main(", f"main_{folder}("))
        self.write("a/x.c", with_comment("// mapsan-ignore(unlocked-access): why"))
        self.write("compile_commands.json", str([
            {"directory": str(self.home / folder), "file": "x.c", "arguments": [CC, "-c", "x.c"]}
            for folder in "ab"]).replace("'", '"'))
        code, out, _ = self.mapsan("check", "-p", ".")
        self.assertEqual(code, 1)
        self.assertEqual(out.count("[mapsan-"), 1, out)
        self.assertTrue(out.startswith("b/x.c:"), out)


class Files(Silence):
    def test_suppressions(self):
        for line in ("unlocked-access:other", "*:oth*", "unlocked-access:*/race.c", "unlocked-access:race.?"):
            self.write("s", f"# why\n\n  {line}\n")
            self.assertEqual(self.check(RACE, "--suppressions=s")[:2], (0, ""), line)
            self.assertEqual(self.plugin(RACE, "suppressions=s").stderr, "", line)

    def test_stale_suppressions(self):
        self.write("s", "unlocked-access:other\nlock-order:other\n*:nobody\n")
        code, out, _ = self.check(RACE, "--suppressions=s")
        self.assertEqual(code, 1)
        self.assertEqual(out.count("warning:"), 2, out)
        self.assertIn("s:2:1: warning: this suppression silences nothing any more: no finding of "
                      "`lock-order` in `other` [mapsan-stale-suppression]", out)
        self.assertIn("s:3:1: warning:", out)
        self.assertEqual(self.check(RACE, "--suppressions=s", "--checks=-lock-order")[1].count("s:"), 0)
        self.assertEqual(self.plugin(RACE, "suppressions=s").stderr, "")

    def test_baseline(self):
        code, out, err = self.check(RACE, "--write-baseline=b")
        self.assertEqual((code, out, err), (0, "", "mapsan: 1 finding written to b\n"))
        self.assertIn("race.c:other unlocked-access", (self.home / "b").read_text())
        self.assertEqual(self.check(RACE, "--baseline=b")[:2], (0, ""))
        self.assertEqual(self.plugin(RACE, "baseline=b").stderr, "")

    def test_baseline_survives_edits(self):
        self.check(RACE, "--write-baseline=b")
        edited = ("/* A comment. */\n\nstatic int unrelated(int x) { return x + 1; }\n" +
                  RACE.replace(ACCESS, "    (void)unrelated(1);\n" + ACCESS))
        self.assertEqual(self.check(edited, "--baseline=b")[:2], (0, ""))
        (self.home / "elsewhere").mkdir()
        self.write("elsewhere/race.c", edited)
        self.assertEqual(self.mapsan("check", "--baseline=b", "elsewhere/race.c", "--")[0], 0)

    def test_baseline_hides_nothing_new(self):
        self.check(RACE, "--write-baseline=b")
        new = RACE.replace("int main(", "static void *third(void *a)\n{\n    c.hits += 2;\n    return a;\n}\n"
                           "int main(").replace("pthread_create(&u, 0, other, &c);",
                                                "pthread_create(&u, 0, other, &c);\n"
                                                "    pthread_create(&u, 0, third, &c);")
        code, out, _ = self.check(new, "--baseline=b")
        self.assertEqual(code, 1)
        self.assertEqual(out.count("warning:"), 1, out)
        self.assertIn("c.hits += 2;", out)

    def test_stale_baseline(self):
        self.check(RACE, "--write-baseline=b")
        code, out, _ = self.check("int x;\n", "--baseline=b")
        self.assertEqual(code, 1)
        self.assertIn("b:2:1: warning: 1 entry of this baseline silences nothing any more", out)
        self.assertEqual(self.check("int x;\n", "--baseline=b", "--checks=-lock-order")[0], 0)

    def test_mistakes(self):
        for option, content, says in (
                ("suppressions", "nonsense:x\n", "bad:1: unknown check 'nonsense'"),
                ("suppressions", "\n\nunlocked-access\n", "bad:3: not a suppression"),
                ("suppressions", "unlocked-access:", "bad:1: not a suppression"),
                ("baseline", "unlocked-access:other", "bad:1: no entry of a baseline"),
                ("baseline", "0123456789abcdefa race.c", "bad:1: no entry of a baseline"),
                ("baseline", "-123456789abcdef x", "bad:1: no entry of a baseline")):
            self.write("bad", content)
            self.refused("check", f"--{option}=bad", "race.c", "--", says=says)
            result = self.plugin(RACE, f"{option}=bad")
            self.assertEqual(result.returncode, 1)
            self.assertIn("error: mapsan: " + says, result.stderr)
        for option in ("suppressions", "baseline"):
            self.refused("check", f"--{option}=none", "race.c", "--", says="none: cannot be read: No such")
            self.refused("check", f"--{option}=.", "race.c", "--", says="cannot be read")
        self.refused("check", "--baseline=/dev/null", "--write-baseline=b", "race.c", "--",
                     says="leave --baseline out")
        code, _, err = self.check(RACE, "--write-baseline=no/such/b")
        self.assertEqual(code, 2)
        self.assertIn("no/such/b: cannot be written", err)


class Headers(Silence):
    def setUp(self):
        super().setUp()
        self.write("vendor/c.h", RACE.split("int main(")[0])
        self.write("race.c", '#include "vendor/c.h"\nint main(void)' + RACE.split("int main(void)")[1])

    def test_filter(self):
        for filters, found in (("*", 1), ("-*/vendor/*", 0), ("-vendor/*", 0), ("*.hpp", 0),
                               ("-*,vendor/c.h", 1), ("-*/other/*", 1), ("vendor/*,-*/c.h", 0)):
            code, out, _ = self.mapsan("check", f"--header-filter={filters}", "race.c", "--")
            self.assertEqual((code, out.count("warning:")), (found, found), filters)
            result = self.plugin((self.home / "race.c").read_text(), f"header-filter={filters}")
            self.assertEqual(result.stderr.count("[mapsan-"), found, filters)

    def test_sources_are_no_headers(self):
        self.write("plain.c", RACE)
        self.assertEqual(self.mapsan("check", "--header-filter=-*", "plain.c", "--")[0], 1)

    def test_system_headers_never(self):
        self.assertEqual(self.mapsan("check", "race.c", "--", "-isystem", ".")[0], 1)
        source = (self.home / "race.c").read_text().replace('"vendor/c.h"', "<c.h>")
        self.write("race.c", source)
        self.assertEqual(self.mapsan("check", "race.c", "--", "-isystem", "vendor")[0], 0)


if __name__ == "__main__":
    unittest.main()
