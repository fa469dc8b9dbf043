/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=callee gives the caller's lock back on its error
// path
/*
 * A connection pool's wait helper is called with the lock and usually returns with it, but gives
 * it back when the pool shuts down. One caller goes on touching the pool in that case.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct db_conn {
    struct db_conn *next;
    unsigned used;
};

struct db_pool {
    pthread_mutex_t mutex;
    pthread_cond_t available;
    struct db_conn *idle;
    unsigned idle_count, waits, failures;
    bool closing;
};

/* Called with the mutex. Returns true with the mutex, false without it. */
static bool pool_wait_idle(struct db_pool *p) {
    while (!p->idle) {
        if (p->closing) {
            pthread_mutex_unlock(&p->mutex);
            return false;
        }
        p->waits++;
        pthread_cond_wait(&p->available, &p->mutex);
    }
    return true;
}

static struct db_conn *pool_get(struct db_pool *p) {
    struct db_conn *c;
    pthread_mutex_lock(&p->mutex);
    if (!pool_wait_idle(p)) {
        p->failures++; // BAD(guard-bypass,unlocked-access)
        return NULL;
    }
    c = p->idle;
    p->idle = c->next;
    p->idle_count--;
    pthread_mutex_unlock(&p->mutex);
    c->next = NULL;
    return c;
}

static void pool_put(struct db_pool *p, struct db_conn *c) {
    pthread_mutex_lock(&p->mutex);
    c->next = p->idle;
    p->idle = c;
    p->idle_count++;
    pthread_cond_signal(&p->available);
    pthread_mutex_unlock(&p->mutex);
}

static void pool_report(struct db_pool *p) {
    pthread_mutex_lock(&p->mutex);
    printf("%u idle, %u waits, %u failures\n", p->idle_count, p->waits, p->failures);
    pthread_mutex_unlock(&p->mutex);
}

static void pool_fail(struct db_pool *p) {
    pthread_mutex_lock(&p->mutex);
    p->failures++;
    pthread_mutex_unlock(&p->mutex);
}

static void pool_close(struct db_pool *p) {
    pthread_mutex_lock(&p->mutex);
    p->closing = true;
    pthread_cond_broadcast(&p->available);
    pthread_mutex_unlock(&p->mutex);
}

static void *query_main(void *arg) {
    struct db_pool *p = arg;
    for (int i = 0; i < 300; i++) {
        struct db_conn *c = pool_get(p);
        if (!c)
            break;
        c->used++; /* the connection is ours until we put it back */
        if (i % 97 == 96)
            pool_fail(p);
        pool_put(p, c);
    }
    return NULL;
}

int main(void) {
    static struct db_pool pool = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                  .available = PTHREAD_COND_INITIALIZER};
    pthread_t queries[4];
    for (int i = 0; i < 2; i++) {
        struct db_conn *c = calloc(1, sizeof(*c));
        if (!c)
            return 1;
        pool_put(&pool, c);
    }
    for (int i = 0; i < 4; i++)
        if (pthread_create(&queries[i], NULL, query_main, &pool) != 0)
            return 1;
    pool_report(&pool);
    pool_close(&pool);
    for (int i = 0; i < 4; i++)
        pthread_join(queries[i], NULL);
    pool_report(&pool);
    while (pool.idle) {
        struct db_conn *c = pool.idle;
        pool.idle = c->next;
        free(c);
    }
    return 0;
}
