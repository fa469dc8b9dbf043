/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=the vector stays locked when it cannot grow
/*
 * Locked pointer vector of a job runner, with wrappers that abort when the mutex fails. The push returns straight
 * from where the allocation fails.
 */
#include "ptrvec.h"

#include <errno.h>
#include <stdlib.h>

static void vec_lock(ptrvec_t *v) {
    if (pthread_mutex_lock(&v->mutex) != 0)
        abort();
}

static void vec_unlock(ptrvec_t *v) {
    if (pthread_mutex_unlock(&v->mutex) != 0)
        abort();
}

void ptrvec_init(ptrvec_t *v) {
    pthread_mutex_init(&v->mutex, NULL);
    v->items = NULL;
    v->length = v->allocated = 0;
}

void ptrvec_clear(ptrvec_t *v) {
    free(v->items);
    pthread_mutex_destroy(&v->mutex);
}

static int grow(ptrvec_t *v) {
    size_t allocated = v->allocated ? v->allocated * 2 : 8;
    void **items = realloc(v->items, allocated * sizeof(*items));
    if (!items)
        return -ENOMEM;
    v->items = items;
    v->allocated = allocated;
    return 0;
}

int ptrvec_push(ptrvec_t *v, void *item) {
    int err = 0;

    vec_lock(v);
    if (v->length == v->allocated) {
        err = grow(v);
        if (err < 0)
            return err; // BAD(lock-imbalance)
    }
    v->items[v->length++] = item;
    vec_unlock(v);
    return err;
}

void *ptrvec_pop(ptrvec_t *v) {
    void *item = NULL;
    vec_lock(v);
    if (v->length > 0)
        item = v->items[--v->length];
    vec_unlock(v);
    return item;
}
