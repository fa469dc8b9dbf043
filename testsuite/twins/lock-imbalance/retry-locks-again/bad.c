/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=a retry jumps to before the lock without giving it back
/*
 * Segment writer of a log store. When the segment is full it is rotated and the write tried again; the jump
 * goes to a label before the lock, with the lock held.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENT 256

struct segment {
    unsigned number;
    size_t used;
    char data[SEGMENT];
};

static struct {
    pthread_mutex_t lock;
    struct segment *active;
    unsigned rotations;
    unsigned long written;
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct segment *segment_new(unsigned number) {
    struct segment *s = calloc(1, sizeof(*s));
    if (s)
        s->number = number;
    return s;
}

static int rotate_locked(void) {
    struct segment *fresh = segment_new(store.rotations + 1);
    if (!fresh)
        return -1;
    free(store.active);
    store.active = fresh;
    store.rotations++;
    return 0;
}

static int store_append(const char *record, size_t length) {
    struct segment *s;

    if (length > SEGMENT)
        return -1;
retry:
    pthread_mutex_lock(&store.lock); // BAD(lock-imbalance)
    s = store.active;
    if (!s || s->used + length > SEGMENT) {
        if (rotate_locked() != 0) {
            pthread_mutex_unlock(&store.lock);
            return -1;
        }
        goto retry; // BAD(lock-imbalance)
    }
    memcpy(s->data + s->used, record, length);
    s->used += length;
    store.written += length;
    pthread_mutex_unlock(&store.lock);
    return 0;
}

static unsigned long store_written(void) {
    pthread_mutex_lock(&store.lock);
    unsigned long written = store.written;
    pthread_mutex_unlock(&store.lock);
    return written;
}

static void *producer_main(void *arg) {
    const char *record = arg;
    for (int i = 0; i < 2000; i++)
        if (store_append(record, strlen(record)) != 0)
            break;
    return NULL;
}

int main(void) {
    pthread_t producers[2];
    static char records[2][24] = {"login alice", "logout bob, idle"};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&producers[i], NULL, producer_main, records[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(producers[i], NULL);
    printf("%lu bytes, %u rotations\n", store_written(), store.rotations);
    free(store.active);
    return 0;
}
