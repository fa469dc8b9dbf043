/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=glib, note=GHashTableIter kept while the lock is given
// back for slow work
/*
 * A synchroniser walks its table of dirty files and gives the lock back around each slow upload,
 * to be friendly. Other threads change the table meanwhile and the iterator is no longer good.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    GMutex lock;
    GHashTable *dirty; /* path -> revision */
    guint uploads;
} Sync;

static void sync_init(Sync *s) {
    g_mutex_init(&s->lock);
    s->dirty = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    s->uploads = 0;
}

static void sync_touch(Sync *s, const gchar *path, guint revision) {
    g_mutex_lock(&s->lock);
    g_hash_table_replace(s->dirty, g_strdup(path), GUINT_TO_POINTER(revision));
    g_mutex_unlock(&s->lock);
}

static gboolean upload(const gchar *path) {
    g_usleep(20);
    return strlen(path) < 100;
}

static void sync_flush(Sync *s) {
    GHashTableIter iter;
    gpointer key;
    g_mutex_lock(&s->lock);
    g_hash_table_iter_init(&iter, s->dirty);
    while (g_hash_table_iter_next(&iter, &key, NULL)) { // BAD(iterator-invalidated,escaping-reference)
        gchar *path = g_strdup(key);
        g_mutex_unlock(&s->lock); // BAD(iterator-invalidated)
        if (!upload(path))
            g_printerr("%s failed\n", path);
        g_free(path);
        g_mutex_lock(&s->lock);
        s->uploads++;
    }
    g_mutex_unlock(&s->lock);
}

static guint sync_forget(Sync *s, const gchar *path) {
    guint revision;
    g_mutex_lock(&s->lock);
    revision = GPOINTER_TO_UINT(g_hash_table_lookup(s->dirty, path));
    g_hash_table_remove(s->dirty, path);
    g_mutex_unlock(&s->lock);
    return revision;
}

static gpointer editor_main(gpointer data) {
    Sync *s = data;
    for (guint i = 0; i < 100; i++) {
        g_autofree gchar *path = g_strdup_printf("/home/me/notes-%u.txt", i % 8);
        sync_touch(s, path, i);
        if (i % 9 == 8)
            sync_forget(s, path);
    }
    return NULL;
}

static gpointer upload_main(gpointer data) {
    for (int i = 0; i < 1; i++)
        sync_flush(data);
    return NULL;
}

int main(void) {
    Sync sync;
    GThread *editor, *uploader;
    sync_init(&sync);
    uploader = g_thread_new("upload", upload_main, &sync);
    editor = g_thread_new("editor", editor_main, &sync);
    g_thread_join(editor);
    g_thread_join(uploader);
    printf("%u uploads, %u dirty\n", sync.uploads, g_hash_table_size(sync.dirty));
    g_hash_table_destroy(sync.dirty);
    g_mutex_clear(&sync.lock);
    return 0;
}
