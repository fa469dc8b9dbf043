/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=reference count tested outside of the lock that
// lookups take
/*
 * Sessions are counted atomically. put() drops the count and, at zero, takes the table's lock to
 * unlink. Between the two a lookup, which holds the lock, can find the session and take a new
 * reference, and the session is freed under its feet. Here the last reference is dropped under
 * the table's lock.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define TABLE_SIZE 64

struct session {
    struct session *next;
    unsigned id;
    atomic_int refs;
    atomic_ulong requests;
};

static pthread_mutex_t sessions_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct session *sessions[TABLE_SIZE];
static atomic_uint live;

static struct session *session_get(unsigned id) {
    struct session *s;
    pthread_mutex_lock(&sessions_mutex);
    for (s = sessions[id % TABLE_SIZE]; s; s = s->next)
        if (s->id == id)
            break;
    if (!s) {
        s = calloc(1, sizeof(*s));
        if (!s)
            goto out;
        s->id = id;
        s->next = sessions[id % TABLE_SIZE];
        sessions[id % TABLE_SIZE] = s;
        atomic_fetch_add(&live, 1);
    }
    atomic_fetch_add(&s->refs, 1);
out:
    pthread_mutex_unlock(&sessions_mutex);
    return s;
}

static void session_unlink_locked(struct session *s) {
    struct session **link = &sessions[s->id % TABLE_SIZE];
    while (*link != s)
        link = &(*link)->next;
    *link = s->next;
}

static void session_put(struct session *s) {
    pthread_mutex_lock(&sessions_mutex);
    if (atomic_fetch_sub(&s->refs, 1) != 1) {
        pthread_mutex_unlock(&sessions_mutex);
        return;
    }
    session_unlink_locked(s);
    pthread_mutex_unlock(&sessions_mutex);
    free(s);
    atomic_fetch_sub(&live, 1);
}

static int serve(unsigned id) {
    struct session *s = session_get(id);
    if (!s)
        return -1;
    atomic_fetch_add(&s->requests, 1);
    session_put(s);
    return 0;
}

static void *server_main(void *arg) {
    unsigned first = *(unsigned *)arg;
    size_t failed = 0;
    for (unsigned i = 0; i < 2000; i++)
        failed += serve(first + i % 5) != 0;
    return (void *)failed;
}

int main(void) {
    pthread_t servers[3];
    unsigned firsts[3] = {0, 1, 2};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&servers[i], NULL, server_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(servers[i], NULL);
    printf("%u sessions left\n", atomic_load(&live));
    return 0;
}
