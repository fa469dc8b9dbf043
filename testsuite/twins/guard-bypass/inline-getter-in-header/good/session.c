/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=inline getters in the header read what the module guards
/*
 * Sessions of a tunnel daemon: the module changes state, counters and error under the session's lock. Two
 * getters, made inline for speed, read bare and are used by the supervisor in another file.
 */
#include "session.h"

void session_init(session_t *s) {
    pthread_mutex_init(&s->lock, NULL);
    s->state = SESSION_NEW;
    s->rx = s->tx = s->last_error = 0;
}

void session_done(session_t *s) { pthread_mutex_destroy(&s->lock); }

bool session_open(session_t *s) {
    pthread_mutex_lock(&s->lock);
    bool opened = s->state == SESSION_NEW || s->state == SESSION_DEAD;
    if (opened) {
        s->state = SESSION_UP;
        s->last_error = 0;
    }
    pthread_mutex_unlock(&s->lock);
    return opened;
}

bool session_send(session_t *s, unsigned n) {
    pthread_mutex_lock(&s->lock);
    bool up = s->state == SESSION_UP;
    if (up)
        s->tx += n;
    pthread_mutex_unlock(&s->lock);
    return up;
}

void session_receive(session_t *s, unsigned n) {
    pthread_mutex_lock(&s->lock);
    if (s->state == SESSION_UP)
        s->rx += n;
    pthread_mutex_unlock(&s->lock);
}

void session_fail(session_t *s, unsigned error) {
    pthread_mutex_lock(&s->lock);
    s->state = SESSION_CLOSING;
    s->last_error = error;
    pthread_mutex_unlock(&s->lock);
}

bool session_reap(session_t *s) {
    pthread_mutex_lock(&s->lock);
    bool closing = s->state == SESSION_CLOSING;
    if (closing)
        s->state = SESSION_DEAD;
    pthread_mutex_unlock(&s->lock);
    return closing;
}

bool session_is_up(session_t *s) {
    pthread_mutex_lock(&s->lock);
    bool up = s->state == SESSION_UP;
    pthread_mutex_unlock(&s->lock);
    return up;
}

unsigned session_error(session_t *s) {
    pthread_mutex_lock(&s->lock);
    unsigned error = s->last_error;
    pthread_mutex_unlock(&s->lock);
    return error;
}
