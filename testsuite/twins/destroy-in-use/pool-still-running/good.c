/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=glib, note=GThreadPool freed without waiting, its table
// destroyed after
/*
 * A crawler's shutdown frees the pool with wait=FALSE and then destroys the table and the lock
 * that the tasks still running use. Here it waits for the tasks.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    GThreadPool *pool;
    GMutex lock;
    GHashTable *visited;
    gint fetched; /* atomic */
} Crawler;

static gboolean crawler_first_visit(Crawler *self, const gchar *url) {
    gboolean first;
    g_mutex_lock(&self->lock);
    first = g_hash_table_add(self->visited, g_strdup(url));
    g_mutex_unlock(&self->lock);
    return first;
}

static void crawler_fetch(gpointer data, gpointer user_data) {
    gchar *url = data;
    Crawler *self = user_data;
    if (crawler_first_visit(self, url)) {
        g_usleep(200);
        g_atomic_int_inc(&self->fetched);
    }
    g_free(url);
}

static Crawler *crawler_new(gint threads) {
    Crawler *self = g_new0(Crawler, 1);
    GError *error = NULL;
    g_mutex_init(&self->lock);
    self->visited = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->pool = g_thread_pool_new(crawler_fetch, self, threads, FALSE, &error);
    if (error) {
        g_printerr("crawler: %s\n", error->message);
        g_clear_error(&error);
        g_hash_table_unref(self->visited);
        g_mutex_clear(&self->lock);
        g_free(self);
        return NULL;
    }
    return self;
}

static void crawler_queue(Crawler *self, const gchar *url) {
    gchar *copy = g_strdup(url);
    if (!g_thread_pool_push(self->pool, copy, NULL))
        g_printerr("no thread for %s yet\n", url);
}

static guint crawler_known(Crawler *self) {
    g_mutex_lock(&self->lock);
    guint known = g_hash_table_size(self->visited);
    g_mutex_unlock(&self->lock);
    return known;
}

static void crawler_shutdown(Crawler *self) {
    g_thread_pool_free(self->pool, FALSE, TRUE);
    printf("%d fetched\n", g_atomic_int_get(&self->fetched));
    g_hash_table_unref(self->visited);
    g_mutex_clear(&self->lock);
    g_free(self);
}

int main(int argc, char **argv) {
    Crawler *crawler = crawler_new(3);
    if (!crawler)
        return 1;
    for (int i = 1; i < argc; i++)
        crawler_queue(crawler, argv[i]);
    for (int i = 0; i < 20; i++) {
        g_autofree gchar *url = g_strdup_printf("http://example.org/%d", i % 12);
        crawler_queue(crawler, url);
    }
    printf("%u known\n", crawler_known(crawler));
    crawler_shutdown(crawler);
    return 0;
}
