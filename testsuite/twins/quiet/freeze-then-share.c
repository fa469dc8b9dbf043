/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=a table is private while it is filled, then handed over through an
// async queue and never written again
/*
 * Font scanner: a scanning thread builds a table and pushes it through an asynchronous queue; from then on
 * nobody writes it. The main thread keeps it and shares it, read-only, with layout threads started later.
 */
#include <glib.h>

typedef struct {
    GHashTable *by_family;
    guint serial;
} Catalogue;

static Catalogue *catalogue_scan(guint serial) {
    Catalogue *c = g_new0(Catalogue, 1);
    c->serial = serial;
    c->by_family = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < 50; i++)
        g_hash_table_insert(c->by_family, g_strdup_printf("Family %u", i * serial), GUINT_TO_POINTER(i + 1));
    return c;
}

static void catalogue_free(Catalogue *c) {
    g_hash_table_unref(c->by_family);
    g_free(c);
}

static gpointer scanner_main(gpointer data) {
    GAsyncQueue *out = data;
    for (guint serial = 1; serial <= 5; serial++)
        g_async_queue_push(out, catalogue_scan(serial));
    return NULL;
}

static gpointer layout_main(gpointer data) {
    const Catalogue *c = data;
    guint found = 0;
    for (guint i = 0; i < 500; i++) {
        g_autofree char *family = g_strdup_printf("Family %u", i);
        found += g_hash_table_lookup(c->by_family, family) != NULL;
    }
    return GUINT_TO_POINTER(found);
}

int main(void) {
    GAsyncQueue *queue = g_async_queue_new();
    GThread *scanner = g_thread_new("scanner", scanner_main, queue);

    for (guint i = 0; i < 5; i++) {
        Catalogue *c = g_async_queue_pop(queue);
        GThread *layout[2];
        for (int k = 0; k < 2; k++)
            layout[k] = g_thread_new("layout", layout_main, c);
        for (int k = 0; k < 2; k++)
            g_print("%u: %u\n", c->serial, GPOINTER_TO_UINT(g_thread_join(layout[k])));
        catalogue_free(c);
    }
    g_thread_join(scanner);
    g_async_queue_unref(queue);
    return 0;
}
