# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The mapsan command: exit codes, one clear line for each bad input, and its reports.

Called by ctest with the places of the command, of the program that writes a sample image, and of the
compiler in the environment (MAPSAN, MAPSAN_SAMPLE, MAPSAN_CC).
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

MAPSAN = os.environ["MAPSAN"]
SAMPLE = os.environ["MAPSAN_SAMPLE"]
CC = os.environ["MAPSAN_CC"]

RACE = """\
#include <pthread.h>
struct counter { pthread_mutex_t lock; int hits; };
static struct counter c;
static void *worker(void *arg)
{
\tstruct counter *p = arg;
\tpthread_mutex_lock(&p->lock);
\tp->hits++;
\tpthread_mutex_unlock(&p->lock);
\treturn 0;
}
static void *other(void *arg)
{
    c.hits++; /* <b>&amp;</b> */
    return arg;
}
int main(void)
{
    pthread_t t, u;
    pthread_create(&t, 0, worker, &c);
    pthread_create(&u, 0, other, &c);
    pthread_join(t, 0);
    pthread_join(u, 0);
    return 0;
}
"""
GOOD = "int twice(int x) { return 2 * x; }\n"
BROKEN = "int twice(int x) { return 2 * y; }\n"


class Cli(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="mapsan-cli-"))
        self.addCleanup(shutil.rmtree, self.home)

    def write(self, name, content):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def run_mapsan(self, *words, **options):
        return subprocess.run([MAPSAN, *words], cwd=self.home, capture_output=True, timeout=120,
                              stdin=subprocess.DEVNULL, **options)

    def mapsan(self, *words):
        result = self.run_mapsan(*words)
        return result.returncode, result.stdout.decode(), result.stderr.decode()

    def refused(self, *words, says):
        """Exit code 2, nothing found, one line that says what is wrong."""
        code, out, err = self.mapsan(*words)
        self.assertEqual(code, 2, err)
        self.assertEqual(out, "")
        lines = err.splitlines()
        self.assertEqual(len(lines), 1, err)
        self.assertTrue(lines[0].startswith("mapsan: error: "), err)
        self.assertIn(says, lines[0])

    def object_with(self, name, content):
        """An object whose section .mapsan.facts holds these bytes."""
        self.write(name + ".facts", content)
        self.write(name + ".s", f'.section .mapsan.facts,"",@progbits\n.incbin "{name}.facts"\n'
                                '.section .note.GNU-stack,"",@progbits\n')
        subprocess.run([CC, "-c", name + ".s", "-o", name], cwd=self.home, check=True)
        return name

    def compile(self, source, output, *flags):
        subprocess.run([CC, "-c", source, "-o", output, *flags], cwd=self.home, check=True)
        return output

    def image(self):
        return subprocess.run([SAMPLE], check=True, capture_output=True).stdout


class Usage(Cli):
    def test_without_arguments_it_explains_itself(self):
        code, out, err = self.mapsan()
        self.assertEqual((code, out), (2, ""))
        self.assertIn("mapsan check PROGRAM", err)

    def test_help_and_version(self):
        code, out, err = self.mapsan("--help")
        self.assertEqual((code, err), (0, ""))
        for word in ("check", "dump", "explain", "--sarif=FILE", "Exit code"):
            self.assertIn(word, out)
        self.assertEqual(self.mapsan("check", "--help")[0], 0)
        code, out, _ = self.mapsan("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^mapsan \d+\.\d+\.\d+ ")

    def test_mistakes(self):
        self.refused("chekc", says="did you mean 'mapsan check'?")
        self.refused("zzz", says="'mapsan --help' lists them")
        self.refused("check", says="nothing to judge")
        self.refused("check", "--sarfi=x", "a", says="did you mean '--sarif'?")
        self.refused("check", "-z", "a", says="unknown option '-z'")
        self.refused("check", "--json", says="--json needs a value: --json=FILE")
        self.refused("check", "--json=", "a", says="--json needs a value")
        self.refused("check", "--quiet=yes", "a", says="--quiet takes no value")
        self.refused("check", "-j", "none", "a", says="-j needs a number from 1 to 1024")
        self.refused("check", "-j0", "a", says="-j needs a number")
        self.refused("check", "--color=blue", "a", says="--color is auto, always or never")
        self.refused("check", "--checks=nonsense", "a", says="nonsense")
        self.refused("check", "--confidence=certain", "a", says="certain")
        self.refused("check", "-p", ".", "a", says="-p judges the whole database")
        self.refused("explain", says="needs one check")
        self.refused("explain", "wrong-lokc", says="did you mean 'wrong-lock'?")
        self.refused("checks", "all", says="takes no arguments")

    def test_every_check_is_listed_and_explained(self):
        code, out, _ = self.mapsan("checks")
        self.assertEqual(code, 0)
        names = [line.split()[0] for line in out.splitlines()]
        self.assertIn("guard-bypass", names)
        for name in names:
            code, page, err = self.mapsan("explain", "mapsan-" + name)
            self.assertEqual((code, err), (0, ""))
            self.assertGreater(len(page.splitlines()), 5, name)

    def test_every_verb_is_listed(self):
        code, out, _ = self.mapsan("models")
        self.assertEqual(code, 0)
        self.assertIn("try-acquire-shared", out)


class Objects(Cli):
    def test_what_is_no_object(self):
        self.refused("check", "no/such/file", says="no/such/file: cannot be opened: No such file")
        self.write("text", "hello\n")
        self.refused("check", "text", says="text: no program, object or archive")
        self.write("empty", "")
        self.refused("check", "empty", says="empty: no program")
        self.refused("check", ".", says=".: cannot be read: Is a directory")
        self.write("a.c", GOOD)
        self.refused("check", "a.c", says="mapsan check a.c -- -I...")
        self.write("bitcode.o", b"BC\xc0\xde" + bytes(60))
        self.refused("check", "bitcode.o", says="bitcode.o: LLVM bitcode (-flto) that clang-19 does not read")
        self.refused("check", "--clang=no-such", "bitcode.o", says="no-such cannot be run")
        self.write("thin.a", "!<thin>\n/               0           ")
        self.refused("check", "thin.a", says="thin.a: a damaged thin archive")
        self.write("short", b"\x7fELF\x02\x01\x01")
        self.refused("check", "short", says="short: no")

    def test_what_has_no_facts(self):
        self.write("a.c", GOOD)
        self.compile("a.c", "a.o")
        self.refused("check", "a.o", says="a.o: no facts in it; build it with")
        subprocess.run(["ar", "rc", "a.a", "a.o"], cwd=self.home, check=True)
        self.refused("check", "a.a", says="a.a: no facts in it")

    def test_facts_are_read(self):
        self.object_with("a.o", self.image())
        code, _, err = self.mapsan("check", "a.o", "--verbose")
        self.assertIn(code, (0, 1))
        self.assertIn("1 units", err)

    def test_several_images_and_padding(self):
        other = self.image()
        self.object_with("a.o", other + bytes(24) + other)
        code, _, err = self.mapsan("check", "a.o", "--verbose")
        self.assertIn(code, (0, 1))
        self.assertIn("1 units (1 more were copies)", err)

    def test_archives_are_read(self):
        self.object_with("a.o", self.image())
        self.write("b.c", GOOD)
        self.compile("b.c", "b.o")
        subprocess.run(["ar", "rc", "a.a", "a.o", "b.o"], cwd=self.home, check=True)
        code, _, err = self.mapsan("check", "a.a", "--verbose")
        self.assertIn(code, (0, 1))
        self.assertIn("1 units", err)

    def test_thin_archives_are_followed(self):
        for name in ("lib/a.o", "lib/one_with_a_name_that_is_too_long_for_the_header.o"):
            self.object_with(name, self.image())
        subprocess.run(["ar", "rcT", "lib/t.a", "lib/a.o",
                        "lib/one_with_a_name_that_is_too_long_for_the_header.o"], cwd=self.home, check=True)
        self.assertEqual((self.home / "lib/t.a").read_bytes()[:8], b"!<thin>\n")
        code, _, err = self.mapsan("check", "--verbose", "lib/t.a")
        self.assertIn("1 units (1 more were copies)", err)
        self.assertNotEqual(code, 2)
        (self.home / "lib/a.o").unlink()
        code, _, err = self.mapsan("check", "--verbose", "lib/t.a")
        self.assertEqual(code, 2)
        self.assertIn("mapsan: error: lib/a.o: cannot be opened", err)
        self.assertIn("1 units", err)
        whole = (self.home / "lib/t.a").read_bytes()
        for size in range(8, len(whole)):
            self.write("cut.a", whole[:size])
            self.assertEqual(self.mapsan("check", "cut.a")[0], 2)

    def test_bitcode_is_assembled(self):
        self.write("image", self.image())
        self.write("lto.c", '__asm__(".section .mapsan.facts,\\"\\",@progbits\\n.incbin \\"image\\"\\n.text");\n')
        self.compile("lto.c", "lto.o", "-flto")
        self.assertEqual((self.home / "lto.o").read_bytes()[:4], b"BC\xc0\xde")
        self.assertIn("1 units", self.mapsan("check", "--verbose", "lto.o")[2])
        subprocess.run(["ar", "rc", "lto.a", "lto.o"], cwd=self.home, check=True)
        self.assertIn("1 units", self.mapsan("check", "--verbose", "lto.a")[2])

    def test_damaged_facts_are_named(self):
        image = bytearray(self.image())
        self.object_with("cut.o", image[:-8])
        self.refused("check", "cut.o", says="cut.o: .mapsan.facts: the facts are cut short")
        self.object_with("foreign.o", b"something else entirely")
        self.refused("check", "foreign.o", says="foreign.o: .mapsan.facts: not written by mapsan")
        image[60] ^= 4
        self.object_with("flip.o", image)
        self.refused("check", "flip.o", says="flip.o: .mapsan.facts: the facts are damaged")
        image[60] ^= 4
        image[8] += 1
        self.object_with("version.o", image)
        self.refused("check", "version.o", says="written by another version of mapsan")

    def test_the_rest_is_judged_all_the_same(self):
        self.object_with("a.o", self.image())
        code, _, err = self.mapsan("check", "missing", "a.o", "--verbose")
        self.assertEqual(code, 2)
        self.assertIn("1 units", err)


class Sources(Cli):
    def test_a_race_is_found(self):
        self.write("race.c", RACE)
        code, out, err = self.mapsan("check", "race.c", "--")
        self.assertEqual(code, 1, err)
        self.assertRegex(out, r"(?m)^race\.c:14:7: warning: .* \[mapsan-[a-z-]+\]\n    c\.hits\+\+;.*\n      \^$")
        self.assertRegex(out, r"(?m)^race\.c:\d+:\d+: note: ")
        self.assertIn("1 warning generated.", err)

    def test_a_linked_program_is_judged(self):
        self.write("race.c", RACE)
        plugin = pathlib.Path(MAPSAN).parent.parent / "lib" / "mapsan.so"
        subprocess.run([CC, "-w", "race.c", "-o", "race", f"-fplugin={plugin}", "-pthread"],
                       cwd=self.home, check=True)
        code, out, err = self.mapsan("check", "race")
        self.assertEqual(code, 1, err)
        self.assertIn("race.c:14:7: warning:", out)

    def test_nothing_wrong_is_exit_0(self):
        self.write("good.c", GOOD)
        self.assertEqual(self.mapsan("check", "good.c", "--"), (0, "", ""))

    def test_flags_reach_the_compiler(self):
        self.write("flag.c", "int x = VALUE;\n#include <own.h>\n")
        self.write("inc dir/own.h", "")
        self.assertEqual(self.mapsan("check", "flag.c", "--", "-DVALUE=3", "-Iinc dir", "-Werror",
                                     "-o", "x.o", "-c", "-MD", "-MF", "x.d"), (0, "", ""))
        self.assertEqual(sorted(os.listdir(self.home)), ["flag.c", "inc dir"])

    def test_a_source_that_does_not_compile(self):
        self.write("broken.c", BROKEN)
        self.write("race.c", RACE)
        self.refused("check", "broken.c", "--", says="broken.c: does not compile: broken.c:1:31: error:")
        self.refused("check", "missing.c", "--", says="missing.c: does not compile:")
        code, out, _ = self.mapsan("check", "broken.c", "race.c", "--")
        self.assertEqual(code, 2)
        self.assertIn("warning:", out)

    def test_what_parsed_is_judged(self):
        """A function with errors is not seen, rather than seen without the statements that do not parse."""
        for wrong in ("int f(int a) { return a.b; }\n", "int g(void) { return (1 ;}\n", "struct s { int a b; };\n",
                      "void h(void) { pthread_mutex_lock(&c.lock); c.hits++; pthread_mutex_unlock(&c.lock;\n}\n"):
            self.write("half.c", RACE + wrong)
            code, out, err = self.mapsan("check", "half.c", "--")
            self.assertEqual(code, 2)
            self.assertIn("half.c: does not compile", err)
            self.assertEqual(out.count("warning:"), 1, out)
            self.assertIn("`c.hits` is modified here", out)
        self.write("half.c", '#include "missing.h"\n' + RACE)
        code, out, err = self.mapsan("check", "half.c", "--")
        self.assertEqual((code, out), (2, ""))

    def test_a_function_beyond_all_bounds(self):
        """Its callers are judged as if it were in another library."""
        body = "".join(f"if (x == {i}) y += {i};\n" for i in range(60000))
        self.write("big.c", f"static int y;\nstatic void big(int x) {{\n{body}}}\n" +
                   RACE.replace("c.hits++; /*", "big(1); c.hits++; /*"))
        code, out, err = self.mapsan("check", "--verbose", "big.c", "--")
        self.assertEqual((code, out.count("warning:")), (1, 1), out)
        self.assertIn("remark: big: too large", err)

    def test_a_function_of_very_many_calls(self):
        self.write("many.c", "int f(int);\nint main(void) {\n" + "f(1);\n" * 5000 + "return 0; }\n")
        code, _, err = self.mapsan("check", "--verbose", "many.c", "--")
        self.assertEqual(code, 0)
        self.assertIn("remark: main: too large", err)

    def test_tools_that_are_missing(self):
        self.write("good.c", GOOD)
        self.write("more.c", GOOD)
        self.refused("check", "--clang=no-such-clang", "good.c", "more.c", "--",
                     says="no-such-clang cannot be run: No such file")
        self.refused("check", "--plugin=none.so", "good.c", "--", says="the plugin none.so is not")

    def test_flags_of_other_compilers_are_dropped(self):
        self.write("good.c", GOOD)
        self.assertEqual(self.mapsan("check", "good.c", "--", "-fno-such-flag-of-clang",
                                     "-mno-such-either"), (0, "", ""))

    def test_models_and_their_mistakes(self):
        self.write("bad.yaml", "functions:\n  f: [aquire arg0]\n")
        self.write("good.c", GOOD)
        self.refused("check", "--model=bad.yaml", "good.c", "--",
                     says="bad.yaml:2:7: unknown verb 'aquire'; did you mean 'acquire'?")
        self.refused("check", "--model=none.yaml", "good.c", "--", says="none.yaml: cannot be read")
        self.write("lock.yaml", "functions:\n  my_lock: acquire arg0\n  my_unlock: release arg0\n")
        source = RACE.replace("pthread_mutex_lock", "my_lock").replace("pthread_mutex_unlock",
                                                                      "my_unlock")
        source = source.replace("c.hits++;", "my_lock(&c.lock); c.hits++; my_unlock(&c.lock);")
        declarations = "struct lock; void my_lock(void *); void my_unlock(void *);\n"
        self.write("own.c", declarations + source)
        self.assertEqual(self.mapsan("check", "--model=lock.yaml", "own.c", "--"), (0, "", ""))

    def test_suppressions(self):
        self.write("race.c", RACE)
        self.write("all.supp", "# a comment\n\n*:other\n")
        self.assertEqual(self.mapsan("check", "--suppressions=all.supp", "race.c", "--")[0], 0)
        self.write("bad.supp", "# one\nnonsense:other\n")
        self.refused("check", "--suppressions=bad.supp", "race.c", "--",
                     says="bad.supp:2: unknown check 'nonsense'")
        self.write("worse.supp", "wrong-lock\n")
        self.refused("check", "--suppressions=worse.supp", "race.c", "--",
                     says="worse.supp:1: not a suppression")
        self.refused("check", "--suppressions=none", "race.c", "--", says="none: cannot be read")

    def test_checks_can_be_turned_off(self):
        self.write("race.c", RACE)
        _, out, _ = self.mapsan("checks")
        off = ",".join("-" + line.split()[0] for line in out.splitlines())
        self.assertEqual(self.mapsan("check", "--checks=" + off, "race.c", "--"), (0, "", ""))

    def test_dump_is_json(self):
        self.write("race.c", RACE)
        code, out, err = self.mapsan("dump", "race.c", "--")
        self.assertEqual(code, 0, err)
        units = json.loads(out)
        names = [function["name"] for function in units[0]["functions"]]
        self.assertIn("worker", names)

    def test_names_may_be_anything(self):
        name = os.fsencode(str(self.home)) + b"/a b\xff'\".c"
        with open(name, "w") as source:
            source.write(RACE)
        result = self.run_mapsan("check", name, "--json=f.json", "--sarif=f.sarif",
                                 "--html=f.html", "--")
        self.assertEqual(result.returncode, 1, result.stderr)
        for report in ("f.json", "f.sarif"):
            json.loads((self.home / report).read_text(encoding="utf-8"))


class Database(Cli):
    def database(self, *entries):
        self.write("build/compile_commands.json", json.dumps(list(entries)))

    def entry(self, file, command, **more):
        return {"directory": str(self.home), "file": file, "command": command, **more}

    def test_databases_that_are_none(self):
        self.refused("check", "-p", "build", says="build: cannot be read: No such file")
        self.write("build/compile_commands.json", "{")
        self.refused("check", "-p", "build", says="build/compile_commands.json:1:")
        self.write("build/compile_commands.json", "{}")
        self.refused("check", "-p", "build", says="it must be a list")
        self.database({"file": "a.c"})
        self.refused("check", "-p", "build", says="entry 1 lacks directory, file or command")
        self.database(1)
        self.refused("check", "-p", "build", says="entry 1 lacks")
        self.database(self.entry("a.cpp", "c++ -c a.cpp"))
        self.refused("check", "-p", "build", says="compiles no C source")

    def test_commands_are_understood(self):
        self.write("race.c", RACE)
        self.write("src/quoted.c", "const char *x = TEXT; int y = TWO;\n")
        self.database(
            self.entry("race.c", "/usr/bin/ccache gcc -O2 -fconserve-stack -o race.o -c race.c"),
            self.entry("race.c", "gcc -DAGAIN -c race.c"),
            self.entry("skipped.cc", "g++ -c skipped.cc"),
            {"directory": str(self.home / "src"), "file": "quoted.c",
             "arguments": ["cc", "-DTEXT=\"a b\"", "-DTWO=2", "-c", "quoted.c", "-o", "q.o"]},
            self.entry("src/quoted.c", "cc '-DTEXT=\"a b\"' -DTWO=\\2 -c src/quoted.c"))
        code, out, err = self.mapsan("check", "-p", "build", "--verbose", "-j2")
        self.assertEqual(code, 1, err)
        self.assertIn("race.c:14:7: warning:", out)
        self.assertIn("3 units", err)
        self.assertIn("2 entries of the database", err)

    def test_a_directory_that_is_gone(self):
        self.write("good.c", GOOD)
        self.database({"directory": str(self.home / "gone"), "file": "a.c", "command": "cc -c a.c"})
        self.refused("check", "-p", "build", says="its directory")


class Reports(Cli):
    def report(self, *words):
        self.write("race.c", RACE)
        code, out, err = self.mapsan("check", "race.c", *words, "--")
        self.assertEqual(code, 1, err)
        return out

    def test_quiet_prints_nothing(self):
        self.assertEqual(self.report("--quiet", "--json=out.json"), "")
        self.assertTrue((self.home / "out.json").exists())

    def test_json(self):
        self.report("--json=out.json")
        report = json.loads((self.home / "out.json").read_text())
        finding = report["findings"][0]
        self.assertEqual((finding["file"], finding["line"]), ("race.c", 14))
        self.assertEqual(finding["function"], "other")
        self.assertRegex(finding["fingerprint"], "^[0-9a-f]{16}$")
        self.assertTrue(finding["notes"])

    def test_sarif_has_what_the_standard_requires(self):
        self.report("--sarif=out.sarif")
        log = json.loads((self.home / "out.sarif").read_text())
        self.assertEqual(log["version"], "2.1.0")
        run = log["runs"][0]
        driver = run["tool"]["driver"]
        self.assertEqual(driver["name"], "mapsan")
        self.assertTrue(run["invocations"][0]["executionSuccessful"])
        self.assertTrue(run["originalUriBaseIds"]["SRCROOT"]["uri"].endswith("/"))
        result = run["results"][0]
        self.assertEqual(driver["rules"][result["ruleIndex"]]["id"], result["ruleId"])
        self.assertTrue(result["message"]["text"])
        location = result["locations"][0]["physicalLocation"]
        self.assertEqual(location["artifactLocation"], {"uri": "race.c", "uriBaseId": "SRCROOT"})
        self.assertEqual(location["region"]["startLine"], 14)
        ids = [related["id"] for related in result["relatedLocations"]]
        self.assertEqual(ids, list(range(1, len(ids) + 1)))
        self.assertIn("mapsan/v1", result["partialFingerprints"])

    def test_html_is_whole_and_escaped(self):
        self.report("--html=out.html")
        page = (self.home / "out.html").read_text()
        self.assertIn("&lt;b&gt;&amp;amp;&lt;/b&gt;", page)
        self.assertNotIn("<b>", page)
        self.assertNotIn("http", page.split("<details>")[0])
        self.assertTrue(page.rstrip().endswith("</html>"))
        self.assertIn("<code>c.hits</code>", page)
        self.assertEqual(page.count("<code>"), page.count("</code>"))
        self.assertEqual(page.count("<div"), page.count("</div>"))

    def test_colours_when_asked_for(self):
        self.assertIn("\033[", self.report("--color=always"))
        self.assertNotIn("\033[", self.report("--color=never"))
        self.assertNotIn("\033[", self.report())

    def test_files_that_cannot_be_written(self):
        self.write("race.c", RACE)
        for kind in ("json", "sarif", "html"):
            code, _, err = self.mapsan("check", "race.c", "--quiet", f"--{kind}=no/such/dir", "--")
            self.assertEqual(code, 2)
            self.assertIn("mapsan: error: no/such/dir: cannot be written: No such file", err)


if __name__ == "__main__":
    unittest.main()
