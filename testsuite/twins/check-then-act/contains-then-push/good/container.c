/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "container.h"

#include <pthread.h>
#include <stdlib.h>

struct container {
    pthread_mutex_t mutex;
    void **items;
    size_t length, capacity;
};

struct container *container_new(void) {
    struct container *c = calloc(1, sizeof(*c));
    if (c)
        pthread_mutex_init(&c->mutex, NULL);
    return c;
}

void container_free(struct container *c) {
    pthread_mutex_destroy(&c->mutex);
    free(c->items);
    free(c);
}

void container_lock(struct container *c) { pthread_mutex_lock(&c->mutex); }

void container_unlock(struct container *c) { pthread_mutex_unlock(&c->mutex); }

int container_push_nolock(struct container *c, void *item) {
    if (c->length == c->capacity) {
        size_t capacity = c->capacity ? 2 * c->capacity : 4;
        void **items = realloc(c->items, capacity * sizeof(*items));
        if (!items)
            return -1;
        c->items = items;
        c->capacity = capacity;
    }
    c->items[c->length++] = item;
    return 0;
}

int container_push(struct container *c, void *item) {
    container_lock(c);
    int status = container_push_nolock(c, item);
    container_unlock(c);
    return status;
}

bool container_contains_nolock(struct container *c, container_match match, const void *wanted) {
    for (size_t i = 0; i < c->length; i++)
        if (match(c->items[i], wanted))
            return true;
    return false;
}

bool container_contains(struct container *c, container_match match, const void *wanted) {
    container_lock(c);
    bool found = container_contains_nolock(c, match, wanted);
    container_unlock(c);
    return found;
}

void *container_pop(struct container *c) {
    container_lock(c);
    void *item = c->length ? c->items[--c->length] : NULL;
    container_unlock(c);
    return item;
}
