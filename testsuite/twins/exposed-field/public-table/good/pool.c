/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=exposed-field, libs=uthash+pthread, note=another file walks the table of a public
// struct
/*
 * A session pool's struct is public for the sake of its size. The module locks around every use
 * of the table; the admin page, in another file, counts by walking the table itself. Here the
 * page asks the module.
 */
#include "pool.h"
#include <stdlib.h>

int pool_init(struct session_pool *pool) {
    pool->sessions = NULL;
    pool->created = 0;
    return pthread_rwlock_init(&pool->rwlock, NULL);
}

bool pool_create(struct session_pool *pool, int id) {
    struct pooled *known, *s = calloc(1, sizeof(*s));
    if (!s)
        return false;
    s->id = id;
    pthread_rwlock_wrlock(&pool->rwlock);
    HASH_FIND_INT(pool->sessions, &id, known);
    if (!known) {
        HASH_ADD_INT(pool->sessions, id, s);
        pool->created++;
    }
    pthread_rwlock_unlock(&pool->rwlock);
    if (known)
        free(s);
    return !known;
}

static bool pool_mark(struct session_pool *pool, int id, bool busy) {
    struct pooled *s;
    bool changed = false;
    pthread_rwlock_wrlock(&pool->rwlock);
    HASH_FIND_INT(pool->sessions, &id, s);
    if (s && s->busy != busy) {
        s->busy = busy;
        changed = true;
    }
    pthread_rwlock_unlock(&pool->rwlock);
    return changed;
}

bool pool_take(struct session_pool *pool, int id) { return pool_mark(pool, id, true); }

void pool_give(struct session_pool *pool, int id) { pool_mark(pool, id, false); }

unsigned pool_busy(struct session_pool *pool) {
    struct pooled *s, *next;
    unsigned busy = 0;
    pthread_rwlock_rdlock(&pool->rwlock);
    HASH_ITER(hh, pool->sessions, s, next)
    busy += s->busy;
    pthread_rwlock_unlock(&pool->rwlock);
    return busy;
}

void pool_clear(struct session_pool *pool) {
    struct pooled *s, *next, *all;
    pthread_rwlock_wrlock(&pool->rwlock);
    all = pool->sessions;
    pool->sessions = NULL;
    pthread_rwlock_unlock(&pool->rwlock);
    HASH_ITER(hh, all, s, next) {
        HASH_DEL(all, s);
        free(s);
    }
}
