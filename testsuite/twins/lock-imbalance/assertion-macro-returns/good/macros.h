/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef MACROS_H
#define MACROS_H

#include <pthread.h>
#include <stdio.h>

/* Checks of arguments in the library's public functions. */
#define RETURN_VAL_IF_FAIL(expression, value)                                                      \
    do {                                                                                           \
        if (!(expression)) {                                                                       \
            fprintf(stderr, "%s: '%s' failed\n", __func__, #expression);                           \
            return (value);                                                                        \
        }                                                                                          \
    } while (0)

#define MAP_LOCK(m) pthread_mutex_lock(&(m)->mutex)
#define MAP_UNLOCK(m) pthread_mutex_unlock(&(m)->mutex)

struct hmap_entry {
    struct hmap_entry *next;
    int key;
    int value;
};

struct hmap {
    pthread_mutex_t mutex;
    struct hmap_entry *heads[8];
    int frozen;
    int size;
};

int hmap_set(struct hmap *map, int key, int value);
int hmap_get(struct hmap *map, int key, int fallback);
int hmap_freeze(struct hmap *map, int frozen);

#endif
