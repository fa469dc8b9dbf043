/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=glib+pthread, note=size read in one critical section, limit
// applied in another
/*
 * A tracker admits at most max_peers peers. It reads the size of the table under the lock,
 * decides, and inserts under the lock later: several threads pass the same test and the limit is
 * exceeded. Here the test and the insertion share one critical section.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct peer {
    unsigned id;
    unsigned address;
    unsigned short port;
};

struct swarm {
    pthread_mutex_t lock;
    GHashTable *peers;
    unsigned max_peers;
};

static unsigned swarm_size(struct swarm *s) {
    pthread_mutex_lock(&s->lock);
    unsigned size = g_hash_table_size(s->peers);
    pthread_mutex_unlock(&s->lock);
    return size;
}

static struct peer *peer_new(unsigned id) {
    struct peer *p = g_new0(struct peer, 1);
    p->id = id;
    p->address = 0x7f000001u + id;
    p->port = 6881;
    return p;
}

static int swarm_admit(struct swarm *s, unsigned id) {
    struct peer *p;
    p = peer_new(id);
    pthread_mutex_lock(&s->lock);
    if (g_hash_table_size(s->peers) >= s->max_peers) {
        pthread_mutex_unlock(&s->lock);
        g_free(p);
        return -1;
    }
    g_hash_table_replace(s->peers, GUINT_TO_POINTER(id), p);
    pthread_mutex_unlock(&s->lock);
    return 0;
}

static void swarm_leave(struct swarm *s, unsigned id) {
    pthread_mutex_lock(&s->lock);
    g_hash_table_remove(s->peers, GUINT_TO_POINTER(id));
    pthread_mutex_unlock(&s->lock);
}

static struct swarm swarm;

static void *announce_main(void *arg) {
    unsigned first = *(unsigned *)arg;
    size_t refused = 0;
    for (unsigned i = 0; i < 300; i++) {
        if (swarm_admit(&swarm, first + i % 60 + 1) != 0)
            refused++;
        if (i % 4 == 0)
            swarm_leave(&swarm, first + i % 60 + 1);
    }
    return (void *)refused;
}

int main(int argc, char **argv) {
    pthread_t threads[3];
    unsigned firsts[3] = {0, 100, 200};
    pthread_mutex_init(&swarm.lock, NULL);
    swarm.peers = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    swarm.max_peers = argc > 1 ? (unsigned)atoi(argv[1]) : 50;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, announce_main, &firsts[i]) != 0)
            return 1;
    printf("%u peers now\n", swarm_size(&swarm));
    for (int i = 0; i < 3; i++) {
        void *refused;
        pthread_join(threads[i], &refused);
        printf("%zu refused\n", (size_t)refused);
    }
    g_hash_table_destroy(swarm.peers);
    pthread_mutex_destroy(&swarm.lock);
    return 0;
}
