/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=packets owned by whoever took them from a bounded ring
/*
 * Capture pipeline: packets travel through two bounded rings. Whoever has taken a packet out owns it and
 * changes it without a lock; the counters of each stage belong to its thread and are read after the join.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define RING_SIZE 16

struct packet {
    unsigned length;
    unsigned checksum;
    bool last;
    unsigned char data[60];
};

struct ring {
    pthread_mutex_t mutex;
    pthread_cond_t not_empty, not_full;
    struct packet *slots[RING_SIZE];
    unsigned head, tail;
};

static void ring_init(struct ring *r) {
    pthread_mutex_init(&r->mutex, NULL);
    pthread_cond_init(&r->not_empty, NULL);
    pthread_cond_init(&r->not_full, NULL);
    r->head = r->tail = 0;
}

static void ring_put(struct ring *r, struct packet *p) {
    pthread_mutex_lock(&r->mutex);
    while (r->tail - r->head == RING_SIZE)
        pthread_cond_wait(&r->not_full, &r->mutex);
    r->slots[r->tail++ % RING_SIZE] = p;
    pthread_cond_signal(&r->not_empty);
    pthread_mutex_unlock(&r->mutex);
}

static struct packet *ring_get(struct ring *r) {
    struct packet *p;
    pthread_mutex_lock(&r->mutex);
    while (r->tail == r->head)
        pthread_cond_wait(&r->not_empty, &r->mutex);
    p = r->slots[r->head++ % RING_SIZE];
    pthread_cond_signal(&r->not_full);
    pthread_mutex_unlock(&r->mutex);
    return p;
}

struct stage {
    pthread_t thread;
    struct ring *in, *out;
    unsigned long packets, bytes;
};

static void *decode_main(void *arg) {
    struct stage *s = arg;
    bool last;
    do {
        struct packet *p = ring_get(s->in);
        p->checksum = 0;
        for (unsigned i = 0; i < p->length; i++)
            p->checksum = p->checksum * 31 + p->data[i];
        s->packets++;
        s->bytes += p->length;
        last = p->last;
        ring_put(s->out, p);
    } while (!last);
    return NULL;
}

static void *output_main(void *arg) {
    struct stage *s = arg;
    bool last;
    do {
        struct packet *p = ring_get(s->in);
        s->packets++;
        s->bytes += p->checksum & 0xff;
        last = p->last;
        free(p);
    } while (!last);
    return NULL;
}

int main(void) {
    static struct ring captured, decoded;
    struct stage decode = {.in = &captured, .out = &decoded}, output = {.in = &decoded};

    ring_init(&captured);
    ring_init(&decoded);
    if (pthread_create(&decode.thread, NULL, decode_main, &decode) != 0 ||
        pthread_create(&output.thread, NULL, output_main, &output) != 0)
        return 1;
    for (unsigned i = 0; i < 3000; i++) {
        struct packet *p = calloc(1, sizeof(*p));
        if (!p)
            return 1;
        p->length = i % 60;
        p->data[i % 60] = (unsigned char)i;
        p->last = i == 2999;
        ring_put(&captured, p);
    }
    pthread_join(decode.thread, NULL);
    pthread_join(output.thread, NULL);
    printf("%lu decoded, %lu written\n", decode.packets, output.packets);
    return 0;
}
