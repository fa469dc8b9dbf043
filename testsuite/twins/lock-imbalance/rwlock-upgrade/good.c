/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=glib, note=writer lock taken while the reader lock is held
/*
 * A settings store looks a key up under the reader lock and, when it has to fill in a default,
 * takes the writer lock before giving the reader lock back: a deadlock with itself. Here the
 * reader lock is given back first and the table looked at again.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    GRWLock lock;
    GHashTable *values;
    GHashTable *defaults; /* filled in settings_new, read-only after */
    gint changes;         /* atomic */
} Settings;

static Settings *settings_new(void) {
    Settings *self = g_new0(Settings, 1);
    g_rw_lock_init(&self->lock);
    self->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->defaults = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(self->defaults, "theme", "light");
    g_hash_table_insert(self->defaults, "font", "sans 10");
    return self;
}

static void settings_set(Settings *self, const gchar *key, const gchar *value) {
    g_rw_lock_writer_lock(&self->lock);
    g_hash_table_replace(self->values, g_strdup(key), g_strdup(value));
    g_rw_lock_writer_unlock(&self->lock);
    g_atomic_int_inc(&self->changes);
}

static gchar *settings_get(Settings *self, const gchar *key) {
    const gchar *found;
    gchar *value;

    g_rw_lock_reader_lock(&self->lock);
    found = g_hash_table_lookup(self->values, key);
    if (found) {
        value = g_strdup(found);
        g_rw_lock_reader_unlock(&self->lock);
        return value;
    }
    g_rw_lock_reader_unlock(&self->lock);
    g_rw_lock_writer_lock(&self->lock);
    found = g_hash_table_lookup(self->values, key);
    if (found) {
        value = g_strdup(found);
        g_rw_lock_writer_unlock(&self->lock);
        return value;
    }
    found = g_hash_table_lookup(self->defaults, key);
    value = g_strdup(found ? found : "");
    g_hash_table_replace(self->values, g_strdup(key), g_strdup(value));
    g_rw_lock_writer_unlock(&self->lock);
    return value;
}

static void settings_free(Settings *self) {
    g_hash_table_unref(self->values);
    g_hash_table_unref(self->defaults);
    g_rw_lock_clear(&self->lock);
    g_free(self);
}

static gpointer window_main(gpointer data) {
    Settings *settings = data;
    for (int i = 0; i < 100; i++) {
        g_autofree gchar *theme = NULL;
        theme = settings_get(settings, "theme");
        if (i % 20 == 0)
            settings_set(settings, "theme", g_str_equal(theme, "dark") ? "light" : "dark");
    }
    return NULL;
}

int main(int argc, char **argv) {
    Settings *settings = settings_new();
    GThread *windows[2];
    for (int i = 0; i < 2; i++)
        windows[i] = g_thread_new("window", window_main, settings);
    for (int i = 1; i < argc; i++) {
        g_autofree gchar *value = settings_get(settings, argv[i]);
        printf("%s=%s\n", argv[i], value);
    }
    for (int i = 0; i < 2; i++)
        g_thread_join(windows[i]);
    printf("%d changes\n", g_atomic_int_get(&settings->changes));
    settings_free(settings);
    return 0;
}
