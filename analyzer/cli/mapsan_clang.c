/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mapsan-clang: clang, with map operations instrumented and the runtime linked. It adds arguments
 * in front of the user's, so that whatever the user says later wins, and becomes clang: no process
 * of its own, no output of its own. Called under a name that ends in ++ it becomes clang++.
 *
 * An executable gets the whole runtime and offers its hooks to the shared objects that it loads; a
 * shared object leaves the hooks to the executable. What neither compiles nor links (--version, -E,
 * -fsyntax-only, -### without files) is passed on as it came.
 */
#include "mapsan_clang.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CANNOT_RUN 2

static const char help[] =
    "mapsan-clang: clang that instruments map operations and links mapsan's runtime.\n"
    "All options are clang's, and these:\n"
    "  --mapsan-clang=PATH  the compiler to run (default: MAPSAN_CLANG_REAL, "
    "else " MAPSAN_CLANG_NAME " from PATH)\n"
    "  --mapsan-model=FILE  models of your own maps, over the built-in ones\n"
    "  --mapsan-help        this text\n";

_Noreturn static void fail(const char *what, const char *name, const char *advice) {
    fprintf(stderr, "mapsan-clang: %s '%s'; %s\n", what, name, advice);
    exit(CANNOT_RUN);
}

/* Where this program really stands, whatever it was called as. */
static void own_path(char path[PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length <= 0)
        fail("cannot read", "/proc/self/exe", "mount /proc");
    path[length] = '\0';
}

static char *join(const char *directory, const char *name) {
    char *path;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        ms_clang_out_of_memory();
    return path;
}

/* A file of ours, by the places where it can be from the directory of the program, in the build
 * tree and when installed. */
static char *find_sibling(const char *own_directory, const char *const *places, const char *name) {
    for (; *places; places++) {
        char *directory = join(own_directory, *places);
        char *path = join(directory, name);
        char *real = realpath(path, NULL);
        free(directory);
        free(path);
        if (real)
            return real;
    }
    fail("cannot find", name, "build or install mapsan whole, with its directories side by side");
}

static const char *const library_places[] = {"../lib", "../lib/mapsan", "../" MAPSAN_LIBDIR,
                                             "../" MAPSAN_LIBDIR "/mapsan", NULL};
static const char *const header_places[] = {"../include", "../" MAPSAN_INCLUDEDIR, NULL};

/* The first program of that name on PATH that is not this one under another name. */
static char *find_on_path(const char *name, const char *self) {
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : "/usr/local/bin:/usr/bin:/bin");
    if (!copy)
        ms_clang_out_of_memory();
    char *found = NULL, *rest = copy;
    for (char *directory; !found && (directory = strsep(&rest, ":"));) {
        char *candidate = join(*directory ? directory : ".", name);
        char *real = access(candidate, X_OK) == 0 ? realpath(candidate, NULL) : NULL;
        if (real && strcmp(real, self) != 0)
            found = candidate;
        else
            free(candidate);
        free(real);
    }
    free(copy);
    return found;
}

static const char *real_compiler(const char *wanted, const char *self, bool cxx) {
    const char *advice = "install it, or name one with --mapsan-clang=PATH or MAPSAN_CLANG_REAL";
    if (!wanted)
        wanted = getenv("MAPSAN_CLANG_REAL");
    if (!wanted || !*wanted)
        wanted = cxx ? MAPSAN_CLANGXX_NAME : MAPSAN_CLANG_NAME;
    if (!strchr(wanted, '/')) {
        const char *found = find_on_path(wanted, self);
        if (!found)
            fail("cannot find", wanted, advice);
        return found;
    }
    char *real = realpath(wanted, NULL);
    if (!real || access(wanted, X_OK) != 0)
        fail("cannot run", wanted, advice);
    if (strcmp(real, self) == 0)
        fail("would run itself as", wanted, advice);
    free(real);
    return wanted;
}

/* What is added is no reason for a warning where it turns out not to be needed. */
static void add_quietly(struct ms_words *to, const struct ms_words *added) {
    if (added->count == 0)
        return;
    ms_words_add(to, "--start-no-unused-arguments");
    for (size_t i = 0; i < added->count; i++)
        ms_words_add(to, added->at[i]);
    ms_words_add(to, "--end-no-unused-arguments");
}

static void add_compilation(struct ms_words *to, const char *directory, const char *model,
                            unsigned what) {
    char *plugin = find_sibling(directory, library_places, "mapsan.so");
    ms_words_add(to, "-gline-tables-only");
#ifndef __x86_64__ /* there, unwind tables are always at hand and cost no register */
    ms_words_add(to, "-fno-omit-frame-pointer");
#endif
    ms_words_add_joined(to, "-fplugin=", plugin);
    ms_words_add(to, "-fplugin-arg-mapsan-instrument=on");
    ms_words_add(to, "-fplugin-arg-mapsan-analyze=off");
    ms_words_add(to, "-fplugin-arg-mapsan-probes=on");
    if (model)
        ms_words_add_joined(to, "-fplugin-arg-mapsan-model=", model);
    /* These come to code generation as IR, in a process that sees no source. */
    if (what & MS_CLANG_FROM_IR)
        ms_words_add_joined(to, "-fpass-plugin=", plugin);
    ms_words_add(to, "-idirafter");
    ms_words_add(to, find_sibling(directory, header_places, "."));
    free(plugin);
}

static void add_link(struct ms_words *to, const char *directory, unsigned what) {
    if (what & MS_CLANG_SHARED) {
        /* The hooks are in the executable, which "no undefined symbols" does not know. */
        if (what & MS_CLANG_NO_UNDEFINED)
            ms_words_add_all(to, (const char *[]){"-Xlinker", "-z", "-Xlinker", "undefs", NULL});
        return;
    }
    const char *runtime = find_sibling(directory, library_places, "libmapsan_rt.a");
    ms_words_add_all(to, (const char *[]){"-Xlinker", "--whole-archive", "-Xlinker", runtime,
                                          "-Xlinker", "--no-whole-archive", "-Xlinker",
                                          "--export-dynamic-symbol=__mapsan_*", "-lpthread", "-ldl",
                                          NULL});
    /* What the runtime's wrappers go on to, where there is no next library to look in. */
    if (what & MS_CLANG_STATIC)
        ms_words_add_joined(to, "@", find_sibling(directory, library_places, "mapsan_static.rsp"));
}

int main(int argc, char **argv) {
    const char *compiler = NULL, *model = NULL;
    struct ms_words user = {0}, added = {0}, last = {0}, command = {0};
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--mapsan-help") == 0) {
            fputs(help, stdout);
            return 0;
        }
        if (strncmp(word, "--mapsan-clang=", 15) == 0)
            compiler = word + 15;
        else if (strncmp(word, "--mapsan-model=", 15) == 0)
            model = word + 15;
        else if (strncmp(word, "--mapsan-", 9) == 0)
            fail("unknown option", word, "--mapsan-help lists them");
        else
            ms_words_add(&user, word);
    }

    char self[PATH_MAX], directory[PATH_MAX];
    own_path(self);
    strcpy(directory, self);
    *strrchr(directory, '/') = '\0';
    size_t name_length = strlen(argv[0]);
    bool cxx = name_length >= 2 && strcmp(argv[0] + name_length - 2, "++") == 0;

    unsigned what = ms_clang_classify(&user);
    if (what & MS_CLANG_COMPILES)
        add_compilation(&added, directory, model, what);
    if (what & MS_CLANG_LINKS)
        add_link(what & MS_CLANG_SHARED ? &last : &added, directory, what);

    ms_words_add(&command, real_compiler(compiler, self, cxx));
    add_quietly(&command, &added);
    for (size_t i = 0; i < user.count; i++) {
        if (strcmp(user.at[i], "--") == 0) { /* only files from here on */
            add_quietly(&command, &last);
            last.count = 0;
        }
        ms_words_add(&command, user.at[i]);
    }
    add_quietly(&command, &last);
    ms_words_add(&command, NULL);
    execv(command.at[0], (char *const *)command.at);
    fail("cannot run", command.at[0], strerror(errno));
}
