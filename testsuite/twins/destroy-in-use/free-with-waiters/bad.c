/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=pthread, note=object freed while its own lock is held and
// others wait for it
/*
 * A shared buffer is freed by whoever drops the last reference, inside the critical section of
 * the buffer's own mutex, which is then unlocked in freed memory. Others may wait on that mutex
 * too.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct shared_buffer {
    pthread_mutex_t mutex;
    unsigned refs;
    size_t used;
    char data[256];
};

static struct shared_buffer *buffer_new(void) {
    struct shared_buffer *b = calloc(1, sizeof(*b));
    if (!b)
        return NULL;
    if (pthread_mutex_init(&b->mutex, NULL) != 0) {
        free(b);
        return NULL;
    }
    b->refs = 1;
    return b;
}

static struct shared_buffer *buffer_ref(struct shared_buffer *b) {
    pthread_mutex_lock(&b->mutex);
    b->refs++;
    pthread_mutex_unlock(&b->mutex);
    return b;
}

static bool buffer_append(struct shared_buffer *b, char c) {
    bool fits;
    pthread_mutex_lock(&b->mutex);
    fits = b->used < sizeof(b->data);
    if (fits)
        b->data[b->used++] = c;
    pthread_mutex_unlock(&b->mutex);
    return fits;
}

static void buffer_unref(struct shared_buffer *b) {
    pthread_mutex_lock(&b->mutex);
    b->refs--;
    if (b->refs == 0) {
        free(b); // BAD(destroy-in-use)
    }
    pthread_mutex_unlock(&b->mutex); // BAD(destroy-in-use)
}

static void *writer_main(void *arg) {
    struct shared_buffer *b = arg;
    size_t written = 0;
    for (int i = 0; i < 100; i++)
        written += buffer_append(b, (char)('a' + i % 26));
    buffer_unref(b); /* the reference that our creator took for us */
    return (void *)written;
}

int main(int argc, char **argv) {
    struct shared_buffer *b = buffer_new();
    pthread_t writers[2];
    (void)argv;
    if (!b)
        return 1;
    for (int i = 0; i < 2; i++) {
        buffer_ref(b);
        if (pthread_create(&writers[i], NULL, writer_main, b) != 0)
            return 1;
    }
    for (int i = 0; i < 2; i++) {
        void *written;
        pthread_join(writers[i], &written);
        printf("writer %d: %zu\n", i, (size_t)written);
    }
    if (argc > 1)
        buffer_unref(b);
    return 0;
}
