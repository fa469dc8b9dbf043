/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=glib, note=worker started before the table that it uses
// exists
/*
 * A watcher starts its thread first and creates the table that the thread looks at afterwards.
 * Whether the thread finds a table is a matter of luck.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    GMutex lock;
    GHashTable *paths; /* path -> events seen */
    GThread *thread;
    gint stop; /* atomic */
    guint interval;
} Watcher;

static void watcher_count(Watcher *self, const gchar *path) {
    guint n;
    g_mutex_lock(&self->lock);
    n = GPOINTER_TO_UINT(g_hash_table_lookup(self->paths, path));
    g_hash_table_replace(self->paths, g_strdup(path), GUINT_TO_POINTER(n + 1));
    g_mutex_unlock(&self->lock);
}

static gpointer watcher_main(gpointer data) {
    Watcher *self = data;
    static const gchar *const sample[] = {"/etc/hosts", "/etc/passwd", "/tmp/x"};
    for (guint i = 0; !g_atomic_int_get(&self->stop); i++) {
        g_usleep(self->interval); // BAD(unsafe-publication,unlocked-access)
        watcher_count(self, sample[i % G_N_ELEMENTS(sample)]);
    }
    return NULL;
}

static Watcher *watcher_new(guint interval) {
    Watcher *self = g_new0(Watcher, 1);
    g_mutex_init(&self->lock);
    self->thread = g_thread_new("watcher", watcher_main, self); // BAD(unsafe-publication,unlocked-access)
    self->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL); // BAD(unsafe-publication,unlocked-access,guard-bypass)
    self->interval = interval; // BAD(unsafe-publication,unlocked-access,guard-bypass)
    return self;
}

static guint watcher_events(Watcher *self, const gchar *path) {
    g_mutex_lock(&self->lock);
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(self->paths, path));
    g_mutex_unlock(&self->lock);
    return n;
}

static void watcher_free(Watcher *self) {
    g_atomic_int_set(&self->stop, 1);
    g_thread_join(self->thread);
    printf("%u paths\n", g_hash_table_size(self->paths));
    g_hash_table_destroy(self->paths);
    g_mutex_clear(&self->lock);
    g_free(self);
}

int main(int argc, char **argv) {
    Watcher *watcher = watcher_new(100);
    for (int i = 0; i < 20; i++) {
        g_usleep(500);
        if (watcher_events(watcher, argc > 1 ? argv[1] : "/etc/hosts") > 3)
            break;
    }
    watcher_free(watcher);
    return 0;
}
