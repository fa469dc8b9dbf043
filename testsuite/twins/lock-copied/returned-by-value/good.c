/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-copied, libs=pthread, note=constructor returns a struct with a lock by value;
// snapshot copies it
/*
 * A counter set is snapshot by returning the whole struct, mutex included, while the mutex is
 * held: the copy's mutex is locked for ever. Here the snapshot is a struct of its own without a
 * lock.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define COUNTERS 8

struct counter {
    const char *name;
    unsigned long value;
};

struct counter_set {
    pthread_mutex_t mutex;
    struct counter counters[COUNTERS];
    unsigned count;
};

struct counter_snapshot {
    struct counter counters[COUNTERS];
    unsigned count;
};

static void counter_set_init(struct counter_set *set) {
    memset(set, 0, sizeof(*set));
    pthread_mutex_init(&set->mutex, NULL);
}

static int counter_register(struct counter_set *set, const char *name) {
    int index = -1;
    pthread_mutex_lock(&set->mutex);
    if (set->count < COUNTERS) {
        index = (int)set->count++;
        set->counters[index].name = name;
    }
    pthread_mutex_unlock(&set->mutex);
    return index;
}

static void counter_add(struct counter_set *set, int index, unsigned long n) {
    pthread_mutex_lock(&set->mutex);
    set->counters[index].value += n;
    pthread_mutex_unlock(&set->mutex);
}

static struct counter_snapshot counter_snapshot(struct counter_set *set) {
    struct counter_snapshot copy;
    pthread_mutex_lock(&set->mutex);
    memcpy(copy.counters, set->counters, sizeof(copy.counters));
    copy.count = set->count;
    pthread_mutex_unlock(&set->mutex);
    return copy;
}

static void counter_print(struct counter_set *set) {
    struct counter_snapshot now = counter_snapshot(set);
    for (unsigned i = 0; i < now.count; i++)
        printf("%s %lu\n", now.counters[i].name, now.counters[i].value);
}

static struct counter_set counters;

static void *worker_main(void *arg) {
    int index = counter_register(&counters, arg);
    if (index < 0)
        return NULL;
    for (unsigned long i = 0; i < 500; i++)
        counter_add(&counters, index, i);
    return NULL;
}

int main(void) {
    pthread_t workers[2];
    static char names[2][8] = {"rx", "tx"};
    counter_set_init(&counters);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&workers[i], NULL, worker_main, names[i]) != 0)
            return 1;
    counter_print(&counters);
    for (int i = 0; i < 2; i++)
        pthread_join(workers[i], NULL);
    counter_print(&counters);
    pthread_mutex_destroy(&counters.mutex);
    return 0;
}
