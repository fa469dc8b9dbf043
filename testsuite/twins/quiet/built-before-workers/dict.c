/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "dict.h"

#include <stdlib.h>
#include <string.h>

struct word {
    struct word *next;
    char text[];
};

struct dict {
    struct word *buckets[64];
    unsigned size;
};

static unsigned bucket_of(const char *w) {
    unsigned h = 0;
    while (*w)
        h = h * 131 + (unsigned char)*w++;
    return h & 63;
}

struct dict *dict_new(void) { return calloc(1, sizeof(struct dict)); }

void dict_free(struct dict *d) {
    for (int i = 0; i < 64; i++)
        while (d->buckets[i]) {
            struct word *w = d->buckets[i];
            d->buckets[i] = w->next;
            free(w);
        }
    free(d);
}

int dict_contains(const struct dict *d, const char *word) {
    for (const struct word *w = d->buckets[bucket_of(word)]; w; w = w->next)
        if (strcmp(w->text, word) == 0)
            return 1;
    return 0;
}

int dict_add(struct dict *d, const char *word) {
    size_t length = strlen(word) + 1;
    struct word *w;
    if (dict_contains(d, word))
        return 0;
    w = malloc(sizeof(*w) + length);
    if (!w)
        return -1;
    memcpy(w->text, word, length);
    w->next = d->buckets[bucket_of(word)];
    d->buckets[bucket_of(word)] = w;
    d->size++;
    return 1;
}

unsigned dict_size(const struct dict *d) { return d->size; }
