/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=the head of a stack is read before the lock is taken
/*
 * Free list of a memory pool in a language runtime. pool_take() reads the head first, because it is usually
 * empty, and uses what it read after it has locked: by then another thread may have taken it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct cell {
    struct cell *link;
    long value;
} cell_t;

typedef struct {
    pthread_mutex_t mx;
    cell_t *free_cells;
    size_t free_count;
    size_t made;
} cell_pool_t;

static cell_pool_t pool = {.mx = PTHREAD_MUTEX_INITIALIZER};

static void pool_acquire_lock(cell_pool_t *p) { pthread_mutex_lock(&p->mx); }
static void pool_release_lock(cell_pool_t *p) { pthread_mutex_unlock(&p->mx); }

static cell_t *pool_take(cell_pool_t *p) {
    cell_t *c;

    pool_acquire_lock(p);
    c = p->free_cells;
    if (c) {
        p->free_cells = c->link;
        p->free_count--;
    } else {
        p->made++;
    }
    pool_release_lock(p);
    if (!c)
        c = malloc(sizeof(*c));
    if (c)
        c->link = NULL;
    return c;
}

static void pool_give(cell_pool_t *p, cell_t *c) {
    pool_acquire_lock(p);
    c->link = p->free_cells;
    p->free_cells = c;
    p->free_count++;
    pool_release_lock(p);
}

static size_t pool_free_count(cell_pool_t *p) {
    pool_acquire_lock(p);
    size_t n = p->free_count;
    pool_release_lock(p);
    return n;
}

static void *mutator_main(void *arg) {
    long base = *(long *)arg, sum = 0;
    for (long i = 0; i < 3000; i++) {
        cell_t *a = pool_take(&pool), *b = pool_take(&pool);
        if (!a || !b)
            abort();
        a->value = base + i;
        b->value = -a->value;
        sum += a->value + b->value;
        pool_give(&pool, a);
        pool_give(&pool, b);
    }
    return (void *)sum;
}

int main(void) {
    pthread_t mutators[3];
    long bases[3] = {1, 1000, 100000};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&mutators[i], NULL, mutator_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *sum;
        pthread_join(mutators[i], &sum);
        printf("%ld\n", (long)sum);
    }
    printf("%s\n", pool_free_count(&pool) ? "some free" : "none free");
    while (pool.free_cells) {
        cell_t *c = pool.free_cells;
        pool.free_cells = c->link;
        free(c);
    }
    return 0;
}
