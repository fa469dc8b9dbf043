/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=if (threaded) lock, same value at the unlock
/*
 * Correct: a symbol table locks only when it was created for several threads; the flag does not
 * change afterwards, and lock and unlock test the same flag.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct symbol {
    struct symbol *next;
    char *name;
    unsigned uses;
};

struct symtab {
    bool threaded; /* set at creation */
    pthread_mutex_t mutex;
    struct symbol *symbols;
    unsigned count;
};

static inline void symtab_lock(struct symtab *t) {
    if (t->threaded)
        pthread_mutex_lock(&t->mutex);
}

static inline void symtab_unlock(struct symtab *t) {
    if (t->threaded)
        pthread_mutex_unlock(&t->mutex);
}

static struct symtab *symtab_new(bool threaded) {
    struct symtab *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->threaded = threaded;
    if (threaded && pthread_mutex_init(&t->mutex, NULL) != 0) {
        free(t);
        return NULL;
    }
    return t;
}

static int symtab_use(struct symtab *t, const char *name) {
    struct symbol *s;
    int uses;
    symtab_lock(t);
    for (s = t->symbols; s; s = s->next)
        if (strcmp(s->name, name) == 0)
            break;
    if (!s) {
        s = calloc(1, sizeof(*s));
        if (!s || !(s->name = strdup(name))) {
            free(s);
            symtab_unlock(t);
            return -1;
        }
        s->next = t->symbols;
        t->symbols = s;
        t->count++;
    }
    uses = (int)++s->uses;
    symtab_unlock(t);
    return uses;
}

static int symtab_merge(struct symtab *t, const char *const *names, unsigned count, bool locked) {
    int most = 0;
    if (!locked && t->threaded)
        pthread_mutex_lock(&t->mutex);
    for (struct symbol *s = t->symbols; s; s = s->next)
        for (unsigned i = 0; i < count; i++)
            if (strcmp(s->name, names[i]) == 0 && (int)++s->uses > most)
                most = (int)s->uses;
    if (!locked && t->threaded)
        pthread_mutex_unlock(&t->mutex);
    return most;
}

static void symtab_free(struct symtab *t) {
    while (t->symbols) {
        struct symbol *s = t->symbols;
        t->symbols = s->next;
        free(s->name);
        free(s);
    }
    if (t->threaded)
        pthread_mutex_destroy(&t->mutex);
    free(t);
}

static const char *const common[] = {"main", "printf", "errno"};

static void *compile_main(void *arg) {
    struct symtab *t = arg;
    for (int i = 0; i < 300; i++) {
        symtab_use(t, common[i % 3]);
        if (i % 50 == 0)
            symtab_merge(t, common, 2, false);
    }
    symtab_lock(t);
    symtab_merge(t, common, 3, true);
    symtab_unlock(t);
    return NULL;
}

int main(int argc, char **argv) {
    bool threaded = !(argc > 1 && strcmp(argv[1], "-j1") == 0);
    struct symtab *t = symtab_new(threaded);
    pthread_t other;
    if (!t)
        return 1;
    if (threaded && pthread_create(&other, NULL, compile_main, t) != 0) {
        symtab_free(t);
        return 1;
    }
    compile_main(t);
    if (threaded)
        pthread_join(other, NULL);
    printf("%u symbols\n", t->count);
    symtab_free(t);
    return 0;
}
