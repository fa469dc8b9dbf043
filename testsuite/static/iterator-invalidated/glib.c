/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* GHashTable: iterators and walks that call back. */
#include <glib.h>

struct cache {
    GMutex lock;
    GHashTable *table, *other;
};

static GHashTable *sessions;

static void drop(struct cache *c, gpointer key) {
    g_hash_table_remove(c->table, key);
}

void remove_bad(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_hash_table_remove(c->table, key); // expected-warning {{`c->table` is changed by g_hash_table_remove() between two steps of an iterator over it}} expected-note@* 2{{}}
}

void helper_bad(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (g_strcmp0(key, "old") == 0)
            drop(c, key); // expected-warning {{`c->table` is changed by g_hash_table_remove()}} expected-note@* 3{{}}
}

void insert_bad(void) {
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, sessions);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (!value)
            continue;
        g_hash_table_insert(sessions, value, key); // expected-warning {{`sessions` is changed by g_hash_table_insert()}} expected-note@* 2{{}}
    }
}

void across_unlock_bad(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
    g_mutex_lock(&c->lock);
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL)) { // expected-warning {{the iterator over `c->table` goes on after `c->lock` was given back}} expected-note@* 3{{}}
        g_mutex_unlock(&c->lock);
        g_usleep(1);
        g_mutex_lock(&c->lock);
    }
    g_mutex_unlock(&c->lock);
}

void iter_remove_ok(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_hash_table_iter_remove(&iter);
}

void break_ok(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (key) {
            g_hash_table_remove(c->table, key);
            break;
        }
}

gboolean return_ok(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (key)
            return g_hash_table_remove(c->table, key);
    return FALSE;
}

void flag_ok(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
    gboolean done = FALSE;
    g_hash_table_iter_init(&iter, c->table);
    while (!done && g_hash_table_iter_next(&iter, &key, NULL))
        if (key) {
            g_hash_table_remove(c->table, key);
            done = TRUE;
        }
}

void restart_ok(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
again:
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (key) {
            g_hash_table_remove(c->table, key);
            goto again;
        }
}

void other_map_ok(struct cache *c) {
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_hash_table_remove(c->other, key);
}

void before_and_after_ok(struct cache *c) {
    GHashTableIter iter;
    gpointer key, last = NULL;
    g_hash_table_remove(c->table, "first");
    g_hash_table_iter_init(&iter, c->table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        last = key;
    g_hash_table_remove(c->table, last);
}

/* The lock is taken anew for each walk, not for each step. */
void walk_again_ok(struct cache *c, int times) {
    for (int i = 0; i < times; i++) {
        GHashTableIter iter;
        gpointer key;
        g_mutex_lock(&c->lock);
        g_hash_table_iter_init(&iter, c->table);
        while (g_hash_table_iter_next(&iter, &key, NULL))
            g_usleep(1);
        g_mutex_unlock(&c->lock);
    }
}

static void expire_one_bad(gpointer key, gpointer value, gpointer data) {
    struct cache *c = data;
    if (!value)
        g_hash_table_remove(c->table, key); // expected-warning {{g_hash_table_remove() on `data->table` while g_hash_table_foreach() walks over it and calls back}} expected-note@* {{the walk is here}}
}

void expire_bad(struct cache *c) {
    g_hash_table_foreach(c->table, expire_one_bad, c);
}

static void forget_session(gpointer key) {
    g_hash_table_remove(sessions, key); // expected-warning {{g_hash_table_remove() on `sessions` while g_hash_table_foreach() walks}} expected-note@* {{the walk is here}}
}

static void close_one_bad(gpointer key, gpointer value, gpointer data) {
    (void)value, (void)data;
    forget_session(key);
}

void close_all_bad(void) {
    g_hash_table_foreach(sessions, close_one_bad, NULL);
}

static void copy_one_ok(gpointer key, gpointer value, gpointer data) {
    g_hash_table_insert(data, key, value);
}

void copy_ok(struct cache *c) {
    g_hash_table_foreach(c->table, copy_one_ok, c->other);
}

static gboolean is_empty_ok(gpointer key, gpointer value, gpointer data) {
    (void)key, (void)data;
    return !value;
}

void expire_ok(struct cache *c) {
    g_hash_table_foreach_remove(c->table, is_empty_ok, c);
}
