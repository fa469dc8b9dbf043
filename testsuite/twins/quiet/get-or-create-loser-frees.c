/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=uthash+pthread, note=created outside the lock, inserted if nobody was faster, counted
// reference returned
/*
 * Template cache: a miss compiles outside the lock; who comes second drops his own copy and takes the first
 * one's. The reference is counted under the lock before the pointer leaves it, and given back under it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct template {
    char name[16];
    unsigned code;
    int refs; /* guarded by cache_lock */
    UT_hash_handle hh;
};

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static struct template *cache;

static struct template *template_compile(const char *name) {
    struct template *t = calloc(1, sizeof(*t));
    if (!t)
        abort();
    snprintf(t->name, sizeof(t->name), "%s", name);
    for (const char *p = name; *p; p++)
        t->code = t->code * 17 + (unsigned char)*p;
    return t;
}

static struct template *template_ref_locked(const char *name) {
    struct template *t;
    HASH_FIND_STR(cache, name, t);
    if (t)
        t->refs++;
    return t;
}

static struct template *template_get(const char *name) {
    struct template *t, *mine;

    pthread_mutex_lock(&cache_lock);
    t = template_ref_locked(name);
    pthread_mutex_unlock(&cache_lock);
    if (t)
        return t;

    mine = template_compile(name);
    pthread_mutex_lock(&cache_lock);
    t = template_ref_locked(name);
    if (!t) {
        mine->refs = 2; /* the table's and the caller's */
        HASH_ADD_STR(cache, name, mine);
        t = mine;
        mine = NULL;
    }
    pthread_mutex_unlock(&cache_lock);
    free(mine);
    return t;
}

static void template_put(struct template *t) {
    int dead;
    pthread_mutex_lock(&cache_lock);
    dead = --t->refs == 0;
    pthread_mutex_unlock(&cache_lock);
    if (dead)
        free(t);
}

static void cache_flush(void) {
    struct template *t, *next, *dead = NULL;

    pthread_mutex_lock(&cache_lock);
    HASH_ITER(hh, cache, t, next) {
        HASH_DEL(cache, t);
        if (--t->refs == 0) {
            t->hh.next = dead;
            dead = t;
        }
    }
    pthread_mutex_unlock(&cache_lock);
    while (dead) {
        next = dead->hh.next;
        free(dead);
        dead = next;
    }
}

static void *page_main(void *arg) {
    unsigned seed = *(unsigned *)arg, sum = 0;
    for (int i = 0; i < 2000; i++) {
        char name[16];
        seed = seed * 1664525u + 1013904223u;
        snprintf(name, sizeof(name), "page%u", seed >> 28);
        struct template *t = template_get(name);
        sum += t->code;
        template_put(t);
        if (i % 100 == 99)
            cache_flush();
    }
    return (void *)(size_t)sum;
}

int main(void) {
    pthread_t threads[3];
    unsigned seeds[3] = {7, 8, 9};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, page_main, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    cache_flush();
    return 0;
}
