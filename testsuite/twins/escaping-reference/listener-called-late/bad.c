/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=listeners copied as bare pointers under the lock
// and called after it; unregistering frees them
/*
 * Event hub of a window system's compositor. So as not to call out under the lock, notify() copies the
 * listeners first. It copies pointers without a reference; hub_remove() frees. The fix counts.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define container_of(p, T, m) ((T *)((char *)(p) - offsetof(T, m)))

struct link {
    struct link *prev, *next;
};

struct listener {
    struct link link;
    void (*notify)(struct listener *l, int event);
    atomic_uint seen;
};

#define MAX_LISTENERS 32

struct hub {
    pthread_mutex_t lock;
    struct link listeners;
    unsigned count;
};

static struct hub hub = {PTHREAD_MUTEX_INITIALIZER, {&hub.listeners, &hub.listeners}, 0};

static struct listener *hub_add(struct hub *h, void (*notify)(struct listener *, int)) {
    struct listener *l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    l->notify = notify;
    pthread_mutex_lock(&h->lock);
    if (h->count == MAX_LISTENERS) {
        pthread_mutex_unlock(&h->lock);
        free(l);
        return NULL;
    }
    l->link.next = &h->listeners;
    l->link.prev = h->listeners.prev;
    h->listeners.prev->next = &l->link;
    h->listeners.prev = &l->link;
    h->count++;
    pthread_mutex_unlock(&h->lock);
    return l;
}

static void hub_remove(struct hub *h, struct listener *l) {
    pthread_mutex_lock(&h->lock);
    l->link.prev->next = l->link.next;
    l->link.next->prev = l->link.prev;
    h->count--;
    pthread_mutex_unlock(&h->lock);
    free(l);
}

static unsigned hub_notify(struct hub *h, int event) {
    struct listener *copy[MAX_LISTENERS];
    unsigned n = 0;

    pthread_mutex_lock(&h->lock);
    for (struct link *k = h->listeners.next; k != &h->listeners; k = k->next) {
        copy[n] = container_of(k, struct listener, link);
        n++;
    }
    pthread_mutex_unlock(&h->lock);

    for (unsigned i = 0; i < n; i++) {
        copy[i]->notify(copy[i], event); // BAD(escaping-reference)
    }
    return n;
}

static void count_event(struct listener *l, int event) {
    if (event & 1)
        atomic_fetch_add(&l->seen, 1);
}

static void *client(void *arg) {
    struct hub *h = arg;
    for (int i = 0; i < 2000; i++) {
        struct listener *l = hub_add(h, count_event);
        if (l)
            hub_remove(h, l);
    }
    return NULL;
}

static void *input(void *arg) {
    struct hub *h = arg;
    unsigned long calls = 0;
    for (int i = 0; i < 2000; i++)
        calls += hub_notify(h, i);
    printf("%lu calls\n", calls);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    if (pthread_create(&threads[0], NULL, input, &hub) || pthread_create(&threads[1], NULL, client, &hub) ||
        pthread_create(&threads[2], NULL, client, &hub))
        return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
