/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=glib, note=an array is sorted in place by the first reader
/*
 * Font list of a text library, sorted when first asked for. font_list_nth() holds the lock for reading
 * and sorts: two readers sort at once. The fix sorts when fonts are added, under the writer lock.
 */
#include <glib.h>

typedef struct {
    GRWLock lock;
    GPtrArray *names;
    gboolean sorted;
} FontList;

static FontList fonts;

static gint compare_names(gconstpointer a, gconstpointer b) {
    return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

static void font_list_ensure_sorted(FontList *self) {
    if (!self->sorted) {
        g_ptr_array_sort(self->names, compare_names);
        self->sorted = TRUE;
    }
}

static void font_list_add(FontList *self, const char *name) {
    g_rw_lock_writer_lock(&self->lock);
    g_ptr_array_add(self->names, g_strdup(name));
    self->sorted = FALSE;
    font_list_ensure_sorted(self);
    g_rw_lock_writer_unlock(&self->lock);
}

static char *font_list_nth(FontList *self, guint n) {
    char *name = NULL;
    g_rw_lock_reader_lock(&self->lock);
    if (n < self->names->len)
        name = g_strdup(g_ptr_array_index(self->names, n));
    g_rw_lock_reader_unlock(&self->lock);
    return name;
}

static gboolean font_list_remove(FontList *self, const char *name) {
    gboolean removed = FALSE;
    g_rw_lock_writer_lock(&self->lock);
    font_list_ensure_sorted(self);
    for (guint i = 0; i < self->names->len && !removed; i++)
        if (g_strcmp0(g_ptr_array_index(self->names, i), name) == 0) {
            g_ptr_array_remove_index(self->names, i);
            removed = TRUE;
        }
    g_rw_lock_writer_unlock(&self->lock);
    return removed;
}

static gpointer menu_main(gpointer data) {
    gsize length = 0;
    (void)data;
    for (guint i = 0; i < 2000; i++) {
        g_autofree char *name = font_list_nth(&fonts, i % 40);
        length += name ? strlen(name) : 0;
    }
    return GSIZE_TO_POINTER(length);
}

static gpointer install_main(gpointer data) {
    (void)data;
    for (guint i = 0; i < 600; i++) {
        g_autofree char *name = g_strdup_printf("Sans %u", i * 37 % 100);
        font_list_add(&fonts, name);
        if (i % 2)
            font_list_remove(&fonts, name);
    }
    return NULL;
}

int main(void) {
    GThread *threads[3];

    g_rw_lock_init(&fonts.lock);
    fonts.names = g_ptr_array_new_with_free_func(g_free);
    threads[0] = g_thread_new("install", install_main, NULL);
    threads[1] = g_thread_new("menu", menu_main, NULL);
    threads[2] = g_thread_new("preview", menu_main, NULL);
    for (int i = 0; i < 3; i++)
        g_thread_join(threads[i]);
    g_print("%u fonts\n", fonts.names->len);
    g_ptr_array_unref(fonts.names);
    g_rw_lock_clear(&fonts.lock);
    return 0;
}
