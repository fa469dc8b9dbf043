/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `mapsan run`: watches a program that cannot be rebuilt, by functions that the dynamic linker
 * finds before those of the libraries. The program becomes this process; with --model it is a
 * child, because the library that was compiled for it must go when it has ended.
 */
#include "cli.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
    const char *model_file, *compiler;
    char **command;
};

static bool parse(struct request *request, int count, char **words) {
    static const char usage[] = "mapsan run [--model=FILE] [--clang=FILE] -- PROGRAM ARGS";
    int at = 0;
    for (; at < count && words[at][0] == '-' && strcmp(words[at], "--") != 0; at++) {
        if (strncmp(words[at], "--model=", 8) == 0 && words[at][8])
            request->model_file = words[at] + 8;
        else if (strncmp(words[at], "--clang=", 8) == 0 && words[at][8])
            request->compiler = words[at] + 8;
        else {
            complain("unknown option '%s'; write: %s", words[at], usage);
            return false;
        }
    }
    at += at < count && strcmp(words[at], "--") == 0;
    request->command = words + at;
    if (at >= count)
        complain("nothing to run; write: %s", usage);
    return at < count;
}

/* Is it a program of this machine that the dynamic linker loads? A script is, by its interpreter.
 */
static bool can_preload(const char *path) {
    bool dynamic = true;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        complain("%s: cannot be run: %s", path, strerror(errno));
        return false;
    }
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(file, ELF_C_READ, NULL);
    size_t segments = 0;
    if (elf && elf_kind(elf) == ELF_K_ELF && elf_getphdrnum(elf, &segments) == 0) {
        dynamic = false;
        GElf_Phdr header;
        for (size_t i = 0; i < segments; i++)
            if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_INTERP)
                dynamic = true;
        if (gelf_getclass(elf) != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
            dynamic = false;
    }
    if (!dynamic)
        complain("%s: linked statically or for another machine: nothing can be put before its "
                 "libraries; rebuild it with mapsan-clang",
                 path);
    elf_end(elf);
    close(file);
    return dynamic;
}

/* In front of what the user preloads already. */
static void preload(const char *library) {
    const char *others = getenv("LD_PRELOAD");
    char *all = ms_format("%s%s%s", library, others && *others ? ":" : "", others ? others : "");
    setenv("LD_PRELOAD", all, 1);
    free(all);
}

/* The user's models as a library in `directory`; its name, or NULL after having complained. */
static char *compile_model(const struct request *request, const char *directory) {
    char message[512];
    struct ms_models *models = ms_models_load(NULL, request->model_file, message, sizeof message);
    char *source = ms_format("%s/model.c", directory), *library = NULL;
    FILE *out = models ? fopen(source, "w") : NULL;
    if (!models)
        complain("%s", message);
    const size_t functions = out ? write_interposers(models, out) : 0;
    if (out && fclose(out) == 0 && functions) {
        char *include = find_sibling_file("include", "mapsan/hooks.h");
        char *place = include ? ms_format("-I%.*s", (int)(strlen(include) - 14), include) : NULL;
        library = ms_format("%s/model.so", directory);
        char *compile[] = {(char *)request->compiler, "-shared", "-fPIC", "-O2",   "-w",
                           place ? place : "-I.",     source,    "-o",    library, NULL};
        if (run_program(compile, 0) != 0) {
            complain("%s could not compile the interposers for %s; --clang=FILE names another "
                     "compiler",
                     request->compiler, request->model_file);
            free(library);
            library = NULL;
        }
        free(place);
        free(include);
    } else if (out) {
        complain("%s: describes no function of a shared library that works on a map",
                 request->model_file);
    }
    ms_models_free(models);
    free(source);
    return library;
}

static int exit_code(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_with_model(const struct request *request) {
    char directory[] = "/tmp/mapsan-run-XXXXXX";
    int code = EXIT_FAILED;
    if (!mkdtemp(directory)) {
        complain("no directory can be made in /tmp: %s", strerror(errno));
        return code;
    }
    char *library = compile_model(request, directory);
    if (library) {
        preload(library);
        code = exit_code(run_program(request->command, 0));
    }
    free(library);
    remove_directory(directory);
    return code;
}

int command_run(int count, char **words) {
    struct request request = {.compiler = MAPSAN_CLANG};
    if (!parse(&request, count, words))
        return EXIT_FAILED;
    char *program = find_program(request.command[0]);
    char *library = find_sibling_file("lib", "libmapsan_run.so");
    int code = EXIT_FAILED;
    if (!library)
        complain("cannot find libmapsan_run.so; build or install mapsan whole");
    else if (can_preload(program)) {
        preload(library);
        if (request.model_file) {
            code = run_with_model(&request);
        } else {
            execv(program, request.command);
            complain("%s: cannot be run: %s", program, strerror(errno));
        }
    }
    free(library);
    free(program);
    return code;
}
