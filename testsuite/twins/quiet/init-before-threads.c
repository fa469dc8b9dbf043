/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib+pthread, note=tables filled before the first thread, read-only
// after
/*
 * Correct: the MIME table is filled in main before any thread starts and only read afterwards,
 * without a lock. The counter table, which does change, has one.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static GHashTable *mime_types; /* read-only once the workers run */
static GHashTable *counters;
static pthread_mutex_t counters_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned default_hits; /* under counters_lock */

static const struct {
    const char *extension, *type;
} builtin_types[] = {
    {"html", "text/html"},
    {"css", "text/css"},
    {"png", "image/png"},
    {"js", "text/javascript"},
};

static void mime_register(const char *extension, const char *type) {
    g_hash_table_replace(mime_types, g_strdup(extension), g_strdup(type));
}

static void mime_init(const char *extra) {
    mime_types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (gsize i = 0; i < G_N_ELEMENTS(builtin_types); i++)
        mime_register(builtin_types[i].extension, builtin_types[i].type);
    if (extra)
        mime_register(extra, "application/octet-stream");
    g_hash_table_remove(mime_types, "tmp");
}

static const char *mime_lookup(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot ? g_hash_table_lookup(mime_types, dot + 1) : NULL;
}

static void count_type(const char *type) {
    pthread_mutex_lock(&counters_lock);
    if (type) {
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counters, type));
        g_hash_table_replace(counters, g_strdup(type), GUINT_TO_POINTER(n + 1));
    } else {
        default_hits++;
    }
    pthread_mutex_unlock(&counters_lock);
}

static void *worker_main(void *arg) {
    static const char *const paths[] = {"/index.html", "/a.css", "/core", "/logo.png"};
    (void)arg;
    for (int i = 0; i < 200; i++)
        count_type(mime_lookup(paths[i % 4]));
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t workers[3];
    mime_init(argc > 1 ? argv[1] : NULL);
    counters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_insert(counters, g_strdup("text/html"), NULL); /* still alone */
    for (int i = 0; i < 3; i++)
        if (pthread_create(&workers[i], NULL, worker_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(workers[i], NULL);
    printf("%u types, %u unknown\n", g_hash_table_size(counters), default_hits);
    g_hash_table_destroy(counters);
    g_hash_table_destroy(mime_types);
    return 0;
}
