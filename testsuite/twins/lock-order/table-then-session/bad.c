/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=the sweep locks table and session, the session's end locks session and
// table
/*
 * Sessions of an application server. The sweep walks the table under its lock and locks each session. The session's
 * end, which holds the session, takes the table's lock to leave it. The fix leaves the table first.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SESSIONS 16

struct session {
    pthread_mutex_t lock;
    int slot;
    long last_used;
    unsigned requests;
};

static struct session sessions[SESSIONS];
static struct session *table[SESSIONS];
static unsigned table_used;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static void table_enter(struct session *s) {
    pthread_mutex_lock(&table_lock);
    if (!table[s->slot]) {
        table[s->slot] = s;
        table_used++;
    }
    pthread_mutex_unlock(&table_lock);
}

static void table_leave(struct session *s) {
    pthread_mutex_lock(&table_lock); // BAD(lock-order)
    if (table[s->slot]) {
        table[s->slot] = NULL;
        table_used--;
    }
    pthread_mutex_unlock(&table_lock);
}

static int sweep(long now) {
    int stale = 0;
    pthread_mutex_lock(&table_lock);
    for (int i = 0; i < SESSIONS; i++) {
        struct session *s = table[i];
        if (!s)
            continue;
        pthread_mutex_lock(&s->lock); // BAD(lock-order)
        if (now - s->last_used > 5)
            stale++;
        pthread_mutex_unlock(&s->lock);
    }
    pthread_mutex_unlock(&table_lock);
    return stale;
}

static void session_request(struct session *s, long now) {
    pthread_mutex_lock(&s->lock);
    s->last_used = now;
    s->requests++;
    pthread_mutex_unlock(&s->lock);
}

static unsigned session_end(struct session *s) {
    unsigned requests;
    pthread_mutex_lock(&s->lock);
    requests = s->requests;
    s->requests = 0;
    table_leave(s); // BAD(lock-order)
    pthread_mutex_unlock(&s->lock);
    return requests;
}

static void *user_main(void *arg) {
    int first = *(int *)arg;
    unsigned long total = 0;
    for (int i = 0; i < 2000; i++) {
        struct session *s = &sessions[(first + i) % SESSIONS];
        table_enter(s);
        session_request(s, i);
        total += session_end(s);
    }
    return (void *)total;
}

static void *sweep_main(void *arg) {
    long stale = 0;
    (void)arg;
    for (long now = 0; now < 1000; now++)
        stale += sweep(now);
    return (void *)stale;
}

int main(void) {
    pthread_t users[2], sweeper;
    int firsts[2] = {0, 8};
    for (int i = 0; i < SESSIONS; i++) {
        pthread_mutex_init(&sessions[i].lock, NULL);
        sessions[i].slot = i;
    }
    if (pthread_create(&sweeper, NULL, sweep_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&users[i], NULL, user_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(users[i], NULL);
    pthread_join(sweeper, NULL);
    printf("%u in the table\n", table_used);
    return 0;
}
