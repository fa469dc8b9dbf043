/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "core_hash.h"

#include <stdlib.h>

struct node {
    struct node *next;
    int key;
    void *value;
};

struct core_hash {
    struct node *heads[16];
    int size;
};

core_hash *core_hash_new(void) { return calloc(1, sizeof(core_hash)); }

void core_hash_free(core_hash *t) {
    for (int i = 0; i < 16; i++)
        while (t->heads[i]) {
            struct node *n = t->heads[i];
            t->heads[i] = n->next;
            free(n);
        }
    free(t);
}

int core_hash_insert(core_hash *t, int key, void *value) {
    struct node *n = malloc(sizeof(*n));
    if (!n)
        return -1;
    n->key = key;
    n->value = value;
    n->next = t->heads[key & 15];
    t->heads[key & 15] = n;
    t->size++;
    return 0;
}

void *core_hash_delete(core_hash *t, int key) {
    for (struct node **link = &t->heads[key & 15], *n; (n = *link); link = &n->next)
        if (n->key == key) {
            void *value = n->value;
            *link = n->next;
            t->size--;
            free(n);
            return value;
        }
    return NULL;
}

int core_hash_walk(core_hash *t, core_hash_walker fn, void *arg) {
    for (int i = 0; i < 16; i++)
        for (struct node *n = t->heads[i]; n; n = n->next) { // BAD(iterator-invalidated)
            int status = fn(t, n->key, n->value, arg); // BAD(iterator-invalidated)
            if (status)
                return status;
        }
    return 0;
}

int core_hash_remove_if(core_hash *t, core_hash_filter fn, void *arg, void (*destroy)(void *)) {
    int removed = 0;
    for (int i = 0; i < 16; i++)
        for (struct node **link = &t->heads[i], *n; (n = *link);) {
            if (!fn(n->key, n->value, arg)) {
                link = &n->next;
                continue;
            }
            *link = n->next;
            t->size--;
            destroy(n->value);
            free(n);
            removed++;
        }
    return removed;
}

int core_hash_size(const core_hash *t) { return t->size; }
