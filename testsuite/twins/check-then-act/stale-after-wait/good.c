/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=an entry found before a wait is used after it,
// although the wait gives the lock back
/*
 * Page cache of a database. A reader that finds a page being loaded waits for the load to end; the
 * wait gives the cache lock back, and the eviction thread may free the page meanwhile. The fix looks
 * the page up again after each wait.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct page {
    struct page *next;
    unsigned number;
    bool loading;
    unsigned used;
    unsigned content;
};

static struct cache {
    pthread_mutex_t lock;
    pthread_cond_t loaded;
    struct page *pages;
    unsigned count;
    bool closing;
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER, .loaded = PTHREAD_COND_INITIALIZER};

static struct page *cache_find(unsigned number) {
    struct page *p;
    for (p = cache.pages; p; p = p->next)
        if (p->number == number)
            return p;
    return NULL;
}

static unsigned read_from_disk(unsigned number) { return number * 2654435761u; }

/* Called and left with the lock held. */
static void cache_wait(void) { pthread_cond_wait(&cache.loaded, &cache.lock); }

static unsigned page_read(unsigned number) {
    struct page *p;
    unsigned content;

    pthread_mutex_lock(&cache.lock);
    while ((p = cache_find(number)) && p->loading)
        cache_wait();
    if (p) {
        content = p->content;
        p->used++;
        pthread_mutex_unlock(&cache.lock);
        return content;
    }
    p = calloc(1, sizeof(*p));
    if (!p) {
        pthread_mutex_unlock(&cache.lock);
        return 0;
    }
    p->number = number;
    p->loading = true; /* nobody evicts it while this is set */
    p->next = cache.pages;
    cache.pages = p;
    cache.count++;
    pthread_mutex_unlock(&cache.lock);

    content = read_from_disk(number);

    pthread_mutex_lock(&cache.lock);
    p->content = content;
    p->loading = false;
    pthread_cond_broadcast(&cache.loaded);
    pthread_mutex_unlock(&cache.lock);
    return content;
}

static void *evictor(void *arg) {
    (void)arg;
    pthread_mutex_lock(&cache.lock);
    while (!cache.closing) {
        struct page *dead = NULL;
        for (struct page **link = &cache.pages, *p; (p = *link);) {
            if (p->loading || p->used > 3) {
                p->used /= 2;
                link = &p->next;
                continue;
            }
            *link = p->next;
            p->next = dead;
            dead = p;
            cache.count--;
        }
        pthread_mutex_unlock(&cache.lock);
        while (dead) {
            struct page *next = dead->next;
            free(dead);
            dead = next;
        }
        pthread_mutex_lock(&cache.lock);
    }
    pthread_mutex_unlock(&cache.lock);
    return NULL;
}

static void *query(void *arg) {
    unsigned sum = *(unsigned *)arg;
    for (unsigned i = 0; i < 2000; i++)
        sum += page_read(i % 9);
    printf("%u\n", sum);
    return NULL;
}

int main(void) {
    pthread_t queries[3], evict;
    unsigned seeds[3] = {1, 2, 3};

    if (pthread_create(&evict, NULL, evictor, NULL) != 0)
        return 1;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&queries[i], NULL, query, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(queries[i], NULL);
    pthread_mutex_lock(&cache.lock);
    cache.closing = true;
    pthread_mutex_unlock(&cache.lock);
    pthread_join(evict, NULL);
    while (cache.pages) {
        struct page *p = cache.pages;
        cache.pages = p->next;
        free(p);
    }
    return 0;
}
