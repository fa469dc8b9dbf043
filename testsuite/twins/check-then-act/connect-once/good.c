/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=glib, note=miss, connect outside the lock, insert without a
// second look: the connection of another thread is thrown away while in use
/*
 * Connection cache of a file-manager backend. A miss gives the lock back to connect, which is right,
 * and then replaces whatever stands in the table by now. The replaced connection is freed by the table.
 */
#include <glib.h>

typedef struct {
    char *host;
    guint handle;
    guint requests;
} Connection;

typedef struct {
    GMutex lock;
    GHashTable *by_host;
    guint opened;
} ConnectionCache;

static Connection *connection_open(const char *host) {
    Connection *c = g_new0(Connection, 1);
    c->host = g_strdup(host);
    c->handle = g_str_hash(host);
    g_usleep(50);
    return c;
}

static void connection_close(gpointer data) {
    Connection *c = data;
    g_free(c->host);
    g_free(c);
}

static void connection_cache_init(ConnectionCache *self) {
    g_mutex_init(&self->lock);
    self->by_host = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, connection_close);
    self->opened = 0;
}

static void connection_cache_clear(ConnectionCache *self) {
    g_clear_pointer(&self->by_host, g_hash_table_unref);
    g_mutex_clear(&self->lock);
}

static guint connection_cache_request(ConnectionCache *self, const char *host) {
    Connection *c, *fresh;
    guint answer;

    g_mutex_lock(&self->lock);
    c = g_hash_table_lookup(self->by_host, host);
    if (c != NULL) {
        answer = c->handle + ++c->requests;
        g_mutex_unlock(&self->lock);
        return answer;
    }
    g_mutex_unlock(&self->lock);

    fresh = connection_open(host);

    g_mutex_lock(&self->lock);
    c = g_hash_table_lookup(self->by_host, host);
    if (c == NULL) {
        g_hash_table_replace(self->by_host, fresh->host, fresh);
        self->opened++;
        c = g_steal_pointer(&fresh);
    }
    answer = c->handle + ++c->requests;
    g_mutex_unlock(&self->lock);
    if (fresh != NULL)
        connection_close(fresh);
    return answer;
}

static guint connection_cache_drop(ConnectionCache *self, const char *host) {
    g_mutex_lock(&self->lock);
    guint dropped = g_hash_table_remove(self->by_host, host) ? 1 : 0;
    g_mutex_unlock(&self->lock);
    return dropped;
}

static ConnectionCache cache;

static gpointer job_main(gpointer data) {
    guint base = GPOINTER_TO_UINT(data), sum = 0;
    for (guint i = 0; i < 500; i++) {
        g_autofree char *host = g_strdup_printf("files%u.example.org", (i * base) % 20);
        sum += connection_cache_request(&cache, host);
        if (i % 40 == 39)
            sum += connection_cache_drop(&cache, host);
    }
    return GUINT_TO_POINTER(sum);
}

int main(void) {
    GThread *jobs[3];

    connection_cache_init(&cache);
    for (guint i = 0; i < G_N_ELEMENTS(jobs); i++)
        jobs[i] = g_thread_new("job", job_main, GUINT_TO_POINTER(2 * i + 1));
    for (guint i = 0; i < G_N_ELEMENTS(jobs); i++)
        g_thread_join(jobs[i]);
    g_print("%u opened\n", cache.opened);
    connection_cache_clear(&cache);
    return 0;
}
