/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "core_hash.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define WORKERS 4

struct answer {
    unsigned address;
    unsigned ttl;
};

static struct core_hash *answers;
static pthread_mutex_t answers_mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_ulong queries;

static unsigned ask_upstream(const char *name) {
    unsigned a = 0x0a000000;
    for (; *name; name++)
        a = (a << 1) ^ (unsigned char)*name;
    return a;
}

static unsigned resolve(const char *name) {
    unsigned address;
    atomic_fetch_add(&queries, 1);
    pthread_mutex_lock(&answers_mutex);
    struct answer *answer = core_hash_find(answers, name);
    if (!answer) {
        answer = malloc(sizeof(*answer));
        if (!answer) {
            pthread_mutex_unlock(&answers_mutex);
            return 0;
        }
        answer->address = ask_upstream(name);
        answer->ttl = 300;
        if (core_hash_insert(answers, name, answer) != 0) {
            free(answer);
            pthread_mutex_unlock(&answers_mutex);
            return 0;
        }
    }
    address = answer->address;
    pthread_mutex_unlock(&answers_mutex);
    return address;
}

static void *worker(void *arg) {
    const char *suffix = arg;
    char name[64];
    unsigned mix = 0;
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "host%d.%s", i % 23, suffix);
        mix ^= resolve(name);
    }
    return (void *)(size_t)mix;
}

int main(void) {
    pthread_t threads[WORKERS];
    int started = 0;
    answers = core_hash_create(61, free);
    if (!answers)
        return 1;
    for (; started < WORKERS; started++)
        if (pthread_create(&threads[started], NULL, worker, "example.net") != 0)
            break;
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    printf("%lu queries, %zu answers\n", atomic_load(&queries), core_hash_count(answers));
    core_hash_destroy(answers);
    return 0;
}
