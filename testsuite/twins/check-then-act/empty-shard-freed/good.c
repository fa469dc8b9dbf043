/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=emptiness read outside the lock decides to free a shard
// that is being filled
/*
 * Topic tree of a broker: an empty topic is removed by the housekeeping. It looks at the subscriber count
 * under the topic's lock, lets go, and then unlinks and frees under the tree's lock alone, although
 * someone may have subscribed by then. Subscribers come in under both.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct topic {
    struct topic *next;
    pthread_mutex_t lock;
    int id;
    int subscribers;
};

static pthread_mutex_t tree_lock = PTHREAD_MUTEX_INITIALIZER;
static struct topic *topics;

static struct topic *topic_find(int id) {
    struct topic *t = topics;
    while (t && t->id != id)
        t = t->next;
    return t;
}

static bool topic_join(int id) {
    struct topic *t;

    pthread_mutex_lock(&tree_lock);
    t = topic_find(id);
    if (!t) {
        t = calloc(1, sizeof(*t));
        if (!t) {
            pthread_mutex_unlock(&tree_lock);
            return false;
        }
        t->id = id;
        pthread_mutex_init(&t->lock, NULL);
        t->next = topics;
        topics = t;
    }
    pthread_mutex_lock(&t->lock);
    t->subscribers++;
    pthread_mutex_unlock(&t->lock);
    pthread_mutex_unlock(&tree_lock);
    return true;
}

static void topic_leave(int id) {
    pthread_mutex_lock(&tree_lock);
    struct topic *t = topic_find(id);
    if (t) {
        pthread_mutex_lock(&t->lock);
        if (t->subscribers > 0)
            t->subscribers--;
        pthread_mutex_unlock(&t->lock);
    }
    pthread_mutex_unlock(&tree_lock);
}

static bool topic_empty(struct topic *t) {
    pthread_mutex_lock(&t->lock);
    bool empty = t->subscribers == 0;
    pthread_mutex_unlock(&t->lock);
    return empty;
}

static void topic_unlink(struct topic *t) {
    for (struct topic **link = &topics; *link; link = &(*link)->next)
        if (*link == t) {
            *link = t->next;
            return;
        }
}

/* The only one that frees. */
static int housekeeping(int id) {
    struct topic *t;
    bool empty;

    pthread_mutex_lock(&tree_lock);
    t = topic_find(id);
    empty = t && topic_empty(t);
    if (empty)
        topic_unlink(t);
    pthread_mutex_unlock(&tree_lock);
    if (!empty)
        return 0;
    pthread_mutex_destroy(&t->lock);
    free(t);
    return 1;
}

static void *client_main(void *arg) {
    int first = *(int *)arg;
    for (int i = 0; i < 3000; i++) {
        if (topic_join((first + i) % 9))
            topic_leave((first + i) % 9);
    }
    return NULL;
}

static void *housekeeper_main(void *arg) {
    long freed = 0;
    (void)arg;
    for (int i = 0; i < 2000; i++)
        freed += housekeeping(i % 9);
    printf("%ld freed\n", freed);
    return NULL;
}

int main(void) {
    pthread_t clients[2], housekeeper;
    int firsts[2] = {0, 4};
    if (pthread_create(&housekeeper, NULL, housekeeper_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    pthread_join(housekeeper, NULL);
    for (int id = 0; id < 9; id++)
        housekeeping(id);
    return 0;
}
