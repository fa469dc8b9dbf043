/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=wrong-lock, libs=pthread, note=leaving the global list of connections under the connection's lock
/*
 * Connections of a proxy: the list of all is guarded by conns_mutex, each connection's buffers by its own mutex.
 * conn_close() unlinks from the list of all while it holds only its own.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct conn {
    pthread_mutex_t mutex;
    struct conn *prev, *next;
    unsigned in, out;
    int id;
};

static pthread_mutex_t conns_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct conn *conns;
static unsigned conn_count;

static struct conn *conn_open(int id) {
    struct conn *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    pthread_mutex_init(&c->mutex, NULL);
    c->id = id;
    pthread_mutex_lock(&conns_mutex);
    c->next = conns;
    if (conns)
        conns->prev = c;
    conns = c;
    conn_count++;
    pthread_mutex_unlock(&conns_mutex);
    return c;
}

static void conn_unlink(struct conn *c) {
    if (c->prev) // BAD(wrong-lock,guard-bypass,unlocked-access)
        c->prev->next = c->next; // BAD(wrong-lock,guard-bypass,unlocked-access)
    else
        conns = c->next; // BAD(wrong-lock,guard-bypass,unlocked-access)
    if (c->next) // BAD(wrong-lock,guard-bypass,unlocked-access)
        c->next->prev = c->prev; // BAD(wrong-lock,guard-bypass,unlocked-access)
    conn_count--; // BAD(wrong-lock,guard-bypass,unlocked-access)
}

static unsigned conn_close(struct conn *c) {
    unsigned bytes;
    pthread_mutex_lock(&c->mutex);
    bytes = c->in + c->out;
    conn_unlink(c); // BAD(wrong-lock,guard-bypass,unlocked-access)
    pthread_mutex_unlock(&c->mutex);
    pthread_mutex_destroy(&c->mutex);
    free(c);
    return bytes;
}

static void conn_relay(struct conn *c, unsigned bytes) {
    pthread_mutex_lock(&c->mutex);
    c->in += bytes;
    c->out += bytes / 2;
    pthread_mutex_unlock(&c->mutex);
}

static unsigned long conns_traffic(void) {
    unsigned long sum = 0;
    pthread_mutex_lock(&conns_mutex);
    for (struct conn *c = conns; c; c = c->next) {
        pthread_mutex_lock(&c->mutex);
        sum += c->in + c->out;
        pthread_mutex_unlock(&c->mutex);
    }
    sum += conn_count;
    pthread_mutex_unlock(&conns_mutex);
    return sum;
}

static void *worker_main(void *arg) {
    int base = *(int *)arg;
    unsigned long sum = 0;
    for (int i = 0; i < 2000; i++) {
        struct conn *c = conn_open(base + i);
        if (!c)
            break;
        conn_relay(c, (unsigned)i);
        if (i % 16 == 0)
            sum += conns_traffic();
        sum += conn_close(c);
    }
    printf("%s\n", sum ? "traffic" : "none");
    return NULL;
}

int main(void) {
    pthread_t workers[3];
    int bases[3] = {0, 10000, 20000};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&workers[i], NULL, worker_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(workers[i], NULL);
    return (int)conn_count;
}
