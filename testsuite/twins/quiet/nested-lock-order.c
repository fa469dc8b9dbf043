/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=two and three locks, always in the same order, through
// helpers and a recursive mutex
/*
 * Correct: server, then channel, then client is the order of locks everywhere, also where
 * helpers take them; the server's mutex is recursive and taken again by helpers.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define CHANNELS 4
#define CLIENTS 8

struct client {
    pthread_mutex_t lock;
    unsigned sent;
};

struct channel {
    pthread_mutex_t lock;
    struct client *members[CLIENTS];
    unsigned member_count;
};

static struct {
    pthread_mutex_t lock; /* recursive */
    struct channel channels[CHANNELS];
    unsigned messages;
} server;

static struct client clients[CLIENTS];

static void client_send(struct client *c, unsigned bytes) {
    pthread_mutex_lock(&c->lock);
    c->sent += bytes;
    pthread_mutex_unlock(&c->lock);
}

static void channel_broadcast(struct channel *ch, unsigned bytes) {
    pthread_mutex_lock(&ch->lock);
    for (unsigned i = 0; i < ch->member_count; i++)
        client_send(ch->members[i], bytes);
    pthread_mutex_unlock(&ch->lock);
}

static int channel_join(struct channel *ch, struct client *c) {
    int status = -1;
    pthread_mutex_lock(&ch->lock);
    if (ch->member_count < CLIENTS) {
        ch->members[ch->member_count++] = c;
        pthread_mutex_lock(&c->lock);
        c->sent = 0;
        pthread_mutex_unlock(&c->lock);
        status = 0;
    }
    pthread_mutex_unlock(&ch->lock);
    return status;
}

static void server_count(unsigned n) {
    pthread_mutex_lock(&server.lock);
    server.messages += n;
    pthread_mutex_unlock(&server.lock);
}

static void server_announce(unsigned bytes) {
    pthread_mutex_lock(&server.lock);
    for (unsigned i = 0; i < CHANNELS; i++)
        channel_broadcast(&server.channels[i], bytes);
    server_count(CHANNELS);
    pthread_mutex_unlock(&server.lock);
}

static unsigned server_idle_channels(void) {
    unsigned idle = 0;
    pthread_mutex_lock(&server.lock);
    for (unsigned i = 0; i < CHANNELS; i++) {
        pthread_mutex_lock(&server.channels[i].lock);
        if (server.channels[i].member_count == 0)
            idle++;
        pthread_mutex_unlock(&server.channels[i].lock);
    }
    pthread_mutex_unlock(&server.lock);
    return idle;
}

static int server_init(void) {
    pthread_mutexattr_t recursive;
    memset(&server, 0, sizeof(server));
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    int error = pthread_mutex_init(&server.lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    for (int i = 0; i < CHANNELS; i++)
        pthread_mutex_init(&server.channels[i].lock, NULL);
    for (int i = 0; i < CLIENTS; i++)
        pthread_mutex_init(&clients[i].lock, NULL);
    return error;
}

static void *session_main(void *arg) {
    unsigned first = *(unsigned *)arg;
    size_t idle = 0;
    for (unsigned i = 0; i < 100; i++) {
        if (i < 2)
            channel_join(&server.channels[(first + i) % CHANNELS], &clients[(first + i) % CLIENTS]);
        channel_broadcast(&server.channels[i % CHANNELS], i);
        server_count(1);
        if (i % 10 == 0)
            server_announce(5);
        idle += server_idle_channels();
    }
    return (void *)idle;
}

int main(void) {
    pthread_t sessions[3];
    unsigned firsts[3] = {0, 2, 5};
    if (server_init() != 0)
        return 1;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&sessions[i], NULL, session_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(sessions[i], NULL);
    printf("%u messages\n", server.messages);
    return 0;
}
