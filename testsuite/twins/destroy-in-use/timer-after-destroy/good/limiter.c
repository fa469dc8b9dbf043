/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "timer.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BUCKETS 16

struct limiter {
    pthread_mutex_t lock;
    unsigned *tokens;
    unsigned burst;
    int timer;
};

static void limiter_refill(void *data) {
    struct limiter *l = data;
    pthread_mutex_lock(&l->lock);
    for (unsigned i = 0; i < BUCKETS; i++)
        if (l->tokens[i] < l->burst)
            l->tokens[i]++;
    pthread_mutex_unlock(&l->lock);
}

static struct limiter *limiter_new(unsigned burst) {
    struct limiter *l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    l->burst = burst;
    l->tokens = calloc(BUCKETS, sizeof(*l->tokens));
    if (!l->tokens || pthread_mutex_init(&l->lock, NULL) != 0) {
        free(l->tokens);
        free(l);
        return NULL;
    }
    l->timer = timer_add(limiter_refill, l);
    return l;
}

static int limiter_take(struct limiter *l, unsigned key) {
    int allowed = 0;
    pthread_mutex_lock(&l->lock);
    if (l->tokens[key % BUCKETS] > 0) {
        l->tokens[key % BUCKETS]--;
        allowed = 1;
    }
    pthread_mutex_unlock(&l->lock);
    return allowed;
}

static void limiter_free(struct limiter *l) {
    timer_remove(l->timer);
    free(l->tokens);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

int main(int argc, char **argv) {
    struct limiter *l;
    int allowed = 0;
    (void)argv;
    if (timer_service_start() != 0)
        return 1;
    l = limiter_new(5);
    if (!l)
        return 1;
    for (unsigned i = 0; i < 100; i++) {
        allowed += limiter_take(l, i);
        usleep(50);
    }
    if (argc > 0)
        limiter_free(l);
    timer_service_stop();
    printf("%d allowed\n", allowed);
    return 0;
}
