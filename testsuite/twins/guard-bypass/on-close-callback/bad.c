/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a close callback stored in the connection edits the server's list
// without its lock
/*
 * WebSocket server: connections carry their callbacks. The close callback, run by whichever thread notices the
 * end, takes the connection off the server's list without the lock that accept and broadcast take.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct server;

struct ws_conn {
    struct ws_conn *next;
    struct server *server;
    void (*on_close)(struct ws_conn *conn);
    atomic_uint frames;
    int fd;
};

struct server {
    pthread_mutex_t lock;
    struct ws_conn *conns;
    unsigned active;
    unsigned long broadcasts;
};

static struct server server = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void server_forget(struct ws_conn *conn) {
    struct server *s = conn->server;
    struct ws_conn **link;

    for (link = &s->conns; *link; link = &(*link)->next) // BAD(guard-bypass,unlocked-access)
        if (*link == conn) { // BAD(guard-bypass,unlocked-access)
            *link = conn->next; // BAD(guard-bypass,unlocked-access)
            s->active--; // BAD(guard-bypass,unlocked-access)
            break;
        }
    free(conn);
}

static struct ws_conn *server_accept(struct server *s, int fd) {
    struct ws_conn *conn = calloc(1, sizeof(*conn));
    if (!conn)
        return NULL;
    conn->fd = fd;
    conn->server = s;
    conn->on_close = server_forget;
    pthread_mutex_lock(&s->lock);
    conn->next = s->conns;
    s->conns = conn;
    s->active++;
    pthread_mutex_unlock(&s->lock);
    return conn;
}

static unsigned server_broadcast(struct server *s) {
    unsigned told = 0;
    pthread_mutex_lock(&s->lock);
    for (struct ws_conn *c = s->conns; c; c = c->next) {
        atomic_fetch_add(&c->frames, 1);
        told++;
    }
    s->broadcasts++;
    pthread_mutex_unlock(&s->lock);
    return told;
}

static unsigned server_active(struct server *s) {
    pthread_mutex_lock(&s->lock);
    unsigned active = s->active;
    pthread_mutex_unlock(&s->lock);
    return active;
}

static void conn_end(struct ws_conn *conn) {
    if (conn->on_close)
        conn->on_close(conn);
}

static void *io_main(void *arg) {
    int fd = *(int *)arg;
    for (int i = 0; i < 3000; i++) {
        struct ws_conn *a = server_accept(&server, fd + i), *b = server_accept(&server, fd - i);
        if (a)
            conn_end(a);
        if (b)
            conn_end(b);
    }
    return NULL;
}

static void *ping_main(void *arg) {
    unsigned long told = 0;
    (void)arg;
    for (int i = 0; i < 2000; i++)
        told += server_broadcast(&server);
    printf("%s\n", told ? "pinged" : "nobody");
    return NULL;
}

int main(void) {
    pthread_t io[2], ping;
    int fds[2] = {1000, 9000};
    if (pthread_create(&ping, NULL, ping_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&io[i], NULL, io_main, &fds[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(io[i], NULL);
    pthread_join(ping, NULL);
    return (int)server_active(&server);
}
