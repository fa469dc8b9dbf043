/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=functions that are entered locked and leave unlocked, and the
// other way round
/*
 * State machine of a protocol server. Each state's function, called through a table, is entered with the
 * session locked; some give the lock back themselves before a slow step, and say so by what they return.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct session {
    pthread_mutex_t lock;
    int state;
    unsigned bytes;
    unsigned rounds;
};

static struct session *session_lock(struct session *s) {
    pthread_mutex_lock(&s->lock);
    return s;
}

static void session_unlock(struct session *s) { pthread_mutex_unlock(&s->lock); }

static unsigned slow_digest(unsigned seed) {
    for (int i = 0; i < 50; i++)
        seed = seed * 1664525u + 1013904223u;
    return seed;
}

/* Entered with the lock held; leaves without it. */
static void session_finish_and_unlock(struct session *s) {
    s->rounds++;
    s->state = 0;
    session_unlock(s);
}

/* Entered and left with the lock held, but not held throughout. */
static void session_digest_locked(struct session *s) {
    unsigned bytes = s->bytes;
    session_unlock(s);
    unsigned digest = slow_digest(bytes);
    session_lock(s);
    s->bytes ^= digest & 0xff;
}

static void session_step(struct session *s) {
    session_lock(s);
    switch (s->state) {
    case 0:
        s->bytes += 3;
        s->state = 1;
        break;
    case 1:
        session_digest_locked(s);
        if (s->state == 1)
            s->state = 2;
        break;
    default:
        session_finish_and_unlock(s);
        return;
    }
    session_unlock(s);
}

static bool session_try_step(struct session *s) {
    if (pthread_mutex_trylock(&s->lock) != 0)
        return false;
    s->bytes++;
    session_unlock(s);
    return true;
}

static struct session sessions[3];

static void *worker_main(void *arg) {
    unsigned first = *(unsigned *)arg, tried = 0;
    for (unsigned i = 0; i < 3000; i++) {
        session_step(&sessions[(first + i) % 3]);
        tried += session_try_step(&sessions[i % 3]);
    }
    return (void *)(size_t)tried;
}

int main(void) {
    pthread_t threads[2];
    unsigned firsts[2] = {0, 1};

    for (int i = 0; i < 3; i++)
        pthread_mutex_init(&sessions[i].lock, NULL);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, worker_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 3; i++) {
        struct session *s = session_lock(&sessions[i]);
        printf("%u rounds, %u bytes\n", s->rounds, s->bytes);
        session_unlock(s);
        pthread_mutex_destroy(&sessions[i].lock);
    }
    return 0;
}
