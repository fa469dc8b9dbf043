/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=reference count taken after the unlock
/*
 * A name cache finds an entry under its lock and takes a reference on it, but only after it has
 * given the lock back; in between the entry can lose its last reference and be freed. Here the
 * reference is taken before the unlock.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DENTRY_BUCKETS 32

struct dentry {
    struct dentry *next;
    atomic_int refs; /* the table's own included */
    unsigned inode;
    char name[24];
};

static pthread_rwlock_t dcache_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct dentry *dcache[DENTRY_BUCKETS];

static unsigned bucket_of(const char *name) {
    unsigned h = 17;
    while (*name)
        h = h * 33 ^ (unsigned char)*name++;
    return h % DENTRY_BUCKETS;
}

static void dentry_ref(struct dentry *d) {
    atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
}

static void dentry_unref(struct dentry *d) {
    if (atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) == 1)
        free(d);
}

static struct dentry *dcache_find_locked(const char *name) {
    struct dentry *d = dcache[bucket_of(name)];
    while (d && strcmp(d->name, name) != 0)
        d = d->next;
    return d;
}

static struct dentry *dcache_lookup(const char *name) {
    struct dentry *d;
    pthread_rwlock_rdlock(&dcache_lock);
    d = dcache_find_locked(name);
    if (d)
        dentry_ref(d);
    pthread_rwlock_unlock(&dcache_lock);
    return d;
}

static bool dcache_add(const char *name, unsigned inode) {
    struct dentry *d = calloc(1, sizeof(*d));
    unsigned b = bucket_of(name);
    if (!d)
        return false;
    atomic_init(&d->refs, 1);
    d->inode = inode;
    snprintf(d->name, sizeof(d->name), "%s", name);
    pthread_rwlock_wrlock(&dcache_lock);
    if (dcache_find_locked(name)) {
        pthread_rwlock_unlock(&dcache_lock);
        dentry_unref(d);
        return false;
    }
    d->next = dcache[b];
    dcache[b] = d;
    pthread_rwlock_unlock(&dcache_lock);
    return true;
}

static void dcache_drop(const char *name) {
    struct dentry **link, *d;
    pthread_rwlock_wrlock(&dcache_lock);
    link = &dcache[bucket_of(name)];
    while (*link && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    d = *link;
    if (d)
        *link = d->next;
    pthread_rwlock_unlock(&dcache_lock);
    if (d)
        dentry_unref(d);
}

static void *walker_main(void *arg) {
    const char *prefix = arg;
    char name[24];
    size_t sum = 0;
    for (unsigned i = 0; i < 400; i++) {
        snprintf(name, sizeof(name), "%s%u", prefix, i % 20);
        struct dentry *d = dcache_lookup(name);
        if (d) {
            sum += d->inode;
            dentry_unref(d);
        } else {
            dcache_add(name, i);
        }
        if (i % 9 == 0)
            dcache_drop(name);
    }
    return (void *)sum;
}

int main(void) {
    pthread_t walkers[2];
    static char prefixes[2][2] = {"a", "a"};
    char name[24];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&walkers[i], NULL, walker_main, prefixes[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(walkers[i], NULL);
    for (unsigned i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "%c%u", i < 20 ? 'a' : 'b', i % 20);
        dcache_drop(name);
    }
    return 0;
}
