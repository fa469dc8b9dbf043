/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=pthread, note=the callback of a walk under the read lock
// changes the elements
/*
 * Backend table of a load balancer. backends_walk() holds the table's lock shared for all its callers.
 * One of them, the weight decay, changes what it visits. The fix gives the walk a mode.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct backend {
    struct backend *next;
    int id;
    int weight;
    int sessions;
} backend_t;

typedef int (*backend_fn)(backend_t *be, void *arg);

static backend_t *backends;
static pthread_rwlock_t backends_lock = PTHREAD_RWLOCK_INITIALIZER;

static int backends_walk(bool modify, backend_fn fn, void *arg) {
    int n = 0;
    if (modify)
        pthread_rwlock_wrlock(&backends_lock);
    else
        pthread_rwlock_rdlock(&backends_lock);
    for (backend_t *be = backends; be; be = be->next)
        n += fn(be, arg);
    pthread_rwlock_unlock(&backends_lock);
    return n;
}

static int backend_add(int id) {
    backend_t *be = calloc(1, sizeof(*be));
    if (!be)
        return -1;
    be->id = id;
    be->weight = 100;
    pthread_rwlock_wrlock(&backends_lock);
    be->next = backends;
    backends = be;
    pthread_rwlock_unlock(&backends_lock);
    return 0;
}

static bool backend_set_weight(int id, int weight) {
    bool found = false;
    pthread_rwlock_wrlock(&backends_lock);
    for (backend_t *be = backends; be && !found; be = be->next)
        if (be->id == id) {
            be->weight = weight;
            be->sessions++;
            found = true;
        }
    pthread_rwlock_unlock(&backends_lock);
    return found;
}

static int sum_weight(backend_t *be, void *arg) {
    int *sum = arg;
    *sum += be->weight;
    return 1;
}

static int decay_weight(backend_t *be, void *arg) {
    const int *percent = arg;
    be->weight = be->weight * *percent / 100;
    return be->weight > 0;
}

static int total_weight(void) {
    int sum = 0;
    backends_walk(false, sum_weight, &sum);
    return sum;
}

static int decay_all(int percent) {
    return backends_walk(true, decay_weight, &percent);
}

static void *health_main(void *arg) {
    int alive = 0;
    (void)arg;
    for (int i = 0; i < 500; i++) {
        if (i < 20)
            backend_add(i);
        backend_set_weight(i % 20, 100 + i);
        alive = decay_all(90);
    }
    printf("%d alive\n", alive);
    return NULL;
}

static void *stats_main(void *arg) {
    long sum = 0;
    (void)arg;
    for (int i = 0; i < 500; i++)
        sum += total_weight();
    printf("%ld\n", sum);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    if (pthread_create(&threads[0], NULL, health_main, NULL) || pthread_create(&threads[1], NULL, stats_main, NULL) ||
        pthread_create(&threads[2], NULL, stats_main, NULL))
        return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    while (backends) {
        backend_t *be = backends;
        backends = be->next;
        free(be);
    }
    return 0;
}
