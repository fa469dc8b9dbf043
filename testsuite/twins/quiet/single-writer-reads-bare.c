/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=only one thread writes a field, always under the lock, and reads it
// without; everyone else reads under the lock
/*
 * Position of a media clock. The clock's thread is the only one that writes; it writes under the lock, and
 * reads what it wrote itself without. That no one else writes is what makes it right.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

struct clock {
    pthread_mutex_t lock;
    long position;
    long jitter;
    unsigned resyncs;
};

static struct clock media = {.lock = PTHREAD_MUTEX_INITIALIZER};
static atomic_bool stop;

/* Only for the clock's thread. */
static void clock_advance(struct clock *c, long step) {
    long position = c->position + step;
    long jitter = (c->jitter * 7 + (step & 15)) / 8;
    int resync = jitter != c->jitter && position % 64 == 0;

    pthread_mutex_lock(&c->lock);
    c->position = position;
    c->jitter = jitter;
    if (resync)
        c->resyncs++;
    pthread_mutex_unlock(&c->lock);
}

static void clock_snapshot(struct clock *c, long *position, long *jitter) {
    pthread_mutex_lock(&c->lock);
    *position = c->position;
    *jitter = c->jitter;
    pthread_mutex_unlock(&c->lock);
}

static void *clock_main(void *arg) {
    struct clock *c = arg;
    struct timespec pause = {0, 1000};
    for (long step = 1; !atomic_load(&stop); step = step % 30 + 1) {
        clock_advance(c, step);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void *display_main(void *arg) {
    long last = 0, back = 0;
    for (int i = 0; i < 3000; i++) {
        long position, jitter;
        clock_snapshot(arg, &position, &jitter);
        back += position < last;
        last = position + (jitter < 0);
    }
    return (void *)back;
}

int main(void) {
    pthread_t ticker, displays[2];
    if (pthread_create(&ticker, NULL, clock_main, &media) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&displays[i], NULL, display_main, &media) != 0)
            return 1;
    for (int i = 0; i < 2; i++) {
        void *back;
        pthread_join(displays[i], &back);
        printf("%ld times backwards\n", (long)back);
    }
    atomic_store(&stop, true);
    pthread_join(ticker, NULL);
    return 0;
}
