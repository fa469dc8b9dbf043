/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=published copy is changed in place
/*
 * A proxy publishes its host table as an immutable snapshot behind an atomic pointer. Updates
 * copy, change and publish, except the weight update, which changes the published snapshot in
 * place while readers use it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HOSTS 16

struct host {
    char name[24];
    unsigned weight;
};

struct host_table {
    struct host_table *retired_next; /* freed after the readers are joined */
    unsigned count;
    struct host hosts[MAX_HOSTS];
};

static _Atomic(struct host_table *) published;
static pthread_mutex_t update_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct host_table *retired;

static const struct host_table *hosts_snapshot(void) {
    return atomic_load_explicit(&published, memory_order_acquire);
}

static struct host_table *copy_current_locked(void) {
    struct host_table *old = atomic_load_explicit(&published, memory_order_relaxed);
    struct host_table *copy = calloc(1, sizeof(*copy));
    if (copy && old) {
        copy->count = old->count;
        memcpy(copy->hosts, old->hosts, sizeof(copy->hosts));
    }
    return copy;
}

static void publish_locked(struct host_table *table) {
    struct host_table *old = atomic_exchange_explicit(&published, table, memory_order_acq_rel);
    if (old) {
        old->retired_next = retired;
        retired = old;
    }
}

static int host_add(const char *name, unsigned weight) {
    int status = -1;
    pthread_mutex_lock(&update_mutex);
    struct host_table *t = copy_current_locked();
    if (t && t->count < MAX_HOSTS) {
        struct host *h = &t->hosts[t->count++];
        snprintf(h->name, sizeof(h->name), "%s", name);
        h->weight = weight;
        publish_locked(t);
        status = 0;
    } else {
        free(t);
    }
    pthread_mutex_unlock(&update_mutex);
    return status;
}

static void host_set_weight(const char *name, unsigned weight) {
    pthread_mutex_lock(&update_mutex);
    struct host_table *t = atomic_load_explicit(&published, memory_order_relaxed);
    for (unsigned i = 0; t && i < t->count; i++)
        if (strcmp(t->hosts[i].name, name) == 0)
            t->hosts[i].weight = weight; // BAD(unsafe-publication,unlocked-access)
    pthread_mutex_unlock(&update_mutex);
}

static unsigned pick_weight(unsigned hash) {
    const struct host_table *t = hosts_snapshot();
    return t && t->count ? t->hosts[hash % t->count].weight : 0;
}

static void *worker_main(void *arg) {
    unsigned seed = *(unsigned *)arg;
    size_t sum = 0;
    for (unsigned i = 0; i < 1000; i++)
        sum += pick_weight(seed + i);
    return (void *)sum;
}

static void *admin_main(void *arg) {
    unsigned rounds = *(unsigned *)arg;
    for (unsigned i = 0; i < rounds; i++)
        host_set_weight(i % 2 ? "a.example" : "b.example", i);
    host_add("c.example", 7);
    return NULL;
}

int main(void) {
    pthread_t workers[2], admin;
    unsigned seeds[2] = {1, 2}, rounds = 30;
    if (host_add("a.example", 1) != 0 || host_add("b.example", 2) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&workers[i], NULL, worker_main, &seeds[i]) != 0)
            return 1;
    if (pthread_create(&admin, NULL, admin_main, &rounds) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(workers[i], NULL);
    pthread_join(admin, NULL);
    free(atomic_load(&published));
    while (retired) {
        struct host_table *t = retired;
        retired = t->retired_next;
        free(t);
    }
    return 0;
}
