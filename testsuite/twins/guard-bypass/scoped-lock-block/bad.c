/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=glib, note=g_autoptr(GMutexLocker) whose scope ends too early
/*
 * A thumbnailer's cache is guarded with GMutexLocker. In one function the locker lives in an
 * inner block that covers the lookup, and the insertion after the block runs without the lock.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    GMutex mutex;
    GHashTable *by_uri;
    guint64 hits, misses;
    guint quality; /* constant after construction */
} Thumbnails;

static Thumbnails *thumbnails_new(guint quality) {
    Thumbnails *self = g_new0(Thumbnails, 1);
    g_mutex_init(&self->mutex);
    self->by_uri =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    self->quality = quality;
    return self;
}

static GBytes *render(const gchar *uri, guint quality) {
    gchar *text = g_strdup_printf("%s@%u", uri, quality);
    return g_bytes_new_take(text, strlen(text));
}

static void thumbnails_forget(Thumbnails *self, const gchar *uri) {
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    (void)locker;
    g_hash_table_remove(self->by_uri, uri);
}

static GBytes *thumbnails_peek(Thumbnails *self, const gchar *uri) {
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    GBytes *bytes = g_hash_table_lookup(self->by_uri, uri);
    (void)locker;
    if (!bytes) {
        self->misses++;
        return NULL;
    }
    self->hits++;
    return g_bytes_ref(bytes);
}

static void thumbnails_store(Thumbnails *self, const gchar *uri) {
    GBytes *bytes = render(uri, self->quality);
    {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
        (void)locker;
        if (g_hash_table_contains(self->by_uri, uri)) {
            g_bytes_unref(bytes);
            return;
        }
    }
    g_hash_table_insert(self->by_uri, g_strdup(uri), bytes); // BAD(guard-bypass,unlocked-access,check-then-act)
}

static gpointer view_main(gpointer data) {
    Thumbnails *thumbnails = data;
    for (int i = 0; i < 200; i++) {
        g_autofree gchar *uri = g_strdup_printf("file:///p%d.png", i % 11);
        g_autoptr(GBytes) bytes = thumbnails_peek(thumbnails, uri);
        if (!bytes)
            thumbnails_store(thumbnails, uri);
        if (i % 13 == 0)
            thumbnails_forget(thumbnails, uri);
    }
    return NULL;
}

int main(void) {
    Thumbnails *thumbnails = thumbnails_new(80);
    GThread *views[3];
    for (gsize i = 0; i < G_N_ELEMENTS(views); i++)
        views[i] = g_thread_new("view", view_main, thumbnails);
    for (gsize i = 0; i < G_N_ELEMENTS(views); i++)
        g_thread_join(views[i]);
    printf("%" G_GUINT64_FORMAT " hits, %" G_GUINT64_FORMAT " misses\n", thumbnails->hits,
           thumbnails->misses);
    g_hash_table_unref(thumbnails->by_uri);
    g_mutex_clear(&thumbnails->mutex);
    g_free(thumbnails);
    return 0;
}
