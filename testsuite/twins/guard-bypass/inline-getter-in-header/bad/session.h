/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef SESSION_H
#define SESSION_H

#include <pthread.h>
#include <stdbool.h>

enum session_state { SESSION_NEW, SESSION_UP, SESSION_CLOSING, SESSION_DEAD };

typedef struct session {
    pthread_mutex_t lock;
    enum session_state state;
    unsigned rx, tx;
    unsigned last_error;
} session_t;

void session_init(session_t *s);
void session_done(session_t *s);
bool session_open(session_t *s);
bool session_send(session_t *s, unsigned n);
void session_receive(session_t *s, unsigned n);
void session_fail(session_t *s, unsigned error);
bool session_reap(session_t *s);

static inline bool session_is_up(const session_t *s) { return s->state == SESSION_UP; } // BAD(guard-bypass,unlocked-access,exposed-field)
static inline unsigned session_error(const session_t *s) { return s->last_error; } // BAD(guard-bypass,unlocked-access,exposed-field)

#endif
