/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* How real programs pass locks around. */
#include <pthread.h>
#include <stdlib.h>

struct conn {
    pthread_mutex_t mutex;
    int state, sent;
};

/* Another file: gives the lock back. */
void conn_disconnect(struct conn *c);
int conn_flush(struct conn *c);

int conn_write_ok(struct conn *c, int last) {
    pthread_mutex_lock(&c->mutex);
    c->sent++;
    if (last) {
        conn_disconnect(c); /* gives the lock back: only this way calls it */
        return 1;
    }
    pthread_mutex_unlock(&c->mutex);
    return 0;
}

int conn_write_bad(struct conn *c) {
    pthread_mutex_lock(&c->mutex); // expected-note {{it is taken here}}
    if (conn_flush(c) < 0)
        return -1; // expected-warning {{conn_write_bad() returns here with `c->mutex` held}}
    pthread_mutex_unlock(&c->mutex); // expected-note {{and given back here, on another path}}
    return 0;
}

/* A switch of what to lock and what to unlock, as the caller says. */
static pthread_mutex_t hang_lock = PTHREAD_MUTEX_INITIALIZER;
enum { PAUSE, RESUME, NOTHING };

void threads_pause_ok(int what) {
    switch (what) {
    case PAUSE:
        pthread_mutex_lock(&hang_lock);
        break;
    case RESUME:
        pthread_mutex_unlock(&hang_lock);
        break;
    default:
        break;
    }
}

/* One of an array: the index is computed again at the unlock. */
static pthread_mutex_t item_locks[64];

void item_touch_ok(int *items, unsigned hash) {
    pthread_mutex_lock(&item_locks[hash & 63]);
    items[hash]++;
    unsigned same = hash;
    pthread_mutex_unlock(&item_locks[same % 64]);
}

/* Finishes a class under the lock that its callers took; one caller has not. */
static pthread_mutex_t class_lock = PTHREAD_MUTEX_INITIALIZER;
static int running;

static void class_done(void) {
    running--;
    pthread_mutex_unlock(&class_lock); // expected-note {{it is given back here}}
}

static void *crawl(void *unused) {
    if (rand() % 2) {
        class_done(); // expected-warning {{class_done() gives `class_lock` back, which is not held here; its other callers hold it}}
        return NULL;
    }
    pthread_mutex_lock(&class_lock);
    class_done();
    return unused;
}

int crawl_start(void) {
    pthread_t thread;
    return pthread_create(&thread, NULL, crawl, NULL);
}

/* mosquitto's packet__write(): after several other functions of other files, one gives the lock back. */
struct connection {
    pthread_mutex_t lock;
    int packets;
};

void connection_watch(struct connection *connection);
int connection_state(const struct connection *connection);
int connection_send(struct connection *connection);
void packet_cleanup(struct connection *connection);
void connection_close(struct connection *connection);

int connection_write_ok(struct connection *connection, int last) {
    pthread_mutex_lock(&connection->lock);
    if (connection->packets)
        connection_watch(connection);
    while (connection_state(connection) && connection->packets) {
        connection_send(connection);
        if (connection->packets == last) {
            connection_close(connection); /* unlocks */
            packet_cleanup(connection);
            return 0;
        }
        packet_cleanup(connection);
        connection->packets--;
    }
    pthread_mutex_unlock(&connection->lock);
    return 0;
}
