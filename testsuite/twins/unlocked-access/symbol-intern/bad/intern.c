/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=a runtime's intern table is grown by one
// interpreter while another looks a name up
/*
 * Symbol table of a language runtime, global because symbols are compared by address. It dates from
 * when there was one interpreter; now each thread may own one, and all intern into this table.
 */
#include "intern.h"

#include <stdlib.h>
#include <string.h>

static struct {
    symbol_t **slots;
    unsigned size;
    unsigned used;
} symtab;

static unsigned hash_name(const char *name, size_t length) {
    unsigned h = 5381;
    while (length--)
        h = h * 33 + (unsigned char)*name++;
    return h;
}

static int symtab_grow(void) {
    unsigned size = symtab.size ? symtab.size * 2 : 16; // BAD(unlocked-access)
    symbol_t **slots = calloc(size, sizeof(*slots));
    if (!slots)
        return -1;
    for (unsigned i = 0; i < symtab.size; i++) // BAD(unlocked-access)
        for (symbol_t *s = symtab.slots[i], *next; s; s = next) { // BAD(unlocked-access)
            next = s->next;
            s->next = slots[s->hash & (size - 1)]; // BAD(unlocked-access)
            slots[s->hash & (size - 1)] = s;
        }
    free(symtab.slots); // BAD(unlocked-access)
    symtab.slots = slots; // BAD(unlocked-access)
    symtab.size = size; // BAD(unlocked-access)
    return 0;
}

const symbol_t *symbol_intern(const char *name) {
    size_t length = strlen(name);
    unsigned hash = hash_name(name, length);
    symbol_t *s;

    if (symtab.size) // BAD(unlocked-access)
        for (s = symtab.slots[hash & (symtab.size - 1)]; s; s = s->next) // BAD(unlocked-access)
            if (s->hash == hash && s->length == length && !memcmp(s->name, name, length))
                return s;
    if (symtab.used >= symtab.size && symtab_grow() != 0) // BAD(unlocked-access)
        return NULL;
    s = malloc(sizeof(*s) + length + 1);
    if (!s)
        return NULL;
    s->hash = hash;
    s->id = symtab.used++; // BAD(unlocked-access)
    s->length = length;
    memcpy(s->name, name, length + 1);
    s->next = symtab.slots[hash & (symtab.size - 1)]; // BAD(unlocked-access)
    symtab.slots[hash & (symtab.size - 1)] = s; // BAD(unlocked-access)
    return s;
}

unsigned symbol_count(void) { return symtab.used; }

void symbols_release(void) {
    for (unsigned i = 0; i < symtab.size; i++)
        for (symbol_t *s = symtab.slots[i], *next; s; s = next) {
            next = s->next;
            free(s);
        }
    free(symtab.slots);
    memset(&symtab, 0, sizeof(symtab));
}
