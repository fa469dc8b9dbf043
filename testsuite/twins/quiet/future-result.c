/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=result written before the flag is set under the lock, read without it
// once the flag was seen
/*
 * Futures: the worker writes the result while nobody looks, then sets `done` under the lock. Who waits sees
 * `done` under the lock and reads the result after it: it never changes again.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct future {
    pthread_mutex_t lock;
    pthread_cond_t settled;
    bool done;
    int refs; /* guarded by lock */
    unsigned input;
    unsigned long value; /* written by the worker before done, constant after */
    char text[32];
};

static struct future *future_new(unsigned input) {
    struct future *f = calloc(1, sizeof(*f));
    if (!f)
        abort();
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->settled, NULL);
    f->input = input;
    f->refs = 2; /* the worker's and the caller's */
    return f;
}

static void future_release(struct future *f) {
    pthread_mutex_lock(&f->lock);
    bool last = --f->refs == 0;
    pthread_mutex_unlock(&f->lock);
    if (!last)
        return;
    pthread_cond_destroy(&f->settled);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

static void *compute(void *arg) {
    struct future *f = arg;

    f->value = 1;
    for (unsigned i = 2; i <= f->input; i++)
        f->value = f->value * i % 1000003;
    snprintf(f->text, sizeof(f->text), "%u! is %lu", f->input, f->value);

    pthread_mutex_lock(&f->lock);
    f->done = true;
    pthread_cond_broadcast(&f->settled);
    pthread_mutex_unlock(&f->lock);
    future_release(f);
    return NULL;
}

static void future_wait(struct future *f) {
    pthread_mutex_lock(&f->lock);
    while (!f->done)
        pthread_cond_wait(&f->settled, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

static unsigned long future_get(struct future *f) {
    future_wait(f);
    return f->value;
}

int main(void) {
    unsigned long sum = 0;
    for (unsigned round = 0; round < 50; round++) {
        struct future *f[4];
        for (unsigned i = 0; i < 4; i++) {
            pthread_t thread;
            f[i] = future_new(round * 4 + i);
            if (pthread_create(&thread, NULL, compute, f[i]) != 0)
                return 1;
            pthread_detach(thread);
        }
        for (unsigned i = 0; i < 4; i++) {
            sum += future_get(f[i]);
            sum += (unsigned char)f[i]->text[0];
            future_release(f[i]);
        }
    }
    printf("%lu\n", sum);
    return 0;
}
