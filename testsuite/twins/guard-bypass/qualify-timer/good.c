/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a scheduler callback changes a peer without the
// object lock that all others take
/*
 * Peers of a VoIP switch are reference-counted objects with a lock in a header before the data. The
 * qualify callback, run by the scheduler thread through a table of entries, reads and sets the peer's
 * state bare. The monitor threads do the same under ao_lock().
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct ao_header {
    pthread_mutex_t mutex;
    atomic_int refs;
    void (*destructor)(void *);
};

static struct ao_header *ao_header(void *obj) { return (struct ao_header *)obj - 1; }

static void *ao_alloc(size_t size, void (*destructor)(void *)) {
    struct ao_header *h = calloc(1, sizeof(*h) + size);
    if (!h)
        abort();
    pthread_mutex_init(&h->mutex, NULL);
    atomic_init(&h->refs, 1);
    h->destructor = destructor;
    return h + 1;
}

static void ao_lock(void *obj) { pthread_mutex_lock(&ao_header(obj)->mutex); }
static void ao_unlock(void *obj) { pthread_mutex_unlock(&ao_header(obj)->mutex); }

static void *ao_ref(void *obj) {
    atomic_fetch_add(&ao_header(obj)->refs, 1);
    return obj;
}

static void ao_unref(void *obj) {
    struct ao_header *h = ao_header(obj);
    if (atomic_fetch_sub(&h->refs, 1) != 1)
        return;
    if (h->destructor)
        h->destructor(obj);
    pthread_mutex_destroy(&h->mutex);
    free(h);
}

enum peer_state { PEER_UNKNOWN, PEER_REACHABLE, PEER_LAGGED, PEER_UNREACHABLE };

struct peer {
    char name[24];
    enum peer_state state;
    int last_ms;
    int max_ms;
    unsigned lost;
};

/* --- the scheduler --- */
typedef int (*sched_cb)(void *data);
struct sched_entry {
    sched_cb cb;
    void *data;
    int fires;
};

#define SCHED_MAX 8
static struct sched_entry sched_entries[SCHED_MAX];
static int sched_used;
static atomic_bool sched_stop;

static void sched_add(sched_cb cb, void *data) {
    sched_entries[sched_used].cb = cb;
    sched_entries[sched_used++].data = data;
}

static void *sched_run(void *unused) {
    struct timespec tick = {0, 200000};
    (void)unused;
    while (!atomic_load(&sched_stop)) {
        for (int i = 0; i < sched_used; i++)
            sched_entries[i].fires += sched_entries[i].cb(sched_entries[i].data);
        nanosleep(&tick, NULL);
    }
    return NULL;
}

/* --- peers --- */
static void peer_destroy(void *obj) {
    struct peer *peer = obj;
    printf("%s: %u lost\n", peer->name, peer->lost);
}

static struct peer *peer_new(const char *name, int max_ms) {
    struct peer *peer = ao_alloc(sizeof(*peer), peer_destroy);
    snprintf(peer->name, sizeof(peer->name), "%s", name);
    peer->max_ms = max_ms;
    return peer;
}

static void handle_pong(struct peer *peer, int ms) {
    ao_lock(peer);
    peer->last_ms = ms;
    peer->state = ms > peer->max_ms ? PEER_LAGGED : PEER_REACHABLE;
    ao_unlock(peer);
}

static int peer_noanswer(void *data) {
    struct peer *peer = data;

    ao_lock(peer);
    if (peer->state == PEER_REACHABLE || peer->state == PEER_LAGGED) {
        peer->state = PEER_UNREACHABLE;
        peer->last_ms = -1;
        peer->lost++;
    }
    ao_unlock(peer);
    return 1;
}

static int peer_status(struct peer *peer, char *status, size_t len) {
    int reachable;

    ao_lock(peer);
    switch (peer->state) {
    case PEER_REACHABLE:
        snprintf(status, len, "OK (%d ms)", peer->last_ms);
        break;
    case PEER_LAGGED:
        snprintf(status, len, "LAGGED (%d ms)", peer->last_ms);
        break;
    case PEER_UNREACHABLE:
        snprintf(status, len, "UNREACHABLE after %u", peer->lost);
        break;
    default:
        snprintf(status, len, "UNKNOWN");
    }
    reachable = peer->state == PEER_REACHABLE;
    ao_unlock(peer);
    return reachable;
}

static void *network_thread(void *data) {
    struct peer *peer = data;
    for (int i = 0; i < 2000; i++)
        handle_pong(peer, i % 130);
    ao_unref(peer);
    return NULL;
}

int main(void) {
    pthread_t net, sched;
    struct peer *peer = peer_new("trunk-berlin", 100);
    char status[40];
    int up = 0;

    sched_add(peer_noanswer, peer);
    if (pthread_create(&sched, NULL, sched_run, NULL) != 0 ||
        pthread_create(&net, NULL, network_thread, ao_ref(peer)) != 0)
        return 1;
    for (int i = 0; i < 500; i++)
        up += peer_status(peer, status, sizeof(status));
    pthread_join(net, NULL);
    atomic_store(&sched_stop, 1);
    pthread_join(sched, NULL);
    printf("%s, %d times up\n", status, up);
    ao_unref(peer);
    return 0;
}
