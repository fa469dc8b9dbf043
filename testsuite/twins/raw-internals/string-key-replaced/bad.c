/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=raw-internals, libs=glib, note=the string key of an element is replaced while it is in the table
/*
 * Playlists by name. The table uses the name inside the element as its key; a rename replaces that
 * string in place, and the table is left with a key that was freed.
 */
#include <glib.h>

typedef struct {
    gchar *name; /* the key */
    guint tracks;
} Playlist;

static GMutex lock;
static GHashTable *playlists;

static void playlist_free(gpointer data) {
    Playlist *p = data;
    g_free(p->name);
    g_free(p);
}

static void playlist_add(const gchar *name, guint tracks) {
    Playlist *p = g_new0(Playlist, 1);
    p->name = g_strdup(name);
    p->tracks = tracks;
    g_mutex_lock(&lock);
    g_hash_table_replace(playlists, p->name, p);
    g_mutex_unlock(&lock);
}

static gboolean playlist_rename(const gchar *from, const gchar *to) {
    Playlist *p;
    g_mutex_lock(&lock);
    p = g_hash_table_lookup(playlists, from);
    if (p) {
        g_free(p->name);
        p->name = g_strdup(to); // BAD(raw-internals)
    }
    g_mutex_unlock(&lock);
    return p != NULL;
}

static guint playlist_tracks(const gchar *name) {
    guint tracks = 0;
    g_mutex_lock(&lock);
    Playlist *p = g_hash_table_lookup(playlists, name);
    if (p)
        tracks = p->tracks;
    g_mutex_unlock(&lock);
    return tracks;
}

static gpointer editor_main(gpointer data) {
    guint renamed = 0;
    for (guint i = 0; i < 100; i++) {
        playlist_add("new", i);
        renamed += playlist_rename("new", i % 2 ? "old" : "older");
    }
    return renamed ? data : NULL;
}

int main(void) {
    GThread *editor;
    playlists = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, playlist_free);
    editor = g_thread_new("editor", editor_main, &lock);
    for (guint i = 0; i < 100; i++)
        playlist_tracks("old");
    g_thread_join(editor);
    g_print("%u\n", playlist_tracks("old"));
    g_hash_table_destroy(playlists);
    return 0;
}
