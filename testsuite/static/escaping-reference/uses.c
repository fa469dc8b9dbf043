/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Pointers out of guarded data, used after the unlock: maps, lists, tables that are swapped. */
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct item {
    struct item *next;
    pthread_mutex_t lock;
    int key, refs, size;
};

struct store {
    pthread_rwlock_t lock;
    struct item *items;
    GHashTable *names;
    struct item *current;
};

static struct item *find(struct store *s, int key) {
    struct item *i = s->items;
    while (i && i->key != key)
        i = i->next;
    return i;
}

void item_put(struct item *i) {
    if (__atomic_sub_fetch(&i->refs, 1, __ATOMIC_ACQ_REL) == 0)
        free(i);
}

static void item_get(struct item *i) { __atomic_add_fetch(&i->refs, 1, __ATOMIC_RELAXED); }

void drop(struct store *s, int key) {
    pthread_rwlock_wrlock(&s->lock);
    struct item **link = &s->items;
    while (*link && (*link)->key != key)
        link = &(*link)->next;
    struct item *i = *link;
    if (i)
        *link = i->next;
    pthread_rwlock_unlock(&s->lock);
    if (i)
        item_put(i);
}

int size_bad(struct store *s, int key) {
    pthread_rwlock_rdlock(&s->lock);
    struct item *i = find(s, key);
    pthread_rwlock_unlock(&s->lock);
    return i ? i->size : 0; // expected-warning {{a pointer out of `s->items` is used after `s->lock` was given back}} expected-note@* 0+{{}}
}

int size_ok(struct store *s, int key) {
    pthread_rwlock_rdlock(&s->lock);
    struct item *i = find(s, key);
    int size = i ? i->size : 0;
    pthread_rwlock_unlock(&s->lock);
    return size;
}

struct item *get_late_bad(struct store *s, int key) {
    pthread_rwlock_rdlock(&s->lock);
    struct item *i = find(s, key);
    pthread_rwlock_unlock(&s->lock);
    if (i)
        item_get(i); // expected-warning {{a pointer out of `s->items` is used}} expected-note@* 0+{{}}
    return i;
}

struct item *get_ok(struct store *s, int key) {
    pthread_rwlock_rdlock(&s->lock);
    struct item *i = find(s, key);
    if (i)
        item_get(i);
    pthread_rwlock_unlock(&s->lock);
    return i;
}

int counted_ok(struct store *s, int key) {
    struct item *i = get_ok(s, key);
    int size = i ? i->size : 0;
    if (i)
        item_put(i);
    return size;
}

/* The element's own lock is taken before the store's is given back. */
int latched_ok(struct store *s, int key) {
    int size = 0;
    pthread_rwlock_rdlock(&s->lock);
    struct item *i = find(s, key);
    if (i)
        pthread_mutex_lock(&i->lock);
    pthread_rwlock_unlock(&s->lock);
    if (i) {
        size = i->size;
        pthread_mutex_unlock(&i->lock);
    }
    return size;
}

/* ---- handed out ---- */

static void lookup(struct store *s, int key, struct item **found) {
    pthread_rwlock_rdlock(&s->lock);
    *found = find(s, key);
    pthread_rwlock_unlock(&s->lock);
}

int out_parameter_bad(struct store *s, int key) {
    struct item *i;
    lookup(s, key, &i);
    return i ? i->size : 0; // expected-warning {{a pointer out of `s->items` is used}} expected-note@* 0+{{}}
}

/* ---- a map that frees its values ---- */

void names_init(struct store *s) {
    pthread_rwlock_init(&s->lock, NULL);
    s->names = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
}

void rename_item(struct store *s, int key, const char *name) {
    pthread_rwlock_wrlock(&s->lock);
    g_hash_table_replace(s->names, GINT_TO_POINTER(key), g_strdup(name));
    pthread_rwlock_unlock(&s->lock);
}

static const char *name_of(struct store *s, int key) {
    pthread_rwlock_rdlock(&s->lock);
    const char *name = g_hash_table_lookup(s->names, GINT_TO_POINTER(key));
    pthread_rwlock_unlock(&s->lock);
    return name;
}

size_t name_length_bad(struct store *s, int key) {
    const char *name = name_of(s, key);
    return name ? strlen(name) : 0; // expected-warning {{a pointer out of `s->names` is used}} expected-note@* 0+{{}}
}

char *name_copy_ok(struct store *s, int key) {
    pthread_rwlock_rdlock(&s->lock);
    char *copy = g_strdup(g_hash_table_lookup(s->names, GINT_TO_POINTER(key)));
    pthread_rwlock_unlock(&s->lock);
    return copy;
}

size_t copied_length_ok(struct store *s, int key) {
    char *name = name_copy_ok(s, key);
    size_t length = name ? strlen(name) : 0;
    g_free(name);
    return length;
}

/* ---- a pointer that is replaced ---- */

void replace(struct store *s, struct item *fresh) {
    pthread_rwlock_wrlock(&s->lock);
    struct item *old = s->current;
    s->current = fresh;
    pthread_rwlock_unlock(&s->lock);
    free(old);
}

int current_bad(struct store *s) {
    pthread_rwlock_rdlock(&s->lock);
    const struct item *i = s->current;
    pthread_rwlock_unlock(&s->lock);
    return i->size; // expected-warning {{a pointer out of `s->current` is used}} expected-note@* 0+{{}}
}

int taken_out_ok(struct store *s) {
    pthread_rwlock_wrlock(&s->lock);
    struct item *i = s->current;
    s->current = NULL;
    pthread_rwlock_unlock(&s->lock);
    int size = i ? i->size : 0;
    free(i);
    return size;
}
