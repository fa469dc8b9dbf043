/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=a free port is chosen under the lock and registered
// under the next
/*
 * Media port allocator of a telephone gateway. The search for a free port and the registration of the
 * session that uses it are two critical sections, in an LOCK() macro that hides the mutex.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PORT_BASE 10000
#define PORT_COUNT 64

typedef struct rtp_session {
    uint16_t port;
    unsigned ssrc;
    struct rtp_session *next;
} rtp_session_t;

typedef struct {
    pthread_mutex_t mutex;
    rtp_session_t *by_port[PORT_COUNT];
    unsigned next_try;
    unsigned in_use;
} port_table_t;

#define LOCK(t) pthread_mutex_lock(&(t)->mutex)
#define UNLOCK(t) pthread_mutex_unlock(&(t)->mutex)

static port_table_t ports = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static int find_free(port_table_t *t) {
    for (unsigned i = 0; i < PORT_COUNT; i++) {
        unsigned slot = (t->next_try + i) % PORT_COUNT;
        if (t->by_port[slot] == NULL) {
            t->next_try = slot + 1;
            return (int)slot;
        }
    }
    return -1;
}

static rtp_session_t *rtp_session_create(port_table_t *t, unsigned ssrc) {
    rtp_session_t *s = calloc(1, sizeof(*s));
    int slot;

    if (!s)
        return NULL;
    s->ssrc = ssrc;

    LOCK(t);
    slot = find_free(t);
    UNLOCK(t);
    if (slot < 0) {
        free(s);
        return NULL;
    }
    s->port = (uint16_t)(PORT_BASE + 2 * slot);

    LOCK(t);
    t->by_port[slot] = s; // BAD(check-then-act)
    t->in_use++;
    UNLOCK(t);
    return s;
}

static void rtp_session_destroy(port_table_t *t, rtp_session_t *s) {
    LOCK(t);
    t->by_port[(s->port - PORT_BASE) / 2] = NULL;
    t->in_use--;
    UNLOCK(t);
    free(s);
}

static unsigned ports_in_use(port_table_t *t) {
    LOCK(t);
    unsigned n = t->in_use;
    UNLOCK(t);
    return n;
}

static void *call_thread(void *arg) {
    unsigned ssrc = (unsigned)(uintptr_t)arg;
    unsigned refused = 0;
    for (int i = 0; i < 1500; i++) {
        rtp_session_t *legs[2];
        legs[0] = rtp_session_create(&ports, ssrc + (unsigned)i);
        legs[1] = rtp_session_create(&ports, ~ssrc);
        for (int k = 0; k < 2; k++) {
            if (legs[k])
                rtp_session_destroy(&ports, legs[k]);
            else
                refused++;
        }
    }
    return (void *)(uintptr_t)refused;
}

int main(void) {
    pthread_t calls[3];
    for (uintptr_t i = 0; i < 3; i++)
        if (pthread_create(&calls[i], NULL, call_thread, (void *)(i * 7001)) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *refused;
        pthread_join(calls[i], &refused);
        printf("%u refused\n", (unsigned)(uintptr_t)refused);
    }
    printf("%u in use\n", ports_in_use(&ports));
    return 0;
}
