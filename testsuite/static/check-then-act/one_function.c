/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Decision and act in one function: maps, lists, arrays, flags, counters; and what makes it right. */
#include <glib.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct entry {
    struct entry *next;
    int key;
};

struct cache {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    GHashTable *table;
    struct entry *list;
    unsigned count, limit;
    bool busy, started;
    int slots[16];
};

/* ---- a map ---- */

void insert_twice_bad(struct cache *c, char *key) {
    pthread_mutex_lock(&c->lock);
    bool there = g_hash_table_contains(c->table, key);
    pthread_mutex_unlock(&c->lock);
    if (there)
        return;
    char *value = g_strdup(key);
    pthread_mutex_lock(&c->lock);
    g_hash_table_insert(c->table, key, value); // expected-warning {{g_hash_table_insert() relies on what `c->table` was before `c->lock` was given back}} expected-note@* 0+{{}}
    pthread_mutex_unlock(&c->lock);
}

void insert_looks_again_ok(struct cache *c, char *key) {
    pthread_mutex_lock(&c->lock);
    bool there = g_hash_table_contains(c->table, key);
    pthread_mutex_unlock(&c->lock);
    if (there)
        return;
    char *value = g_strdup(key);
    pthread_mutex_lock(&c->lock);
    if (g_hash_table_lookup(c->table, key)) {
        pthread_mutex_unlock(&c->lock);
        g_free(value);
        return;
    }
    g_hash_table_insert(c->table, key, value);
    pthread_mutex_unlock(&c->lock);
}

/* To remove what may be gone already does no harm. */
void remove_ok(struct cache *c, char *key) {
    pthread_mutex_lock(&c->lock);
    bool there = g_hash_table_contains(c->table, key);
    pthread_mutex_unlock(&c->lock);
    if (!there)
        return;
    pthread_mutex_lock(&c->lock);
    g_hash_table_remove(c->table, key);
    pthread_mutex_unlock(&c->lock);
}

/* ---- a list ---- */

static struct entry *find(struct cache *c, int key) {
    struct entry *e = c->list;
    while (e && e->key != key)
        e = e->next;
    return e;
}

void push_bad(struct cache *c, int key) {
    pthread_mutex_lock(&c->lock);
    struct entry *e = find(c, key);
    pthread_mutex_unlock(&c->lock);
    if (e)
        return;
    e = malloc(sizeof *e);
    if (!e)
        return;
    e->key = key;
    pthread_mutex_lock(&c->lock);
    e->next = c->list;
    c->list = e; // expected-warning {{this write to `c->list` relies on what `c->list` was before}} expected-note@* 0+{{}}
    pthread_mutex_unlock(&c->lock);
}

void push_ok(struct cache *c, int key) {
    struct entry *made = malloc(sizeof *made);
    pthread_mutex_lock(&c->lock);
    if (made && !find(c, key)) {
        made->key = key;
        made->next = c->list;
        c->list = made;
        made = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    free(made);
}

/* ---- flags and counters ---- */

void start_bad(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    bool started = c->started;
    pthread_mutex_unlock(&c->lock);
    if (started)
        return;
    pthread_mutex_lock(&c->lock);
    c->started = true; // expected-warning {{this write to `c->started` relies on}} expected-note@* 0+{{}}
    pthread_mutex_unlock(&c->lock);
}

/* The flag is claimed in the section that tests it. */
int work_ok(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    if (c->busy) {
        pthread_mutex_unlock(&c->lock);
        return -1;
    }
    c->busy = true;
    pthread_mutex_unlock(&c->lock);
    int done = rand();
    pthread_mutex_lock(&c->lock);
    c->busy = false;
    pthread_mutex_unlock(&c->lock);
    return done;
}

int work_by_variable_ok(struct cache *c) {
    bool mine = false;
    pthread_mutex_lock(&c->lock);
    if (!c->busy)
        c->busy = mine = true;
    pthread_mutex_unlock(&c->lock);
    if (!mine)
        return -1;
    int done = rand();
    pthread_mutex_lock(&c->lock);
    c->busy = false;
    pthread_mutex_unlock(&c->lock);
    return done;
}

int reserve_bad(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    unsigned count = c->count;
    unsigned limit = c->limit;
    pthread_mutex_unlock(&c->lock);
    if (count + 1 > limit)
        return -1;
    pthread_mutex_lock(&c->lock);
    c->count++; // expected-warning {{this write to `c->count` relies on}} expected-note@* 0+{{}}
    pthread_mutex_unlock(&c->lock);
    return 0;
}

void lose_an_update_bad(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    unsigned limit = c->limit;
    pthread_mutex_unlock(&c->lock);
    unsigned doubled = limit * 2;
    pthread_mutex_lock(&c->lock);
    c->limit = doubled; // expected-warning {{this write to `c->limit` relies on}} expected-note@* 0+{{}}
    pthread_mutex_unlock(&c->lock);
}

void statistics_ok(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    unsigned count = c->count;
    pthread_mutex_unlock(&c->lock);
    if (count > 1000)
        abort();
}

int slot_bad(struct cache *c, int value) {
    int at = -1;
    pthread_mutex_lock(&c->lock);
    for (int i = 0; i < 16; i++)
        if (c->slots[i] == 0)
            at = i;
    pthread_mutex_unlock(&c->lock);
    if (at < 0)
        return -1;
    pthread_mutex_lock(&c->lock);
    c->slots[at] = value; // expected-warning {{this write to `c->slots[]` relies on}} expected-note@* 0+{{}}
    pthread_mutex_unlock(&c->lock);
    return at;
}

/* ---- waiting ---- */

void wait_with_if_bad(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    if (c->count == 0)
        pthread_cond_wait(&c->changed, &c->lock);
    c->count--; // expected-warning {{this write to `c->count` relies on}} expected-note@* 0+{{}}
    pthread_mutex_unlock(&c->lock);
}

void wait_in_loop_ok(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    while (c->count == 0)
        pthread_cond_wait(&c->changed, &c->lock);
    c->count--;
    pthread_mutex_unlock(&c->lock);
}

/* A loop that comes back to the test anyway. */
void wait_in_service_loop_ok(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    for (;;) {
        if (c->count == 0) {
            pthread_cond_wait(&c->changed, &c->lock);
            continue;
        }
        c->count--;
    }
}
