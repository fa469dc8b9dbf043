/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=pthread, note=the last worker says that it is done and then still uses
// the pool
/*
 * A thread pool waits in its destructor until the count of running workers is zero, and frees itself. The
 * worker counts down before its last use of the pool's lock and statistics. The fix counts down last, under
 * the lock, and joins.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define POOL_THREADS 3

struct pool_job {
    struct pool_job *next;
    unsigned cost;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct pool_job *jobs;
    bool stop;
    unsigned long done;
    atomic_int running;
};

static atomic_ulong all_done;

static void *pool_worker(void *arg) {
    struct pool *p = arg;
    unsigned long mine = 0;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->jobs && !p->stop)
            pthread_cond_wait(&p->wake, &p->lock);
        struct pool_job *job = p->jobs;
        if (!job)
            break;
        p->jobs = job->next;
        pthread_mutex_unlock(&p->lock);
        mine += job->cost;
        free(job);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);

    atomic_fetch_sub(&p->running, 1); // BAD(destroy-in-use)
    pthread_mutex_lock(&p->lock); // BAD(destroy-in-use)
    p->done += mine; // BAD(destroy-in-use)
    pthread_mutex_unlock(&p->lock); // BAD(destroy-in-use)
    return NULL;
}

static struct pool *pool_create(void) {
    struct pool *p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    for (int i = 0; i < POOL_THREADS; i++) {
        pthread_t thread;
        atomic_fetch_add(&p->running, 1);
        if (pthread_create(&thread, NULL, pool_worker, p) != 0)
            abort();
        pthread_detach(thread);
    }
    return p;
}

static int pool_push(struct pool *p, unsigned cost) {
    struct pool_job *job = malloc(sizeof(*job));
    if (!job)
        return -1;
    job->cost = cost;
    pthread_mutex_lock(&p->lock);
    job->next = p->jobs;
    p->jobs = job;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    return 0;
}

static void pool_destroy(struct pool *p) {
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    while (atomic_load(&p->running) > 0)
        sched_yield();
    atomic_fetch_add(&all_done, p->done); // BAD(destroy-in-use,guard-bypass,unlocked-access)
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock); // BAD(destroy-in-use)
    free(p); // BAD(destroy-in-use)
}

int main(void) {
    for (int round = 0; round < 10; round++) {
        struct pool *p = pool_create();
        if (!p)
            return 1;
        for (unsigned i = 0; i < 200; i++)
            if (pool_push(p, i) != 0)
                return 1;
        pool_destroy(p);
    }
    printf("%lu\n", atomic_load(&all_done));
    return 0;
}
