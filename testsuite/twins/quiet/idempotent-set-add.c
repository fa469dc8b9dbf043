/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=contains and add are two calls, and adding what is there does no harm
/*
 * Set of visited addresses in a scanner. The test before the add saves the copy of the string most of the time;
 * the add itself is atomic, frees the spare copy, and tells who was first. Only that answer decides.
 */
#include <glib.h>

typedef struct {
    GMutex lock;
    GHashTable *set;
} StringSet;

static StringSet visited;
static gint first_visits;

static gboolean string_set_contains(StringSet *self, const char *s) {
    g_mutex_lock(&self->lock);
    gboolean contains = g_hash_table_contains(self->set, s);
    g_mutex_unlock(&self->lock);
    return contains;
}

/* TRUE for the one who added it. */
static gboolean string_set_add(StringSet *self, char *s) {
    gboolean added = FALSE;
    g_mutex_lock(&self->lock);
    if (!g_hash_table_contains(self->set, s)) {
        g_hash_table_add(self->set, s);
        added = TRUE;
    }
    g_mutex_unlock(&self->lock);
    if (!added)
        g_free(s);
    return added;
}

static void visit(const char *address) {
    if (string_set_contains(&visited, address))
        return;
    if (string_set_add(&visited, g_strdup(address)))
        g_atomic_int_inc(&first_visits);
}

static gpointer scanner_main(gpointer data) {
    guint seed = GPOINTER_TO_UINT(data);
    for (guint i = 0; i < 2000; i++) {
        seed = seed * 69069u + 1u;
        g_autofree char *address = g_strdup_printf("10.0.0.%u", seed >> 24);
        visit(address);
    }
    return NULL;
}

int main(void) {
    GThread *scanners[3];
    g_mutex_init(&visited.lock);
    visited.set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < 3; i++)
        scanners[i] = g_thread_new("scanner", scanner_main, GUINT_TO_POINTER(i + 1));
    for (guint i = 0; i < 3; i++)
        g_thread_join(scanners[i]);
    g_print("%d first visits, %u known\n", g_atomic_int_get(&first_visits), g_hash_table_size(visited.set));
    g_hash_table_unref(visited.set);
    g_mutex_clear(&visited.lock);
    return 0;
}
