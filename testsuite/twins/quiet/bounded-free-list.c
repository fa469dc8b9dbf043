/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=per-thread caches in front of a locked free list; relaxed counters
/*
 * Slab allocator: each thread keeps a bounded stack of free objects in thread-local storage and goes to
 * the shared list, under the lock, only when it is empty or full. Statistics are relaxed atomics, and the
 * fast path reads the atomic length of the shared list as a hint before it bothers to lock.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct object {
    struct object *next;
    unsigned owner;
    unsigned payload[4];
};

#define CACHE_MAX 8

static _Thread_local struct {
    struct object *free;
    unsigned count;
} cache;

static pthread_mutex_t depot_lock = PTHREAD_MUTEX_INITIALIZER;
static struct object *depot;
static atomic_uint depot_length;
static atomic_ulong stat_allocated, stat_reused;

static struct object *object_alloc(void) {
    struct object *o = cache.free;

    if (!o && atomic_load_explicit(&depot_length, memory_order_relaxed) > 0) {
        pthread_mutex_lock(&depot_lock);
        o = depot;
        if (o) {
            depot = o->next;
            atomic_fetch_sub_explicit(&depot_length, 1, memory_order_relaxed);
        }
        pthread_mutex_unlock(&depot_lock);
    } else if (o) {
        cache.free = o->next;
        cache.count--;
    }
    if (o) {
        atomic_fetch_add_explicit(&stat_reused, 1, memory_order_relaxed);
    } else {
        o = malloc(sizeof(*o));
        if (!o)
            abort();
        atomic_fetch_add_explicit(&stat_allocated, 1, memory_order_relaxed);
    }
    o->next = NULL;
    return o;
}

static void object_free(struct object *o) {
    if (cache.count < CACHE_MAX) {
        o->next = cache.free;
        cache.free = o;
        cache.count++;
        return;
    }
    pthread_mutex_lock(&depot_lock);
    o->next = depot;
    depot = o;
    atomic_fetch_add_explicit(&depot_length, 1, memory_order_relaxed);
    pthread_mutex_unlock(&depot_lock);
}

static void cache_flush(void) {
    struct object *o;
    while ((o = cache.free)) {
        cache.free = o->next;
        cache.count--;
        pthread_mutex_lock(&depot_lock);
        o->next = depot;
        depot = o;
        atomic_fetch_add_explicit(&depot_length, 1, memory_order_relaxed);
        pthread_mutex_unlock(&depot_lock);
    }
}

static void *worker_main(void *arg) {
    struct object *held[20];
    unsigned number = *(unsigned *)arg, sum = 0;
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < 20; i++) {
            held[i] = object_alloc();
            held[i]->owner = number;
            held[i]->payload[i % 4] = round;
        }
        for (unsigned i = 0; i < 20; i++) {
            sum += held[i]->owner;
            object_free(held[i]);
        }
    }
    cache_flush();
    return (void *)(size_t)sum;
}

int main(void) {
    pthread_t threads[3];
    unsigned numbers[3] = {1, 2, 3};

    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, worker_main, &numbers[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("%lu allocated, %lu reused\n", atomic_load(&stat_allocated), atomic_load(&stat_reused));
    while (depot) {
        struct object *o = depot;
        depot = o->next;
        free(o);
    }
    return 0;
}
