/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=closing flag tested in an earlier critical
// section
/*
 * A connection group refuses new members once it is closing. join() tests the flag under the
 * lock, prepares the member outside, and links it under the lock without testing the flag again:
 * members join a group whose close has already walked its list, and are never freed. Here the
 * flag is tested again in the section that links.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct member {
    struct member *next;
    int fd;
    char *buffer;
};

struct group {
    pthread_mutex_t lock;
    bool closing;
    struct member *members;
    unsigned joined, refused, closed;
};

static bool group_is_open(struct group *g) {
    pthread_mutex_lock(&g->lock);
    bool open = !g->closing;
    if (!open)
        g->refused++;
    pthread_mutex_unlock(&g->lock);
    return open;
}

static void member_free(struct member *m) {
    free(m->buffer);
    free(m);
}

static int group_join(struct group *g, int fd) {
    struct member *m;
    bool open;
    if (!group_is_open(g))
        return -1;
    m = calloc(1, sizeof(*m));
    if (!m)
        return -1;
    m->fd = fd;
    m->buffer = malloc(512);
    if (!m->buffer) {
        free(m);
        return -1;
    }
    pthread_mutex_lock(&g->lock);
    open = !g->closing;
    if (open) {
        m->next = g->members;
        g->members = m;
        g->joined++;
    } else {
        g->refused++;
    }
    pthread_mutex_unlock(&g->lock);
    if (!open) {
        member_free(m);
        return -1;
    }
    return 0;
}

static void group_close(struct group *g) {
    struct member *all;
    unsigned count = 0;
    pthread_mutex_lock(&g->lock);
    g->closing = true;
    all = g->members;
    g->members = NULL;
    pthread_mutex_unlock(&g->lock);
    while (all) {
        struct member *m = all;
        all = m->next;
        member_free(m);
        count++;
    }
    pthread_mutex_lock(&g->lock);
    g->closed += count;
    pthread_mutex_unlock(&g->lock);
}

static void *acceptor_main(void *arg) {
    struct group *g = arg;
    for (int fd = 3; fd < 500; fd++)
        if (group_join(g, fd) != 0)
            break;
    return NULL;
}

int main(void) {
    static struct group group = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t acceptors[2];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&acceptors[i], NULL, acceptor_main, &group) != 0)
            return 1;
    group_close(&group);
    for (int i = 0; i < 2; i++)
        pthread_join(acceptors[i], NULL);
    printf("%u joined, %u closed, %u refused\n", group.joined, group.closed, group.refused);
    return 0;
}
