/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a command line of clang will do, as far as mapsan-clang must know to add to it.
 */
#ifndef MAPSAN_CLI_MAPSAN_CLANG_H
#define MAPSAN_CLI_MAPSAN_CLANG_H

#include <stdbool.h>
#include <stddef.h>

/* A list of arguments. The strings live as long as the process. */
struct ms_words {
    const char **at;
    size_t count, capacity;
};

void ms_words_add(struct ms_words *words, const char *word);
void ms_words_add_all(struct ms_words *words, const char *const *more); /* up to NULL */
void ms_words_add_joined(struct ms_words *words, const char *first, const char *second);
_Noreturn void ms_clang_out_of_memory(void);

enum ms_clang_action {
    MS_CLANG_COMPILES = 1u << 0,     /* makes code: plugin and code generation options apply */
    MS_CLANG_LINKS = 1u << 1,        /* makes something that runs or is loaded */
    MS_CLANG_SHARED = 1u << 2,       /* ... which is a shared object */
    MS_CLANG_NO_UNDEFINED = 1u << 3, /* ... that may not leave symbols open */
    MS_CLANG_FROM_IR = 1u << 4,      /* code generation is a step of its own */
    MS_CLANG_STATIC = 1u << 5,       /* links without shared libraries */
};

/* Reads response files, too; what cannot be read is left for clang to complain about. */
unsigned ms_clang_classify(const struct ms_words *arguments);

#endif
