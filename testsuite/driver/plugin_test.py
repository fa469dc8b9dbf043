#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The plugin in a build: what it must not change, what it must say, what it must survive.

Every test runs the compiler as a user's build would. Usage: plugin_test.py [GROUP [TEST]], with the
compiler in MAPSAN_CC and the plugin in MAPSAN_PLUGIN.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

CC = os.environ["MAPSAN_CC"]
PLUGIN = os.environ["MAPSAN_PLUGIN"]
FACTS = ".mapsan.facts"

PLAIN = """
struct counter { int value; int *where; };
static int total = 3;
const char *const names[] = {"one", "two"};
__thread int per_thread;
static int helper(struct counter *c) { return c->value += total; }
int add(struct counter *c, int n) {
    switch (n) { case 1: return helper(c); case 2: total++; break; case 7: return *c->where; }
    for (int i = 0; i < n; i++)
        c->value += names[i & 1][0] + per_thread;
    return helper(c);
}
"""

RACY = """
#include <pthread.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count;
void one(void) { pthread_mutex_lock(&lock); count++; pthread_mutex_unlock(&lock); }
void two(void) { pthread_mutex_lock(&lock); count--; pthread_mutex_unlock(&lock); }
void three(void) { pthread_mutex_lock(&lock); count = 0; pthread_mutex_unlock(&lock); }
void four(void) { pthread_mutex_lock(&lock); count += 2; pthread_mutex_unlock(&lock); }
static void *run(void *unused) { one(); %s count++; two(); return unused; }
int main(void) {
    pthread_t a, b;
    pthread_create(&a, 0, run, 0);
    pthread_create(&b, 0, run, 0);
    three();
    four();
    pthread_join(a, 0);
    return pthread_join(b, 0);
}
"""


def read(path, mode="r"):
    with open(path, mode) as file:
        return file.read()


def sections(path):
    """name -> (flags, bytes) of a 64-bit ELF file; numbers of unnamed duplicates are appended."""
    data = read(path, "rb")
    assert data[:5] == b"\x7fELF\x02", path + " is not a 64-bit ELF file"
    offset, = struct.unpack_from("<Q", data, 40)
    size, count, strings = struct.unpack_from("<HHH", data, 58)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(count)]
    result = {}
    for name, kind, flags, _, start, length, *_ in headers:
        text_at = headers[strings][4] + name
        text = data[text_at:data.index(b"\0", text_at)].decode()
        while text in result:
            text += "'"
        result[text] = (flags, b"" if kind == 8 else data[start:start + length])
    return result


def images(path):
    """How many facts images a file holds."""
    facts = sections(path).get(FACTS)
    return 0 if facts is None else facts[1].count(facts[1][:8])


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="mapsan-plugin-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.plugin = ["-fplugin=" + PLUGIN]

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return name

    def run_command(self, *command, expect=0, env=None, input=None):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, input=input,
                              env=dict(os.environ, **(env or {})))
        if expect is not None:
            self.assertEqual(done.returncode, expect, "%s\n%s" % (" ".join(command), done.stderr))
        return done

    def compile(self, *arguments, expect=0, **more):
        return self.run_command(CC, *self.plugin, *arguments, expect=expect, **more)

    def need(self, program):
        if not shutil.which(program):
            self.skipTest("needs %s" % program)
        return program

    def assert_no_trace(self, done):
        for word in ("PLEASE submit", "Stack dump", "mapsan"):
            self.assertNotIn(word, done.stderr)


class Code(Case):
    """Code and data are what they are without the plugin."""

    def assert_same_code(self, source, *flags):
        self.run_command(CC, "-c", source, "-o", "without.o", *flags)
        self.compile("-c", source, "-o", "with.o", *flags)
        before, after = sections(self.path("without.o")), sections(self.path("with.o"))
        self.assertEqual(after[FACTS][0], 0, "the section of the facts has flags")
        # Names of sections and offsets into the string table follow from the one section more.
        for name in (FACTS, ".strtab", ".shstrtab", ".symtab"):
            before.pop(name, None)
            after.pop(name, None)
        self.assertEqual(list(before), list(after))
        for name in before:
            if name.startswith(".group"):
                continue  # numbers of sections
            self.assertEqual(before[name], after[name], "%s differs with %s" % (name, flags))
        for name in ("with.o", "without.o"):
            self.write(name + ".nm", self.run_command("nm", name).stdout)
        self.assertEqual(read(self.path("with.o.nm")), read(self.path("without.o.nm")))

    def test_levels(self):
        self.write("plain.c", PLAIN)
        self.write("racy.c", RACY % "")
        for source in ("plain.c", "racy.c"):
            for flags in (["-O0"], ["-O1"], ["-O2"], ["-O3"], ["-Os"], ["-O2", "-g"],
                          ["-O2", "-ffunction-sections", "-fdata-sections"], ["-O1", "-fPIC"],
                          ["-O2", "-fprofile-instr-generate", "-fcoverage-mapping"]):
                with self.subTest(source=source, flags=flags):
                    self.assert_same_code(source, "-w", *flags)

    def test_file_scope_assembly_keeps_its_section(self):
        self.write("asm.c", '__asm__(".pushsection .data\\n.globl here\\nhere: .long 5\\n.popsection");'
                            "extern int here; int get(void) { return here; }")
        self.assert_same_code("asm.c", "-O2")

    def test_without_facts_the_object_is_identical(self):
        self.write("plain.c", PLAIN)
        self.run_command(CC, "-O2", "-c", "plain.c", "-o", "without.o")
        self.compile("-fplugin-arg-mapsan-facts=off", "-O2", "-c", "plain.c", "-o", "with.o")
        self.assertEqual(read(self.path("with.o"), "rb"), read(self.path("without.o"), "rb"))

    def test_deterministic(self):
        self.write("racy.c", RACY % "")
        for name in ("a.o", "b.o"):
            self.compile("-w", "-O2", "-c", "racy.c", "-o", name)
        self.assertEqual(read(self.path("a.o"), "rb"), read(self.path("b.o"), "rb"))

    def test_program_loads_no_facts(self):
        self.write("racy.c", RACY % "")
        self.compile("-w", "racy.c", "-o", "program")
        self.assertEqual(sections(self.path("program"))[FACTS][0], 0)
        self.run_command("./program")


class Facts(Case):
    """The facts follow the code wherever a build takes it."""

    def link(self, *flags):
        self.write("main.c", "int other(int); int main(void) { return other(0); }")
        self.write("other.c", "int other(int x) { return x; }")
        self.compile("main.c", "other.c", "-o", "program", *flags)
        self.assertEqual(images(self.path("program")), 2)
        self.run_command("./program")

    def test_linkers(self):
        self.link()
        self.link("-O2", "-Wl,--gc-sections", "-ffunction-sections")
        for linker in ("ld.lld", "ld.lld-19", "ld.gold"):
            if shutil.which(linker):
                with self.subTest(linker=linker):
                    self.link("-fuse-ld=" + shutil.which(linker))

    def test_lto(self):
        lld = shutil.which("ld.lld-19")
        if not lld:
            self.skipTest("needs ld.lld-19")
        for flags in (["-flto"], ["-flto=thin"], ["-flto", "-O0"], ["-flto=thin", "-O2", "-g"]):
            with self.subTest(flags=flags):
                self.link("-fuse-ld=" + lld, *flags)

    def test_archive_and_relocatable_link(self):
        self.write("main.c", "int other(int); int main(void) { return other(0); }")
        self.write("other.c", "int other(int x) { return x; }")
        self.compile("-c", "main.c", "other.c")
        self.run_command("ar", "rcs", "libother.a", "other.o")
        self.run_command(CC, "main.o", "libother.a", "-o", "program")
        self.assertEqual(images(self.path("program")), 2)
        self.run_command("ld", "-r", "main.o", "other.o", "-o", "both.o")
        self.assertEqual(images(self.path("both.o")), 2)

    def test_other_ways_to_an_object(self):
        self.write("f.c", PLAIN)
        self.compile("-S", "f.c", "-o", "f.s")
        self.run_command(CC, "-c", "f.s", "-o", "from_assembly.o")
        self.compile("-S", "-emit-llvm", "-O1", "f.c", "-o", "f.ll")
        self.run_command(CC, "-c", "f.ll", "-o", "from_text.o")
        self.compile("-c", "-emit-llvm", "f.c", "-o", "f.bc")
        self.compile("-c", "f.bc", "-o", "from_bitcode.o")
        self.compile("-save-temps", "-O2", "-c", "f.c", "-o", "saved.o")
        self.compile("-fno-integrated-as", "-c", "f.c", "-o", "gas.o")
        self.compile("-x", "c", "-c", "-", "-o", "stdin.o", input=PLAIN)
        self.compile("-Xclang", "-disable-llvm-passes", "-c", "f.c", "-o", "no_passes.o")
        for name in ("from_assembly", "from_text", "from_bitcode", "saved", "gas", "stdin", "no_passes"):
            with self.subTest(name=name):
                self.assertEqual(images(self.path(name + ".o")), 1)

    def test_ccache(self):
        ccache = self.need("ccache")
        env = {"CCACHE_DIR": self.path("cache")}
        self.write("f.c", PLAIN)
        command = [ccache, CC, *self.plugin, "-O2", "-c", "f.c", "-o"]
        self.run_command(*command, "first.o", env=env)
        self.run_command(*command, "second.o", env=env)
        statistics = self.run_command(ccache, "--print-stats", env=env).stdout
        hits = [line for line in statistics.splitlines() if line.startswith(("direct_cache_hit\t1",
                                                                              "preprocessed_cache_hit\t1"))]
        self.assertTrue(hits, statistics)
        self.assertEqual(images(self.path("second.o")), 1)
        self.assertEqual(read(self.path("first.o"), "rb"), read(self.path("second.o"), "rb"))

    def test_other_targets(self):
        self.write("f.c", "int g; int f(int *p) { return *p + g; }")
        for target in ("aarch64-linux-gnu", "arm-linux-gnueabi", "i686-linux-gnu", "riscv64-linux-gnu",
                       "powerpc64le-linux-gnu", "s390x-linux-gnu", "x86_64-apple-macos",
                       "x86_64-pc-windows-msvc", "wasm32"):
            with self.subTest(target=target):
                self.assert_no_trace(self.compile("--target=" + target, "-ffreestanding", "-c", "f.c"))


class Warnings(Case):
    """Findings are warnings like any other."""

    def racy(self, *flags, extra="", expect=0):
        self.write("racy.c", RACY % extra)
        return self.compile("-c", "racy.c", *flags, expect=expect)

    def test_text(self):
        done = self.racy()
        self.assertRegex(done.stderr, r"(?m)^racy\.c:\d+:\d+: warning: .*`count`.* \[mapsan-[a-z-]+\]")
        self.assertRegex(done.stderr, r"(?m)^racy\.c:\d+:\d+: note: ")

    def test_error(self):
        done = self.racy("-Werror", expect=1)
        self.assertIn("error: ", done.stderr)
        self.assertIn("[mapsan-", done.stderr)
        self.racy("-Werror", "-Wno-error=backend-plugin")

    def test_silence(self):
        for flags in (["-w"], ["-Wno-backend-plugin"], ["-fplugin-arg-mapsan-analyze=off"]):
            with self.subTest(flags=flags):
                self.assertEqual(self.racy(*flags).stderr, "")
        self.assertEqual(images(self.path("racy.o")), 1)

    def test_checks(self):
        names = set(part.split("]")[0] for part in self.racy().stderr.split("[mapsan-")[1:])
        self.assertTrue(names)
        off = ",".join("-" + name for name in sorted(names))
        self.assertEqual(self.racy("-fplugin-arg-mapsan-checks=" + off).stderr, "")

    def test_pragma(self):
        begin = '\n#pragma clang diagnostic push\n#pragma clang diagnostic ignored "-Wbackend-plugin"\n'
        source = (RACY % begin).replace("two(); return unused;",
                                        "\n#pragma clang diagnostic pop\n two(); return unused;")
        self.write("racy.c", source)
        self.assertNotIn("[mapsan-", self.compile("-c", "racy.c").stderr)

    def test_verify(self):
        self.write("racy.c", RACY % "\n/* expected-warning@+1 0+{{mapsan}} expected-note@* 0+{{}} */\n")
        self.compile("-fsyntax-only", "-Xclang", "-verify", "racy.c")

    def test_syntax_only(self):
        self.write("racy.c", RACY % "")
        self.assertIn("[mapsan-", self.compile("-fsyntax-only", "racy.c").stderr)


class Options(Case):
    """A wrong option is one clear line; it is the only thing that fails a build."""

    def refused(self, option, *words):
        self.write("f.c", PLAIN)
        done = self.compile("-fplugin-arg-mapsan-" + option, "-c", "f.c", expect=1)
        lines = [line for line in done.stderr.splitlines() if "mapsan" in line]
        self.assertEqual(len(lines), 1, done.stderr)
        for word in ("error:",) + words:
            self.assertIn(word, lines[0])

    def test_refused(self):
        self.refused("colour=blue", "'colour'", "facts")
        self.refused("facts=maybe", "'facts'", "'maybe'")
        self.refused("facts", "'facts'")
        self.refused("checks=-no-such-check", "no-such-check")
        self.refused("confidence=total", "total")
        self.refused("model=", "model=FILE")
        self.refused("model=missing.yaml", "missing.yaml")

    def test_model_with_a_mistake(self):
        self.write("mine.yaml", "library: mine\nfunctions:\n  my_lock: [grab arg0]\n")
        self.refused("model=mine.yaml", "mine.yaml:3:")

    def test_model(self):
        self.write("mine.yaml", "library: mine\nmacros:\n  MY_PUT: [insert &arg0, value arg1]\n")
        self.write("f.c", "#define MY_PUT(head, x) (head = (x))\nvoid *head; void f(void *x) { MY_PUT(head, x); }")
        done = self.compile("-fplugin-arg-mapsan-model=mine.yaml", "-fplugin-arg-mapsan-dump=on",
                            "-fsyntax-only", "f.c")
        self.assertIn('"macro-call"', done.stdout)

    def test_other_major(self):
        other = self.need("clang-14")
        self.write("f.c", PLAIN)
        done = self.run_command(other, *self.plugin, "-c", "f.c", expect=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^mapsan: error: .* built for clang 19, but clang 14 .*\n$")

    def test_not_a_compiler(self):
        opt = self.need("opt-19")
        done = self.run_command(opt, "-load-pass-plugin=" + PLUGIN, "--version", expect=1)
        self.assertRegex(done.stderr, r"^mapsan: error: .*plugin for clang.*\n$")


class Inputs(Case):
    """Whatever a build feeds to the compiler, it comes out as without the plugin."""

    def same(self, *arguments, output=None):
        """Same exit code, same messages, and the same output file if one is named."""
        results = []
        for plugin in ([], self.plugin):
            done = self.run_command(CC, *plugin, *arguments, expect=None)
            made = None
            if output and os.path.exists(self.path(output)):
                made = read(self.path(output), "rb")
                os.remove(self.path(output))
            results.append((done.returncode, done.stdout, done.stderr, made))
        self.assertEqual(results[0], results[1])

    def test_cxx(self):
        self.write("f.cpp", "#include <map>\nstd::map<int, int> m; int f(int k) { return m[k]++; }")
        self.same("-O1", "-c", "f.cpp", "-o", "f.o", output="f.o")

    def test_preprocessing(self):
        self.write("f.c", "#define X 1\nint x = X; // text\n")
        for flags in (["-E"], ["-E", "-dM"], ["-M"], ["-E", "-C"], ["-E", "-P"]):
            with self.subTest(flags=flags):
                self.same(*flags, "f.c")

    def test_assembly(self):
        self.write("f.s", ".globl f\nf: ret\n")
        self.write("g.S", "#define NAME g\n.globl NAME\nNAME: ret\n")
        self.same("-c", "f.s", "-o", "f.o", output="f.o")
        self.same("-c", "g.S", "-o", "g.o", output="g.o")

    def test_broken_source(self):
        for number, text in enumerate([
                "int f( {", "int f(void) { return x + ; }", "struct s { int a", "int f(int a) { return a.b; }",
                "#include \"missing.h\"\nint x;", "void f(void) { goto nowhere; }", "int a[", "\x01\x02",
                "struct s; struct s v; int f(void) { return v.x; }", "int f(void) { switch (1) { case 1: case 1:; } }",
                "#define HASH_ADD(a, b) (\nint f(void) { HASH_ADD(1, 2; }", "int f(void) { for (;;) { break } }"]):
            with self.subTest(number=number):
                self.write("f.c", text)
                self.same("-c", "f.c", "-o", "f.o", output="f.o")
                self.same("-fsyntax-only", "-ferror-limit=1", "f.c")

    def test_empty(self):
        self.write("f.c", "")
        self.compile("-c", "f.c")
        self.assertEqual(images(self.path("f.o")), 1)

    def test_precompiled_header(self):
        self.write("h.h", "#include <pthread.h>\nstruct s { int n; pthread_mutex_t m; };\n"
                          "static inline int get(struct s *s) { return s->n; }\n")
        self.write("f.c", "int f(struct s *s) { pthread_mutex_lock(&s->m); int n = get(s);"
                          " pthread_mutex_unlock(&s->m); return n; }\n")
        self.same("-x", "c-header", "h.h", "-o", "h.pch")
        self.compile("-x", "c-header", "h.h", "-o", "h.pch")
        done = self.compile("-include-pch", "h.pch", "-fplugin-arg-mapsan-dump=on", "-c", "f.c")
        self.assertIn('"path": "s->n"', done.stdout)
        self.assertEqual(images(self.path("f.o")), 1)

    def test_modules(self):
        self.write("module.modulemap", 'module M { header "m.h" export * }\n')
        self.write("m.h", "static inline int twice(int x) { return 2 * x; }\nstruct m { int a; };\n")
        self.write("f.c", '#include "m.h"\nint f(struct m *m) { return twice(m->a); }\n')
        self.compile("-fmodules", "-fmodules-cache-path=cache", "-I.", "-c", "f.c")
        self.assertEqual(images(self.path("f.o")), 1)

    def test_pass_plugin(self):
        self.write("f.c", PLAIN)
        self.compile("-fpass-plugin=" + PLUGIN, "-O1", "-c", "f.c")
        self.plugin = ["-fpass-plugin=" + PLUGIN]
        self.compile("-O1", "-c", "f.c")
        self.compile("-O1", "-c", "-emit-llvm", "f.c", "-o", "f.bc")
        self.compile("-O1", "-x", "ir", "-c", "f.bc", "-o", "g.o")

    def test_dialects(self):
        self.write("f.c", PLAIN)
        for flags in (["-std=c89"], ["-std=c99"], ["-std=c11"], ["-std=c2x"], ["-std=gnu89"],
                      ["-fopenmp=libgomp"], ["-fblocks"], ["-fms-extensions"], ["-ftrapv"],
                      ["-fsanitize=address,undefined"], ["-fsanitize=thread"], ["-funsigned-char", "-pg"]):
            with self.subTest(flags=flags):
                self.assert_no_trace(self.compile("-w", *flags, "-c", "f.c"))

    def test_corners_of_the_language(self):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plugin_odd.c")
        for flags in (["-O0"], ["-O2", "-g"], ["-std=gnu2x"]):
            with self.subTest(flags=flags):
                self.same("-std=gnu17", "-w", *flags, "-c", source, "-o", os.devnull)

    def test_size(self):
        """A function beyond all bounds is left out, quickly, and the build goes on."""
        body = "".join("if (x == %d) y += %d;\n" % (i, i) for i in range(60000))
        self.write("f.c", "int y; int f(int x) {\n%s return y; }\nint g(void) { return f(1); }\n" % body)
        done = self.compile("-fsyntax-only", "-fplugin-arg-mapsan-dump=on", "f.c")
        self.assertIn('"partial"', done.stdout)
        self.assertIn('"callee": "f"', done.stdout)

    def test_depth(self):
        self.write("f.c", "int f(int x) { return %sx%s; }\n" % ("(1 + " * 200, ")" * 200))
        self.compile("-c", "f.c")
        self.write("f.c", "int f(int *x) { return " + " + ".join(["*x"] * 3000) + "; }\n")
        self.compile("-c", "f.c")


if __name__ == "__main__":
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    unittest.main(argv=sys.argv[:1] + [".".join(names)] * bool(names) +
                  [argument for argument in sys.argv[1:] if argument.startswith("-")])
