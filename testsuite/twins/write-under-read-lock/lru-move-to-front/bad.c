/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=pthread, note=lookup moves the entry to the front of an
// intrusive list
/*
 * An inode cache with a rwlock looks entries up under the read lock. The lookup also moves the
 * entry to the front of the LRU list, which is a write, and two readers do it at the same time.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct inode {
    struct inode *prev, *next;
    unsigned long number;
    unsigned mode;
    unsigned links;
};

struct inode_cache {
    pthread_rwlock_t lock;
    struct inode lru; /* head */
    unsigned count, limit;
};

static void lru_unlink(struct inode *i) {
    i->prev->next = i->next;
    i->next->prev = i->prev;
}

static void lru_push(struct inode_cache *c, struct inode *i) {
    i->next = c->lru.next;
    i->prev = &c->lru;
    c->lru.next->prev = i;
    c->lru.next = i;
}

static struct inode *cache_search(struct inode_cache *c, unsigned long number) {
    for (struct inode *i = c->lru.next; i != &c->lru; i = i->next)
        if (i->number == number)
            return i;
    return NULL;
}

static bool inode_cache_stat(struct inode_cache *c, unsigned long number, unsigned *mode) {
    struct inode *i;
    pthread_rwlock_rdlock(&c->lock);
    i = cache_search(c, number);
    if (i) {
        *mode = i->mode;
        lru_unlink(i); // BAD(write-under-read-lock)
        lru_push(c, i); // BAD(write-under-read-lock)
    }
    pthread_rwlock_unlock(&c->lock);
    return i != NULL;
}

static unsigned inode_cache_links(struct inode_cache *c) {
    unsigned sum = 0;
    pthread_rwlock_rdlock(&c->lock);
    for (struct inode *i = c->lru.next; i != &c->lru; i = i->next)
        sum += i->links;
    pthread_rwlock_unlock(&c->lock);
    return sum;
}

static int inode_cache_add(struct inode_cache *c, unsigned long number, unsigned mode) {
    struct inode *victim = NULL;
    struct inode *i = calloc(1, sizeof(*i));
    if (!i)
        return -1;
    i->number = number;
    i->mode = mode;
    i->links = 1;
    pthread_rwlock_wrlock(&c->lock);
    if (cache_search(c, number)) {
        pthread_rwlock_unlock(&c->lock);
        free(i);
        return 0;
    }
    if (c->count >= c->limit) {
        victim = c->lru.prev;
        lru_unlink(victim);
        c->count--;
    }
    lru_push(c, i);
    c->count++;
    pthread_rwlock_unlock(&c->lock);
    free(victim);
    return 1;
}

static void *request_main(void *arg) {
    struct inode_cache *c = arg;
    unsigned mode, hits = 0;
    for (unsigned long n = 0; n < 500; n++) {
        if (inode_cache_stat(c, n % 40, &mode))
            hits++;
        else
            inode_cache_add(c, n % 40, 0644);
    }
    return (void *)(size_t)(hits + inode_cache_links(c));
}

int main(void) {
    static struct inode_cache cache = {.limit = 32};
    pthread_t threads[3];
    cache.lru.next = cache.lru.prev = &cache.lru;
    if (pthread_rwlock_init(&cache.lock, NULL) != 0)
        return 1;
    for (int t = 0; t < 3; t++)
        if (pthread_create(&threads[t], NULL, request_main, &cache) != 0)
            return 1;
    for (int t = 0; t < 3; t++)
        pthread_join(threads[t], NULL);
    printf("%u cached\n", cache.count);
    while (cache.lru.next != &cache.lru) {
        struct inode *i = cache.lru.next;
        lru_unlink(i);
        free(i);
    }
    pthread_rwlock_destroy(&cache.lock);
    return 0;
}
