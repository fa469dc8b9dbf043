/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=glib, note=the service frees its table when it is stopped, although request
// threads still look things up
/*
 * A lookup service: request threads are started and detached by g_thread_unref(), and count themselves. The stop
 * sets a flag and frees the table at once. The fix waits for the count to come to zero, under the lock.
 */
#include <glib.h>

typedef struct {
    GMutex lock;
    GCond idle;
    GHashTable *words;
    guint running;
    gboolean stopping;
    guint hits;
} Service;

static Service service;

static gboolean service_enter(Service *s) {
    gboolean entered;
    g_mutex_lock(&s->lock);
    entered = !s->stopping;
    if (entered)
        s->running++;
    g_mutex_unlock(&s->lock);
    return entered;
}

static void service_leave(Service *s) {
    g_mutex_lock(&s->lock);
    if (--s->running == 0)
        g_cond_signal(&s->idle);
    g_mutex_unlock(&s->lock);
}

static gboolean service_lookup(Service *s, const char *word) {
    gboolean known;
    g_mutex_lock(&s->lock);
    known = g_hash_table_contains(s->words, word);
    s->hits += known;
    g_mutex_unlock(&s->lock);
    return known;
}

static gpointer request_main(gpointer data) {
    Service *s = data;
    for (guint i = 0; i < 200; i++) {
        g_autofree char *word = g_strdup_printf("word%u", i % 60);
        service_lookup(s, word);
    }
    service_leave(s);
    return NULL;
}

static void service_start(Service *s) {
    g_mutex_init(&s->lock);
    g_cond_init(&s->idle);
    s->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < 40; i++)
        g_hash_table_add(s->words, g_strdup_printf("word%u", i));
}

static guint service_stop(Service *s) {
    guint hits;
    g_mutex_lock(&s->lock);
    s->stopping = TRUE;
    hits = s->hits;
    g_mutex_unlock(&s->lock);
    g_hash_table_destroy(s->words); // BAD(destroy-in-use,guard-bypass,unlocked-access)
    g_cond_clear(&s->idle); // BAD(destroy-in-use)
    g_mutex_clear(&s->lock); // BAD(destroy-in-use)
    return hits;
}

int main(void) {
    service_start(&service);
    for (guint i = 0; i < 8; i++)
        if (service_enter(&service))
            g_thread_unref(g_thread_new("request", request_main, &service));
    g_print("%s\n", service_stop(&service) ? "hits" : "no hit");
    return 0;
}
