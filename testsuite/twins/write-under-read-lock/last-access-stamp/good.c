/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=glib, note=a lookup under the reader lock stamps and counts the entry
/*
 * Icon cache: the lookup holds the reader lock and records when and how often an icon was used, so that the
 * eviction can choose. The fix makes the two atomic.
 */
#include <glib.h>

typedef struct {
    guint pixels;
    gint uses;
    gint stamp;
} Icon;

typedef struct {
    GRWLock lock;
    GHashTable *icons;
    gint clock;
} IconCache;

static IconCache cache;

static gboolean icon_cache_lookup(IconCache *self, const char *name, guint *pixels) {
    Icon *icon;

    g_rw_lock_reader_lock(&self->lock);
    icon = g_hash_table_lookup(self->icons, name);
    if (icon) {
        g_atomic_int_inc(&icon->uses);
        g_atomic_int_set(&icon->stamp, g_atomic_int_add(&self->clock, 1));
        *pixels = icon->pixels;
    }
    g_rw_lock_reader_unlock(&self->lock);
    return icon != NULL;
}

static void icon_cache_add(IconCache *self, const char *name, guint pixels) {
    g_rw_lock_writer_lock(&self->lock);
    if (!g_hash_table_contains(self->icons, name)) {
        Icon *icon = g_new0(Icon, 1);
        icon->pixels = pixels;
        g_hash_table_insert(self->icons, g_strdup(name), icon);
    }
    g_rw_lock_writer_unlock(&self->lock);
}

static guint icon_cache_evict(IconCache *self, gint before) {
    GHashTableIter iter;
    gpointer value;
    guint evicted = 0;

    g_rw_lock_writer_lock(&self->lock);
    g_hash_table_iter_init(&iter, self->icons);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Icon *icon = value;
        if (g_atomic_int_get(&icon->stamp) < before && g_atomic_int_get(&icon->uses) < 10) {
            g_hash_table_iter_remove(&iter);
            evicted++;
        }
    }
    g_rw_lock_writer_unlock(&self->lock);
    return evicted;
}

static gpointer view_main(gpointer data) {
    guint seed = GPOINTER_TO_UINT(data), sum = 0;
    for (guint i = 0; i < 2000; i++) {
        guint pixels = 0;
        seed = seed * 69069u + 1u;
        g_autofree char *name = g_strdup_printf("icon-%u", seed >> 26);
        if (!icon_cache_lookup(&cache, name, &pixels))
            icon_cache_add(&cache, name, seed & 0xff);
        sum += pixels;
        if (i % 500 == 499)
            sum += icon_cache_evict(&cache, (gint)i);
    }
    return GUINT_TO_POINTER(sum);
}

int main(void) {
    GThread *views[3];
    g_rw_lock_init(&cache.lock);
    cache.icons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < 3; i++)
        views[i] = g_thread_new("view", view_main, GUINT_TO_POINTER(i + 1));
    for (guint i = 0; i < 3; i++)
        g_thread_join(views[i]);
    g_hash_table_unref(cache.icons);
    g_rw_lock_clear(&cache.lock);
    return 0;
}
