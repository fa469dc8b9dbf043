# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mapsan-clang: what the driver adds and when, and that instrumented code does what it did before.

Called by ctest with the places of mapsan-clang, of the plain compiler and of the build tree in the
environment (MAPSAN_CLANG, MAPSAN_CC, MAPSAN_BUILD).
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

WRAPPER = os.environ["MAPSAN_CLANG"]
CC = os.environ["MAPSAN_CC"]
BUILD = pathlib.Path(os.environ["MAPSAN_BUILD"])
HERE = pathlib.Path(__file__).resolve().parent

# A map that needs no library, used once by main and once by a shared object.
SEARCH = """\
#include <search.h>
#include <stdio.h>
#include <string.h>
static int compare(const void *a, const void *b) { return strcmp(a, b); }
static void *tree;
int main(void) {
    tsearch("key", &tree, compare);
    puts(tfind("key", &tree, compare) ? "found" : "lost");
    return 0;
}
"""
LIBRARY = """\
#include <search.h>
#include <string.h>
static int compare(const void *a, const void *b) { return strcmp(a, b); }
static void *tree;
int library_has(const char *key) {
    tsearch("key", &tree, compare);
    return tfind(key, &tree, compare) != 0;
}
"""
LIBRARY_USER = """\
#include <stdio.h>
int library_has(const char *key);
int main(void) { printf("%d\\n", library_has("key")); return 0; }
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="mapsan-clang-"))
        self.addCleanup(shutil.rmtree, self.home)

    def write(self, name, text):
        (self.home / name).write_text(text)
        return name

    def run_in(self, *command, status=0, stdin="", env=None):
        done = subprocess.run([str(word) for word in command], cwd=self.home, input=stdin, text=True,
                              capture_output=True, timeout=120, env={**os.environ, **(env or {})})
        if status is not None:
            self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}{done.stderr}")
        return done

    def build(self, *arguments, compiler=WRAPPER):
        """What a build would notice: anything said is too much."""
        done = self.run_in(compiler, *arguments)
        self.assertEqual(done.stdout + done.stderr, "")

    def calls_hooks(self, path):
        return "__mapsan_map_write_begin" in self.run_in("nm", path).stdout


class Driver(Case):
    """One way of calling a compiler after another."""

    def test_one_step(self):
        self.build(self.write("a.c", SEARCH), "-o", "a", "-Wall", "-Wextra", "-Werror")
        self.assertEqual(self.run_in("./a").stdout, "found\n")

    def test_compile_then_link(self):
        self.write("a.c", SEARCH)
        self.build("-c", "a.c", "-Werror")
        self.assertTrue(self.calls_hooks("a.o"))
        self.build("a.o", "-o", "a", "-Werror")
        self.assertEqual(self.run_in("./a").stdout, "found\n")

    def test_static(self):
        self.write("a.c", SEARCH)
        for how in ("-static", "-static-pie", "-no-pie"):
            self.build("-fPIE", "-c", "a.c", "-o", "a.o")
            self.run_in(WRAPPER, how, "a.o", "-o", "a")  # the linker may warn of dlopen
            self.assertEqual(self.run_in("./a").stdout, "found\n", how)

    def test_shared_object_uses_the_runtime_of_the_program(self):
        self.write("library.c", LIBRARY)
        self.write("user.c", LIBRARY_USER)
        for strict in ((), ("-Wl,-z,defs",), ("-Wl,--no-undefined",), ("-Xlinker", "--no-undefined"),
                       ("-Wl,-z", "-Wl,defs"), ("-Wl,--as-needed,--no-undefined",)):
            self.build("-shared", "-fPIC", *strict, "library.c", "-o", "liblibrary.so")
        self.build("user.c", "-L.", "-llibrary", "-Wl,-rpath,$ORIGIN", "-o", "user")
        self.assertEqual(self.run_in("./user").stdout, "1\n")
        symbols = self.run_in("nm", "-D", "liblibrary.so").stdout
        self.assertRegex(symbols, r"U __mapsan_map_write_begin")

    def test_relocatable_object_has_no_runtime(self):
        self.build("-c", self.write("a.c", SEARCH))
        self.build("-r", "a.o", "-o", "b.o")
        self.assertNotRegex(self.run_in("nm", "b.o").stdout, r"T __mapsan_map_write_begin")
        self.build("b.o", "-o", "b")
        self.assertEqual(self.run_in("./b").stdout, "found\n")

    def test_bare_link_is_left_to_the_user(self):
        self.write("bare.c", "void _start(void) { for (;;) ; }\n")
        self.build("-nostdlib", "-static", "bare.c", "-o", "bare")

    def test_standard_input_and_language(self):
        self.run_in(WRAPPER, "-x", "c", "-", "-o", "a", stdin=SEARCH)
        self.assertEqual(self.run_in("./a").stdout, "found\n")
        self.run_in(WRAPPER, "-xc", "-c", "-", "-o", "b.o", stdin=SEARCH)
        self.assertTrue(self.calls_hooks("b.o"))

    def test_response_file(self):
        self.write("a b.c", SEARCH)
        self.write("inner", "-c 'a b.c'\n")
        self.write("words", '@inner "-o" a\\ b.o\n-DX="\\"a b\\""')
        self.build("@words")
        self.assertTrue(self.calls_hooks("a b.o"))
        self.run_in(WRAPPER, "@missing", status=1)

    def test_other_outputs(self):
        self.write("a.c", SEARCH)
        self.assertIn("__mapsan_map_write_begin", self.run_in(WRAPPER, "-S", "a.c", "-o", "-").stdout)
        self.assertIn("@__mapsan_map_write_begin",
                      self.run_in(WRAPPER, "-S", "-emit-llvm", "a.c", "-o", "-").stdout)
        for plain in ("-E", "-M", "-MM", "-fsyntax-only"):
            ours, theirs = (self.run_in(cc, plain, "a.c") for cc in (WRAPPER, CC))
            self.assertEqual((ours.stdout, ours.stderr), (theirs.stdout, theirs.stderr), plain)
        self.build("-MMD", "-MF", "a.d", "-c", "a.c")
        self.assertEqual((self.home / "a.d").read_text(), "a.o: a.c\n")

    def test_intermediate_files(self):
        self.write("a.c", SEARCH)
        # clang warns of its own assembly text when there is line information, with or without us.
        self.run_in(WRAPPER, "-save-temps", "-c", "a.c")
        self.assertTrue(self.calls_hooks("a.o"))
        self.run_in(CC, "-c", "-emit-llvm", "a.c", "-o", "b.bc")
        self.build("-c", "b.bc", "-o", "b.o")
        self.assertTrue(self.calls_hooks("b.o"))

    def test_questions_are_passed_on(self):
        for question in ("--version", "-v", "-dumpmachine", "-print-search-dirs", "-dM -E -x c /dev/null"):
            ours, theirs = (self.run_in(cc, *question.split()) for cc in (WRAPPER, CC))
            self.assertEqual((ours.stdout, ours.stderr), (theirs.stdout, theirs.stderr), question)
        shown = self.run_in(WRAPPER, "-###", self.write("a.c", SEARCH), "-o", "a").stderr
        self.assertIn("libmapsan_rt.a", shown)
        self.assertIn("instrument=on", shown)
        self.assertFalse((self.home / "a").exists())

    def test_user_options_win(self):
        self.write("a.c", SEARCH)
        self.build("-g0", "-fomit-frame-pointer", "-c", "a.c")
        self.assertNotIn(".debug_line", self.run_in("readelf", "-SW", "a.o").stdout)
        self.build("-c", "a.c")
        self.assertIn(".debug_line", self.run_in("readelf", "-SW", "a.o").stdout)

    def test_errors_of_the_compiler_are_its_own(self):
        self.write("bad.c", "int f(void) { return x; }\n")
        ours, theirs = (self.run_in(cc, "-c", "bad.c", status=1) for cc in (WRAPPER, CC))
        self.assertEqual(ours.stderr, theirs.stderr)

    def one_line(self, done, *parts):
        self.assertRegex(done.stderr, r"\Amapsan-clang: [^\n]*\n\Z")
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_missing_compiler(self):
        self.write("a.c", SEARCH)
        self.one_line(self.run_in(WRAPPER, "-c", "a.c", status=2, env={"PATH": str(self.home)}),
                      "cannot find 'clang-19'", "MAPSAN_CLANG_REAL")
        self.one_line(self.run_in(WRAPPER, "--mapsan-clang=/nowhere/clang", "-c", "a.c", status=2),
                      "/nowhere/clang")
        self.one_line(self.run_in(WRAPPER, "-c", "a.c", status=2, env={"MAPSAN_CLANG_REAL": WRAPPER}),
                      "run itself")
        self.one_line(self.run_in(WRAPPER, "--mapsan-modle=x", "-c", "a.c", status=2), "--mapsan-modle=x")

    def test_other_compiler(self):
        real = self.home / "other-clang"
        real.symlink_to(shutil.which(CC))
        self.write("a.c", SEARCH)
        self.build("--mapsan-clang=" + str(real), "-c", "a.c")
        self.run_in(WRAPPER, "-c", "a.c", env={"MAPSAN_CLANG_REAL": str(real)})

    def test_masquerading_under_the_compilers_own_name(self):
        directory = self.home / "bin"
        directory.mkdir()
        (directory / "clang-19").symlink_to(WRAPPER)
        self.write("a.c", SEARCH)
        path = f"{directory}:{os.environ['PATH']}"
        self.run_in(directory / "clang-19", "-c", "a.c", env={"PATH": path})
        self.assertTrue(self.calls_hooks("a.o"))

    def test_incomplete_installation(self):
        lonely = self.home / "lonely" / "bin" / "mapsan-clang"
        lonely.parent.mkdir(parents=True)
        shutil.copy(WRAPPER, lonely)
        self.one_line(self.run_in(lonely, "-c", self.write("a.c", SEARCH), status=2), "mapsan.so")

    def test_moved_installation(self):
        tree = self.home / "moved to"
        for part, names in (("bin", ("mapsan-clang",)), ("lib", ("mapsan.so", "libmapsan_rt.a"))):
            (tree / part).mkdir(parents=True)
            for name in names:
                shutil.copy(BUILD / part / name, tree / part / name)
        shutil.copytree(BUILD / "include", tree / "include")
        self.write("a.c", "#include <mapsan/mapsan.h>\n" + SEARCH)
        self.build("a.c", "-o", "a", compiler=tree / "bin" / "mapsan-clang")
        self.assertEqual(self.run_in("./a").stdout, "found\n")

    def test_bad_model_file(self):
        self.write("a.c", SEARCH)
        self.write("bad.yaml", "functions:\n  f: [insrt arg0]\n")
        done = self.run_in(WRAPPER, "--mapsan-model=bad.yaml", "-c", "a.c", status=1)
        self.assertRegex(done.stderr, r"bad\.yaml:2:\d+: ")


class Configure(Case):
    """As the compiler of a build system, which probes it with small files and takes any word amiss."""

    def test_cmake(self):
        self.write("CMakeLists.txt", """\
cmake_minimum_required(VERSION 3.20)
project(probe C CXX)
include(CheckCCompilerFlag)
include(CheckFunctionExists)
check_c_compiler_flag("-Werror -Wall" HAS_WALL)
check_c_compiler_flag(-Wno-such-warning-at-all HAS_NONSENSE)
check_function_exists(tsearch HAS_TSEARCH)
check_function_exists(no_such_function HAS_NOTHING)
find_package(Threads REQUIRED)
message(STATUS "RESULT ${CMAKE_C_COMPILER_ID} [${HAS_WALL}|${HAS_TSEARCH}|${HAS_NOTHING}]")
add_library(library SHARED library.c)
add_executable(user user.c)
target_link_libraries(user library)
""")
        self.write("library.c", LIBRARY)
        self.write("user.c", LIBRARY_USER)
        done = self.run_in("cmake", "-S", ".", "-B", "b", "-DCMAKE_C_COMPILER=" + WRAPPER,
                           "-DCMAKE_CXX_COMPILER=" + WRAPPER + "++",
                           "-DCMAKE_SHARED_LINKER_FLAGS=-Wl,--no-undefined")
        self.assertRegex(done.stdout, r"RESULT Clang \[1\|1\|\]")
        self.run_in("cmake", "--build", "b")
        self.assertEqual(self.run_in("b/user").stdout, "1\n")


    @unittest.skipUnless(shutil.which("autoconf"), "autoconf is not installed")
    def test_autoconf(self):
        self.write("configure.ac", """\
AC_INIT([probe], [1])
AC_PROG_CC
AC_C_BIGENDIAN
AC_CHECK_FUNCS([tsearch no_such_function])
AC_CHECK_HEADERS([search.h no_such_header.h])
AC_SEARCH_LIBS([pthread_create], [pthread])
AS_ECHO(["RESULT $GCC $ac_cv_func_tsearch $ac_cv_func_no_such_function $ac_cv_header_search_h"])
AC_OUTPUT
""")
        self.run_in("autoconf")
        done = self.run_in("./configure", "CC=" + WRAPPER, "CFLAGS=-Werror")
        self.assertIn("RESULT yes yes no yes", done.stdout)

    @unittest.skipUnless(shutil.which("meson"), "meson is not installed")
    def test_meson(self):
        self.write("meson.build", """\
project('probe', 'c', default_options: ['werror=true', 'warning_level=3'])
cc = meson.get_compiler('c')
message('RESULT', cc.get_id(), cc.has_function('tsearch'), cc.has_function('no_such_function'),
        cc.has_argument('-Wno-such-warning-at-all'))
library = shared_library('library', 'library.c')
executable('user', 'user.c', link_with: library)
""")
        self.write("library.c", "int library_has(const char *key);\n" + LIBRARY)
        self.write("user.c", LIBRARY_USER)
        done = self.run_in("meson", "setup", "b", env={"CC": WRAPPER})
        self.assertIn("RESULT clang true false false", done.stdout)
        self.run_in("meson", "compile", "-C", "b")
        self.assertEqual(self.run_in("b/user").stdout, "1\n")


class Output(Case):
    """Instrumented programs print what they printed before, and every bracket that opens closes."""

    def trace(self, source, *flags, compiler=WRAPPER, link=CC):
        self.run_in(CC, "-c", HERE / "instrument_trace.c", "-I", BUILD / "include", "-o", "trace.o")
        self.run_in(compiler, "-w", *flags, "--mapsan-model=" + str(HERE / "instrument_model.yaml"), "-c",
                    HERE / source, "-o", "program.o")
        self.run_in(link, "program.o", "trace.o", "-o", "program")
        return self.run_in("./program")

    def same(self, name):
        """Checks the output at two levels of optimisation; returns the operations, with their number."""
        traces = []
        for level in ("-O0", "-O2"):
            self.run_in(CC, "-w", level, HERE / name, "-o", "plain")
            expected = self.run_in("./plain").stdout
            done = self.trace(name, level)
            self.assertEqual(done.stdout, expected)
            self.assertNotRegex(done.stderr, "UNBALANCED|WRONG|NO MODULE|NULL")
            traces.append(done.stderr)
        self.assertEqual(*traces)
        found = {}
        for line in traces[0].splitlines():
            match = re.match(r"\s*(\w+) ([^ ]+)\((.*)\) ", line)
            key = f"{match[1]} {match[2]}({match[3]})"
            found[key] = found.get(key, 0) + 1
        return found

    def test_uthash(self):
        found = self.same("instrument_output_uthash.c")
        self.assertEqual(found["write HASH_ADD_INT(users)"], 10)
        self.assertEqual(found["write HASH_ADD(*head)"], 10)
        self.assertEqual(found["read HASH_FIND_INT(head)"], 1)
        self.assertEqual(found["write HASH_ADD_INT(owner()->items)"], 1)
        self.assertEqual(found["write HASH_SELECT(selected)"], 1)
        self.assertEqual(found["iterate HASH_SELECT(users)"], 1)
        self.assertGreater(found["iterate HASH_ITER(users)"], 20)

    def test_stb_ds(self):
        found = self.same("instrument_output_stb_ds.c")
        # shput(words, k, shget(words, k) + 1) is one operation.
        self.assertEqual(found["write shput(words)"], 6)
        self.assertEqual(found["write shget(words)"], 5)
        self.assertEqual(found["write hmput(holder.map)"], 100)
        self.assertEqual(found["init sh_new_strdup(words)"], 1)
        self.assertEqual(found["destroy shfree(words)"], 1)
        self.assertEqual(found["read arrlen(holder.list)"], 11)
        self.assertFalse([key for key in found if "stbds_" in key], "the library's own code")

    def test_jumps(self):
        found = self.same("instrument_jumps.c")
        self.assertEqual(found["write MAP_PUT(&m)"], 13)
        self.assertEqual(found["write MAP_TWO(&other)"], 1)
        self.assertEqual(found["read MAP_TWO(&m)"], 1)
        # A call that the macro makes once, and ++, are not made again.
        self.assertEqual({key for key in found if "MAP_GET" in key}, {"read MAP_GET(&m)"})

    def test_openmp(self):
        self.write("parallel.c", """\
#define MAP_PUT(map) ((map)->count++)
struct map { int count; };
void fill(struct map *maps, int n) {
#pragma omp parallel for
    for (int i = 0; i < n; i++) {
        MAP_PUT(&maps[i]);
#pragma omp critical
        { MAP_PUT(&maps[0]); }
#pragma omp atomic
        MAP_PUT(&maps[1]);
    }
}
""")
        code = self.run_in(WRAPPER, "-fopenmp", "-S", "-emit-llvm", "-o", "-", "parallel.c",
                           "--mapsan-model=" + str(HERE / "instrument_model.yaml")).stdout
        self.assertEqual(code.count("call void @__mapsan_map_write_begin"), 2)

    def test_calls_from_cxx(self):
        for level in ("-O0", "-O2"):
            done = self.trace("instrument_calls.cpp", level, compiler=WRAPPER + "++",
                              link=CC.replace("clang", "clang++"))
            self.assertEqual(done.stdout, "caught\ncaught\n3 4 5\n")
            trace = [re.sub(r":\d+ *", " ", line).rstrip() for line in done.stderr.splitlines()]
            self.assertEqual(trace, [
                "write my_insert(&the_map) main reentrant",
                "iterate my_visit(&the_map) main",
                "iterate my_visit(&the_map) main",  # left by an exception
                "write my_insert(&the_map) ~closer reentrant",
                "iterate my_visit(&the_map) main",
                "read my_copy(&the_map) main",  # a record goes before the map
                "write my_insert(m) tail reentrant",  # musttail
                "write my_insert() a callback reentrant",  # through a table of functions
                "read my_act(&the_map) main",  # by the value of an argument
                "write my_act(&the_map) main reentrant",
                "write my_act(&the_map) main reentrant",
            ])


if __name__ == "__main__":
    unittest.main()
