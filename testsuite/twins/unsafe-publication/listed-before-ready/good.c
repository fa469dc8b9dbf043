/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=a channel is put on the global list before its
// lock and fields are set
/*
 * A streaming server links a new channel into the list of channels, under the list's lock, and sets its
 * name, format and lock only then. The statistics thread finds it on the list meanwhile.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct channel {
    struct channel *next;
    pthread_mutex_t lock;
    char name[24];
    unsigned rate;
    unsigned long sent;
};

static struct channel *channel_list;
static pthread_mutex_t channel_list_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool done;

static void channel_list_add(struct channel *c) {
    pthread_mutex_lock(&channel_list_lock);
    c->next = channel_list;
    channel_list = c;
    pthread_mutex_unlock(&channel_list_lock);
}

static struct channel *channel_new(const char *name, unsigned rate) {
    struct channel *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    snprintf(c->name, sizeof(c->name), "%s", name);
    c->rate = rate;
    channel_list_add(c);
    return c;
}

static void channel_send(struct channel *c, unsigned bytes) {
    pthread_mutex_lock(&c->lock);
    c->sent += bytes;
    pthread_mutex_unlock(&c->lock);
}

static unsigned long channels_report(void) {
    unsigned long sum = 0;
    pthread_mutex_lock(&channel_list_lock);
    for (struct channel *c = channel_list; c; c = c->next) {
        pthread_mutex_lock(&c->lock);
        sum += c->sent / (c->rate ? c->rate : 1) + strlen(c->name);
        pthread_mutex_unlock(&c->lock);
    }
    pthread_mutex_unlock(&channel_list_lock);
    return sum;
}

static void *stats_main(void *arg) {
    unsigned long most = 0;
    (void)arg;
    while (!atomic_load(&done)) {
        unsigned long sum = channels_report();
        most = sum > most ? sum : most;
    }
    printf("%lu\n", most);
    return NULL;
}

static void *client_main(void *arg) {
    const char *prefix = arg;
    for (unsigned i = 0; i < 60; i++) {
        char name[24];
        snprintf(name, sizeof(name), "%s-%u", prefix, i);
        struct channel *c = channel_new(name, 8000 + i);
        for (unsigned k = 0; c && k < 20; k++)
            channel_send(c, 1000);
    }
    return NULL;
}

int main(void) {
    pthread_t stats, clients[2];
    static char prefixes[2][8] = {"radio", "tv"};

    if (pthread_create(&stats, NULL, stats_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, prefixes[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    atomic_store(&done, 1);
    pthread_join(stats, NULL);
    while (channel_list) {
        struct channel *c = channel_list;
        channel_list = c->next;
        pthread_mutex_destroy(&c->lock);
        free(c);
    }
    return 0;
}
