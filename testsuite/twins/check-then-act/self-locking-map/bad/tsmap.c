/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=two atomic calls on a container that locks
// itself
/*
 * A download manager uses a map that locks itself. It asks whether the URL is there and, if not,
 * puts it: each call is atomic, the pair is not, and two threads start the same download.
 */
#include "tsmap.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 64

struct node {
    struct node *next;
    char *key;
    long value;
};

struct tsmap {
    pthread_mutex_t mutex;
    struct node *buckets[BUCKETS];
    size_t size;
};

struct tsmap *tsmap_new(void) {
    struct tsmap *map = calloc(1, sizeof(*map));
    if (map)
        pthread_mutex_init(&map->mutex, NULL);
    return map;
}

static struct node **find_nolock(struct tsmap *map, const char *key) {
    unsigned h = 0;
    for (const char *c = key; *c; c++)
        h = h * 31 + (unsigned char)*c;
    struct node **link = &map->buckets[h % BUCKETS];
    while (*link && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    return link;
}

static bool add_nolock(struct tsmap *map, struct node **link, const char *key, long value) {
    struct node *n = calloc(1, sizeof(*n));
    if (!n || !(n->key = strdup(key))) {
        free(n);
        return false;
    }
    n->value = value;
    *link = n;
    map->size++;
    return true;
}

bool tsmap_contains(struct tsmap *map, const char *key) {
    pthread_mutex_lock(&map->mutex);
    bool there = *find_nolock(map, key) != NULL;
    pthread_mutex_unlock(&map->mutex);
    return there;
}

bool tsmap_put(struct tsmap *map, const char *key, long value) {
    bool done = true;
    pthread_mutex_lock(&map->mutex);
    struct node **link = find_nolock(map, key);
    if (*link)
        (*link)->value = value;
    else
        done = add_nolock(map, link, key, value);
    pthread_mutex_unlock(&map->mutex);
    return done;
}

bool tsmap_put_if_absent(struct tsmap *map, const char *key, long value) {
    bool added = false;
    pthread_mutex_lock(&map->mutex);
    struct node **link = find_nolock(map, key);
    if (!*link)
        added = add_nolock(map, link, key, value);
    pthread_mutex_unlock(&map->mutex);
    return added;
}

bool tsmap_remove(struct tsmap *map, const char *key) {
    pthread_mutex_lock(&map->mutex);
    struct node **link = find_nolock(map, key), *n = *link;
    if (n) {
        *link = n->next;
        map->size--;
    }
    pthread_mutex_unlock(&map->mutex);
    if (!n)
        return false;
    free(n->key);
    free(n);
    return true;
}

size_t tsmap_size(struct tsmap *map) {
    pthread_mutex_lock(&map->mutex);
    size_t size = map->size;
    pthread_mutex_unlock(&map->mutex);
    return size;
}

void tsmap_free(struct tsmap *map) {
    for (int b = 0; b < BUCKETS; b++) {
        while (map->buckets[b]) {
            struct node *n = map->buckets[b];
            map->buckets[b] = n->next;
            free(n->key);
            free(n);
        }
    }
    pthread_mutex_destroy(&map->mutex);
    free(map);
}
