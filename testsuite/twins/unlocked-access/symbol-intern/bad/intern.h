/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef INTERN_H
#define INTERN_H

#include <stddef.h>

typedef struct symbol {
    struct symbol *next;
    unsigned hash;
    unsigned id;
    size_t length;
    char name[];
} symbol_t;

const symbol_t *symbol_intern(const char *name);
unsigned symbol_count(void);
void symbols_release(void);

#endif
