/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=a slot is reserved under the lock, filled without it, and announced
// under it
/*
 * Frame buffer of a recorder: a producer reserves a slot under the lock, fills it while it is nobody else's, and
 * marks it ready under the lock. The consumer takes ready slots only, and marks them free the same way.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define FRAMES 6

enum { FRAME_FREE, FRAME_FILLING, FRAME_READY, FRAME_DRAINING };

static struct {
    int state; /* guarded by frames_lock; says whose the rest is */
    unsigned length;
    unsigned char data[48];
} frames[FRAMES];
static pthread_mutex_t frames_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t frames_changed = PTHREAD_COND_INITIALIZER;

static int frame_take(int from, int to) {
    pthread_mutex_lock(&frames_lock);
    for (;;) {
        for (int i = 0; i < FRAMES; i++)
            if (frames[i].state == from) {
                frames[i].state = to;
                pthread_mutex_unlock(&frames_lock);
                return i;
            }
        pthread_cond_wait(&frames_changed, &frames_lock);
    }
}

static void frame_pass(int i, int state) {
    pthread_mutex_lock(&frames_lock);
    frames[i].state = state;
    pthread_cond_broadcast(&frames_changed);
    pthread_mutex_unlock(&frames_lock);
}

static void *producer_main(void *arg) {
    unsigned seed = *(unsigned *)arg;
    for (int n = 0; n < 1000; n++) {
        int i = frame_take(FRAME_FREE, FRAME_FILLING);
        frames[i].length = (seed + (unsigned)n) % 48 + 1;
        memset(frames[i].data, n & 0xff, frames[i].length);
        frame_pass(i, FRAME_READY);
    }
    return NULL;
}

static void *consumer_main(void *arg) {
    unsigned long *sum = arg;
    for (int n = 0; n < 1000; n++) {
        int i = frame_take(FRAME_READY, FRAME_DRAINING);
        for (unsigned k = 0; k < frames[i].length; k++)
            *sum += frames[i].data[k];
        frame_pass(i, FRAME_FREE);
    }
    return NULL;
}

int main(void) {
    pthread_t producers[2], consumers[2];
    unsigned seeds[2] = {0, 20};
    unsigned long sums[2] = {0, 0};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&producers[i], NULL, producer_main, &seeds[i]) ||
            pthread_create(&consumers[i], NULL, consumer_main, &sums[i]))
            return 1;
    for (int i = 0; i < 2; i++) {
        pthread_join(producers[i], NULL);
        pthread_join(consumers[i], NULL);
    }
    printf("%lu\n", sums[0] + sums[1]);
    return 0;
}
