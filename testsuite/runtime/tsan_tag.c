/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A map that announces its own operations, in a program that gcc built with its ThreadSanitizer.
 * With an argument both threads hold a lock.
 */
#define MAPSAN_ENABLED
#include <pthread.h>

#include "mapsan/mapsan.h"

static struct {
    struct mapsan_tag tag;
    int body[8];
} cache;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int locks;

static void *use(void *unused) {
    for (int i = 0; i < 100; i++) {
        if (locks)
            pthread_mutex_lock(&lock);
        MAPSAN_WRITE_BEGIN(&cache, &cache.tag, "cache");
        MAPSAN_WRITE_END(&cache.tag);
        if (locks)
            pthread_mutex_unlock(&lock);
    }
    return unused;
}

int main(int count, char **arguments) {
    pthread_t threads[2];
    (void)arguments;
    locks = count > 1;
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, use, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
