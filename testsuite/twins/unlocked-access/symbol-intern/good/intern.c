/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=a runtime's intern table is grown by one
// interpreter while another looks a name up
/*
 * Symbol table of a language runtime, global because symbols are compared by address. It dates from
 * when there was one interpreter; now each thread may own one, and all intern into this table.
 */
#include "intern.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t symtab_mutex = PTHREAD_MUTEX_INITIALIZER;
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
    unsigned size = symtab.size ? symtab.size * 2 : 16;
    symbol_t **slots = calloc(size, sizeof(*slots));
    if (!slots)
        return -1;
    for (unsigned i = 0; i < symtab.size; i++)
        for (symbol_t *s = symtab.slots[i], *next; s; s = next) {
            next = s->next;
            s->next = slots[s->hash & (size - 1)];
            slots[s->hash & (size - 1)] = s;
        }
    free(symtab.slots);
    symtab.slots = slots;
    symtab.size = size;
    return 0;
}

static const symbol_t *intern_locked(const char *name) {
    size_t length = strlen(name);
    unsigned hash = hash_name(name, length);
    symbol_t *s;

    if (symtab.size)
        for (s = symtab.slots[hash & (symtab.size - 1)]; s; s = s->next)
            if (s->hash == hash && s->length == length && !memcmp(s->name, name, length))
                return s;
    if (symtab.used >= symtab.size && symtab_grow() != 0)
        return NULL;
    s = malloc(sizeof(*s) + length + 1);
    if (!s)
        return NULL;
    s->hash = hash;
    s->id = symtab.used++;
    s->length = length;
    memcpy(s->name, name, length + 1);
    s->next = symtab.slots[hash & (symtab.size - 1)];
    symtab.slots[hash & (symtab.size - 1)] = s;
    return s;
}

const symbol_t *symbol_intern(const char *name) {
    pthread_mutex_lock(&symtab_mutex);
    const symbol_t *s = intern_locked(name);
    pthread_mutex_unlock(&symtab_mutex);
    return s;
}

unsigned symbol_count(void) {
    pthread_mutex_lock(&symtab_mutex);
    unsigned used = symtab.used;
    pthread_mutex_unlock(&symtab_mutex);
    return used;
}

void symbols_release(void) {
    for (unsigned i = 0; i < symtab.size; i++)
        for (symbol_t *s = symtab.slots[i], *next; s; s = next) {
            next = s->next;
            free(s);
        }
    free(symtab.slots);
    memset(&symtab, 0, sizeof(symtab));
}
