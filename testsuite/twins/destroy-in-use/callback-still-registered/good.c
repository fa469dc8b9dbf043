/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=pthread, note=a session is freed while the dispatcher may be calling
// its handler
/*
 * Dispatcher of a message bus. Handlers are called by a thread of the dispatcher, under its lock. A
 * session closes by freeing itself and unregisters only then. The fix unregisters first: since handlers
 * run under the lock, none runs after that.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define HANDLERS 16

typedef void (*bus_handler)(void *data, unsigned message);

struct handler {
    bus_handler call;
    void *data;
};

static struct bus {
    pthread_mutex_t lock;
    struct handler handlers[HANDLERS];
    unsigned message;
} bus = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_bool bus_stop;

static int bus_register(bus_handler call, void *data) {
    int slot = -1;
    pthread_mutex_lock(&bus.lock);
    for (int i = 0; i < HANDLERS && slot < 0; i++)
        if (!bus.handlers[i].call) {
            bus.handlers[i].call = call;
            bus.handlers[i].data = data;
            slot = i;
        }
    pthread_mutex_unlock(&bus.lock);
    return slot;
}

static void bus_unregister(int slot) {
    pthread_mutex_lock(&bus.lock);
    bus.handlers[slot].call = NULL;
    bus.handlers[slot].data = NULL;
    pthread_mutex_unlock(&bus.lock);
}

static void *bus_main(void *arg) {
    (void)arg;
    while (!atomic_load(&bus_stop)) {
        pthread_mutex_lock(&bus.lock);
        bus.message++;
        for (int i = 0; i < HANDLERS; i++)
            if (bus.handlers[i].call)
                bus.handlers[i].call(bus.handlers[i].data, bus.message);
        pthread_mutex_unlock(&bus.lock);
    }
    return NULL;
}

struct session {
    pthread_mutex_t lock;
    unsigned *history;
    unsigned count;
    int slot;
};

static void session_message(void *data, unsigned message) {
    struct session *s = data;
    pthread_mutex_lock(&s->lock);
    s->history[s->count++ % 8] = message;
    pthread_mutex_unlock(&s->lock);
}

static struct session *session_open(void) {
    struct session *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->history = calloc(8, sizeof(*s->history));
    if (!s->history) {
        free(s);
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    s->slot = bus_register(session_message, s);
    return s;
}

static void session_close(struct session *s) {
    if (s->slot >= 0)
        bus_unregister(s->slot);
    pthread_mutex_destroy(&s->lock);
    free(s->history);
    free(s);
}

static void *client_main(void *arg) {
    unsigned refused = 0;
    (void)arg;
    for (int i = 0; i < 500; i++) {
        struct session *s = session_open();
        if (!s)
            break;
        refused += s->slot < 0;
        session_close(s);
    }
    printf("%u refused\n", refused);
    return NULL;
}

int main(void) {
    pthread_t dispatcher, clients[2];

    if (pthread_create(&dispatcher, NULL, bus_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    atomic_store(&bus_stop, 1);
    pthread_join(dispatcher, NULL);
    printf("%u messages\n", bus.message);
    return 0;
}
