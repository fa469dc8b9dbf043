/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=single producer, single consumer ring with plain indexes
/*
 * Audio ring between a decoder thread and an output thread. One writes, one reads, and therefore, so the
 * author thought, nothing needs to be atomic. The fix makes the indexes atomic, with release and acquire.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#define FRAMES 64

struct ring {
    unsigned head, tail;
    short frames[FRAMES];
};

static struct ring audio;

static int ring_push(struct ring *r, short frame) {
    unsigned tail = r->tail; // BAD(unlocked-access,unsafe-publication)
    if (tail - r->head == FRAMES) // BAD(unlocked-access,unsafe-publication)
        return 0;
    r->frames[tail % FRAMES] = frame; // BAD(unlocked-access,unsafe-publication)
    r->tail = tail + 1; // BAD(unlocked-access,unsafe-publication)
    return 1;
}

static int ring_pop(struct ring *r, short *frame) {
    unsigned head = r->head; // BAD(unlocked-access,unsafe-publication)
    if (head == r->tail) // BAD(unlocked-access,unsafe-publication)
        return 0;
    *frame = r->frames[head % FRAMES]; // BAD(unlocked-access,unsafe-publication)
    r->head = head + 1; // BAD(unlocked-access,unsafe-publication)
    return 1;
}

static void *decoder_main(void *arg) {
    int count = *(int *)arg;
    for (int i = 0; i < count; i++)
        while (!ring_push(&audio, (short)(i * 3)))
            sched_yield();
    return NULL;
}

static void *output_main(void *arg) {
    int count = *(int *)arg;
    long sum = 0;
    for (int i = 0; i < count; i++) {
        short frame;
        while (!ring_pop(&audio, &frame))
            sched_yield();
        sum += frame;
    }
    printf("%ld\n", sum);
    return NULL;
}

int main(void) {
    pthread_t decoder, output;
    int count = 4000;
    if (pthread_create(&decoder, NULL, decoder_main, &count) || pthread_create(&output, NULL, output_main, &count))
        return 1;
    pthread_join(decoder, NULL);
    pthread_join(output, NULL);
    return 0;
}
