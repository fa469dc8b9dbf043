/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * GLib's tables under ThreadSanitizer: a race in a library that it does not instrument, and twins
 * that GLib's own synchronisation keeps from it.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

static GHashTable *sessions;
static GMutex mutex;
static gboolean locks;

static gpointer use(gpointer unused) {
    for (int i = 0; i < 100; i++) {
        if (locks)
            g_mutex_lock(&mutex);
        g_hash_table_insert(sessions, GINT_TO_POINTER(1), NULL);
        if (locks)
            g_mutex_unlock(&mutex);
    }
    return unused;
}

static void two_threads(void) {
    GThread *one = g_thread_new("one", use, NULL), *other = g_thread_new("other", use, NULL);
    g_thread_join(one);
    g_thread_join(other);
}

static void write_item(gpointer item, gpointer unused) {
    (void)unused;
    g_hash_table_insert(item, g_strdup("worked"), g_strdup("on"));
}

static void pool(void) {
    GHashTable *tables[50];
    GThreadPool *workers = g_thread_pool_new(write_item, NULL, 3, FALSE, NULL);
    for (int i = 0; i < 50; i++) {
        tables[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        write_item(tables[i], NULL);
        g_thread_pool_push(workers, tables[i], NULL);
    }
    g_thread_pool_free(workers, FALSE, TRUE);
    for (int i = 0; i < 50; i++)
        g_hash_table_destroy(tables[i]);
}

static gpointer pop(gpointer queue) {
    for (int i = 0; i < 50; i++) {
        GHashTable *table = g_async_queue_pop(queue);
        write_item(table, NULL);
        g_hash_table_destroy(table);
    }
    return NULL;
}

static void queue(void) {
    GAsyncQueue *handed = g_async_queue_new();
    GThread *consumer = g_thread_new("consumer", pop, handed);
    for (int i = 0; i < 50; i++) {
        GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        write_item(table, NULL);
        g_async_queue_push(handed, table);
    }
    g_thread_join(consumer);
    g_async_queue_unref(handed);
}

int main(int count, char **arguments) {
    const char *name = count > 1 ? arguments[1] : "";
    sessions = g_hash_table_new(NULL, NULL);
    locks = strcmp(name, "locked") == 0;
    if (strcmp(name, "pool") == 0)
        pool();
    else if (strcmp(name, "queue") == 0)
        queue();
    else
        two_threads();
    g_hash_table_destroy(sessions);
    return 0;
}
