/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=glib+pthread, note=plain counters beside the table
/*
 * A log daemon guards a table of destinations and the counters beside it with one lock. The
 * retry path increments its counter after the unlock, like no other counter in the file. Here
 * the counter is incremented before the unlock.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct destination {
    char *name;
    unsigned queued;
    gboolean suspended;
};

struct router {
    pthread_mutex_t lock;
    GHashTable *destinations;
    struct {
        unsigned long delivered;
        unsigned long retried;
        unsigned long lost;
    } stats;
    const char *hostname;
};

static void destination_free(gpointer p) {
    struct destination *d = p;
    g_free(d->name);
    g_free(d);
}

static void router_init(struct router *r, const char *hostname) {
    memset(r, 0, sizeof(*r));
    pthread_mutex_init(&r->lock, NULL);
    r->destinations = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, destination_free);
    r->hostname = hostname;
}

static void router_add(struct router *r, const char *name, gboolean suspended) {
    struct destination *d = g_new0(struct destination, 1);
    d->name = g_strdup(name);
    d->suspended = suspended;
    pthread_mutex_lock(&r->lock);
    g_hash_table_replace(r->destinations, d->name, d);
    pthread_mutex_unlock(&r->lock);
}

static int router_deliver(struct router *r, const char *name, const char *line) {
    struct destination *d;
    if (line[0] == '\0')
        return 0;
    pthread_mutex_lock(&r->lock);
    d = g_hash_table_lookup(r->destinations, name);
    if (!d) {
        r->stats.lost++;
        pthread_mutex_unlock(&r->lock);
        return -1;
    }
    if (d->suspended) {
        d->queued++;
        r->stats.retried++;
        pthread_mutex_unlock(&r->lock);
        return 1;
    }
    r->stats.delivered++;
    pthread_mutex_unlock(&r->lock);
    return 0;
}

static void router_report(struct router *r) {
    unsigned long delivered, retried, lost;
    pthread_mutex_lock(&r->lock);
    delivered = r->stats.delivered;
    retried = r->stats.retried;
    lost = r->stats.lost;
    pthread_mutex_unlock(&r->lock);
    printf("%s: %lu delivered, %lu retried, %lu lost\n", r->hostname, delivered, retried, lost);
}

static void *source_main(void *arg) {
    static const char *const names[] = {"file", "remote", "nowhere"};
    struct router *r = arg;
    for (int i = 0; i < 600; i++)
        router_deliver(r, names[i % 3], "message");
    return NULL;
}

int main(void) {
    struct router router;
    pthread_t sources[3];
    router_init(&router, "localhost");
    router_add(&router, "file", FALSE);
    router_add(&router, "remote", TRUE);
    for (int i = 0; i < 3; i++)
        if (pthread_create(&sources[i], NULL, source_main, &router) != 0)
            return 1;
    router_report(&router);
    for (int i = 0; i < 3; i++)
        pthread_join(sources[i], NULL);
    router_report(&router);
    g_hash_table_destroy(router.destinations);
    pthread_mutex_destroy(&router.lock);
    return 0;
}
