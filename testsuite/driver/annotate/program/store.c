/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "store.h"
#include <stdlib.h>

struct store *store_new(void) {
    struct store *store = calloc(1, sizeof *store);
    if (store)
        pthread_mutex_init(&store->lock, NULL);
    return store;
}

void store_free(struct store *store) {
    while (store->first) {
        struct item *next = store->first->next;
        free(store->first);
        store->first = next;
    }
    pthread_mutex_destroy(&store->lock);
    free(store);
}

void store_lock(struct store *s) {
    pthread_mutex_lock(&s->lock);
}

void store_unlock(struct store *s) {
    pthread_mutex_unlock(&s->lock);
}

struct item *store_find(const struct store *store, int key) {
    for (struct item *item = store->first; item; item = item->next)
        if (item->key == key)
            return item;
    return NULL;
}

static void link_item(struct store *store, struct item *item) {
    item->next = store->first;
    store->first = item;
    store->count++;
}

int store_put(struct store *store, int key, int value) {
    struct item *item;
    store_lock(store);
    item = store_find(store, key);
    if (!item && (item = calloc(1, sizeof *item)) != NULL) {
        item->key = key;
        link_item(store, item);
    }
    if (item)
        item->value = value;
    store_unlock(store);
    return item ? 0 : -1;
}
