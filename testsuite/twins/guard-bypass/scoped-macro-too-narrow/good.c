/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a scoped lock ends with the inner block; the eviction
// behind it runs without
/*
 * Connection pool of an SQL driver, with a scoped lock made of the cleanup attribute. release() opens a
 * block for the lock, and the eviction loop was added after the block.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef pthread_mutex_t *scoped_mutex;

static inline void scoped_unlock(scoped_mutex *m) { pthread_mutex_unlock(*m); }
static inline scoped_mutex scoped_lock(pthread_mutex_t *m) {
    pthread_mutex_lock(m);
    return m;
}

#define SCOPED_CONCAT(a, b) a##b
#define SCOPED_NAME(line) SCOPED_CONCAT(scope_lock_, line)
#define SCOPED_LOCK(m) \
    __attribute__((cleanup(scoped_unlock), unused)) scoped_mutex SCOPED_NAME(__LINE__) = scoped_lock(m)

struct pooled {
    struct pooled *next;
    int id;
    unsigned uses;
};

static struct pool {
    pthread_mutex_t mtx;
    struct pooled *idle;
    int idle_count;
    int max_idle;
    int next_id;
} pool = {.mtx = PTHREAD_MUTEX_INITIALIZER, .max_idle = 2};

static struct pooled *pool_acquire(struct pool *p) {
    struct pooled *c;
    SCOPED_LOCK(&p->mtx);
    c = p->idle;
    if (c) {
        p->idle = c->next;
        p->idle_count--;
        return c;
    }
    c = calloc(1, sizeof(*c));
    if (c)
        c->id = p->next_id++;
    return c;
}

static void pool_release(struct pool *p, struct pooled *c) {
    struct pooled *victim = NULL;

    c->uses++;
    {
        SCOPED_LOCK(&p->mtx);
        c->next = p->idle;
        p->idle = c;
        p->idle_count++;
        if (p->idle_count > p->max_idle) {
            victim = p->idle;
            p->idle = victim->next;
            p->idle_count--;
        }
    }
    free(victim);
}

static int pool_idle(struct pool *p) {
    SCOPED_LOCK(&p->mtx);
    return p->idle_count;
}

static void *query_main(void *arg) {
    int *most = arg;
    for (int i = 0; i < 3000; i++) {
        struct pooled *a = pool_acquire(&pool), *b = pool_acquire(&pool);
        int idle = pool_idle(&pool);
        if (idle > *most)
            *most = idle;
        if (b)
            pool_release(&pool, b);
        if (a)
            pool_release(&pool, a);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    int most[3] = {0, 0, 0};

    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, query_main, &most[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        printf("at most %d idle\n", most[i]);
    }
    while (pool.idle) {
        struct pooled *c = pool.idle;
        pool.idle = c->next;
        free(c);
    }
    return 0;
}
