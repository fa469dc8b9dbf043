/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=double-checked creation with acquire and release
/*
 * Correct: the table of interned strings is created once, with the double check done on an
 * atomic pointer, and its contents are guarded by the mutex inside it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 128

struct atom {
    struct atom *next;
    unsigned length;
    char text[];
};

struct atom_table {
    pthread_mutex_t lock;
    struct atom *buckets[BUCKETS];
    unsigned count;
};

static pthread_mutex_t create_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct atom_table *) the_table;

static struct atom_table *atom_table(void) {
    struct atom_table *t = atomic_load_explicit(&the_table, memory_order_acquire);
    if (t)
        return t;
    pthread_mutex_lock(&create_lock);
    t = atomic_load_explicit(&the_table, memory_order_relaxed);
    if (!t) {
        t = calloc(1, sizeof(*t));
        if (t) {
            pthread_mutex_init(&t->lock, NULL);
            atomic_store_explicit(&the_table, t, memory_order_release);
        }
    }
    pthread_mutex_unlock(&create_lock);
    return t;
}

static unsigned hash_text(const char *text) {
    unsigned h = 2166136261u;
    while (*text)
        h = (h ^ (unsigned char)*text++) * 16777619u;
    return h % BUCKETS;
}

/* The atoms returned are never changed and never freed while threads run. */
static const struct atom *atom_intern(const char *text) {
    struct atom_table *t = atom_table();
    unsigned b = hash_text(text);
    struct atom *a;
    if (!t)
        return NULL;
    pthread_mutex_lock(&t->lock);
    for (a = t->buckets[b]; a; a = a->next)
        if (strcmp(a->text, text) == 0)
            break;
    if (!a) {
        size_t length = strlen(text);
        a = malloc(sizeof(*a) + length + 1);
        if (a) {
            a->length = (unsigned)length;
            memcpy(a->text, text, length + 1);
            a->next = t->buckets[b];
            t->buckets[b] = a;
            t->count++;
        }
    }
    pthread_mutex_unlock(&t->lock);
    return a;
}

static void *lexer_main(void *arg) {
    const char *prefix = arg;
    char text[32];
    size_t total = 0;
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof(text), "%s%d", prefix, i % 40);
        const struct atom *a = atom_intern(text);
        if (a)
            total += a->length;
    }
    return (void *)total;
}

int main(void) {
    pthread_t threads[3];
    static char prefix[] = "id";
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, lexer_main, prefix) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    struct atom_table *t = atomic_load(&the_table);
    if (!t)
        return 1;
    printf("%u atoms\n", t->count);
    for (int b = 0; b < BUCKETS; b++) {
        while (t->buckets[b]) {
            struct atom *a = t->buckets[b];
            t->buckets[b] = a->next;
            free(a);
        }
    }
    pthread_mutex_destroy(&t->lock);
    free(t);
    return 0;
}
