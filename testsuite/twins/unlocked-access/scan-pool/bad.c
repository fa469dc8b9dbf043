/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=glib, note=GThreadPool workers share a result table
/*
 * A directory scanner hands every path to a GThreadPool of four workers. Each worker counts the
 * file under its extension in one shared GHashTable; the pool runs the same function on several
 * threads, so the table is written by all of them.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    GThreadPool *pool;
    GHashTable *by_extension; /* extension -> count */
    gint files;               /* atomic */
    gboolean follow_links;
} Scanner;

static const gchar *extension_of(const gchar *path) {
    const gchar *dot = strrchr(path, '.');
    return dot ? dot + 1 : "none";
}

static void scanner_account(Scanner *self, const gchar *extension) {
    gpointer count = g_hash_table_lookup(self->by_extension, extension); // BAD(unlocked-access)
    guint next = GPOINTER_TO_UINT(count) + 1;
    g_hash_table_insert(self->by_extension, g_strdup(extension), GUINT_TO_POINTER(next)); // BAD(unlocked-access)
}

static void scan_one(gpointer data, gpointer user_data) {
    gchar *path = data;
    Scanner *self = user_data;
    g_atomic_int_inc(&self->files);
    scanner_account(self, extension_of(path));
    g_free(path);
}

static Scanner *scanner_new(gboolean follow_links) {
    GError *error = NULL;
    Scanner *self = g_new0(Scanner, 1);
    self->follow_links = follow_links;
    self->by_extension = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->pool = g_thread_pool_new(scan_one, self, 4, FALSE, &error);
    if (!self->pool) {
        g_printerr("scanner: %s\n", error->message);
        g_error_free(error);
        g_hash_table_unref(self->by_extension);
        g_free(self);
        return NULL;
    }
    return self;
}

static void scanner_add(Scanner *self, const gchar *path) {
    g_thread_pool_push(self->pool, g_strdup(path), NULL);
}

static void scanner_finish(Scanner *self) {
    GHashTableIter iter;
    gpointer key, value;
    g_thread_pool_free(self->pool, FALSE, TRUE); /* waits for the last task */
    g_hash_table_iter_init(&iter, self->by_extension);
    while (g_hash_table_iter_next(&iter, &key, &value))
        printf("%s: %u\n", (const gchar *)key, GPOINTER_TO_UINT(value));
    printf("%d files\n", g_atomic_int_get(&self->files));
    g_hash_table_unref(self->by_extension);
    g_free(self);
}

int main(int argc, char **argv) {
    static const gchar *sample[] = {"a.c", "b.h", "README", "c.c", "Makefile", "d.txt"};
    Scanner *scanner = scanner_new(FALSE);
    if (!scanner)
        return 1;
    for (guint i = 0; i < G_N_ELEMENTS(sample); i++)
        scanner_add(scanner, sample[i]);
    for (int i = 1; i < argc; i++)
        scanner_add(scanner, argv[i]);
    scanner_finish(scanner);
    return 0;
}
