/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <glib.h>
#include <pthread.h>

struct cache {
    pthread_rwlock_t lock;
    GHashTable *entries;
    unsigned long lookups;
};

gpointer cache_get_bad(struct cache *c, const char *key) {
    pthread_rwlock_rdlock(&c->lock);
    c->lookups++; // expected-warning {{write to `c->lookups` while only a read lock is held on `c->lock`}} expected-note@* {{held, in}}
    gpointer value = g_hash_table_lookup(c->entries, key);
    pthread_rwlock_unlock(&c->lock);
    return value;
}

void cache_evict_bad(struct cache *c, const char *key) {
    pthread_rwlock_rdlock(&c->lock);
    if (g_hash_table_contains(c->entries, key))
        g_hash_table_remove(c->entries, key); // expected-warning {{g_hash_table_remove() on `c->entries` while only a read lock is held on `c->lock`}} expected-note@* {{held, in}}
    pthread_rwlock_unlock(&c->lock);
}

void cache_put_ok(struct cache *c, char *key, gpointer value) {
    pthread_rwlock_wrlock(&c->lock);
    g_hash_table_insert(c->entries, key, value);
    c->lookups = 0;
    pthread_rwlock_unlock(&c->lock);
}

unsigned long cache_stat_ok(struct cache *c) {
    pthread_rwlock_rdlock(&c->lock);
    unsigned long lookups = c->lookups;
    pthread_rwlock_unlock(&c->lock);
    return lookups;
}
