/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=a search over slots that are locked one by one leaves the last
// one locked when it is full
/*
 * Output buffers of an encoder, each with a lock. buffer_reserve() locks one after the other and returns the
 * first that has room, locked, as its callers expect; when none has room it returns NULL with the last one
 * locked.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define BUFFERS 3
#define ROOM 128

struct buffer {
    pthread_mutex_t lock;
    size_t used;
    char bytes[ROOM];
};

static struct buffer buffers[BUFFERS];

static struct buffer *buffer_reserve(size_t length) {
    struct buffer *b = NULL;

    for (int i = 0; i < BUFFERS; i++) {
        b = &buffers[i];
        pthread_mutex_lock(&b->lock);
        if (b->used + length <= ROOM)
            return b;
        if (i < BUFFERS - 1)
            pthread_mutex_unlock(&b->lock);
    }
    return NULL; // BAD(lock-imbalance)
}

static void buffer_commit(struct buffer *b, const char *data, size_t length) {
    memcpy(b->bytes + b->used, data, length);
    b->used += length;
    pthread_mutex_unlock(&b->lock);
}

static int emit(const char *data, size_t length) {
    struct buffer *b = buffer_reserve(length);
    if (!b)
        return -1;
    buffer_commit(b, data, length);
    return 0;
}

static size_t drain(int i) {
    size_t used;
    pthread_mutex_lock(&buffers[i].lock);
    used = buffers[i].used;
    buffers[i].used = 0;
    pthread_mutex_unlock(&buffers[i].lock);
    return used;
}

static void *encoder_main(void *arg) {
    const char *text = arg;
    long dropped = 0;
    for (int i = 0; i < 6; i++)
        dropped += emit(text, strlen(text)) != 0;
    return (void *)dropped;
}

int main(void) {
    pthread_t encoders[2];
    static char texts[2][24] = {"keyframe", "delta frame"};
    size_t total = 0;
    for (int i = 0; i < BUFFERS; i++)
        pthread_mutex_init(&buffers[i].lock, NULL);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&encoders[i], NULL, encoder_main, texts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(encoders[i], NULL);
    for (int i = 0; i < BUFFERS; i++)
        total += drain(i);
    printf("%zu bytes\n", total);
    return 0;
}
