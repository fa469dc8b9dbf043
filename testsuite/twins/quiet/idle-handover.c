/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=worker results handed to the main loop with g_idle_add; the model has no
// lock and one thread
/*
 * A file manager: a thread scans folders and posts each result to the main loop as an idle source with its own
 * data. The model, a table without a lock, is used by the main loop's callbacks only.
 */
#include <glib.h>

typedef struct {
    GHashTable *rows; /* main loop only */
    guint total;      /* main loop only */
    GMainLoop *loop;
} Model;

typedef struct {
    Model *model;
    char *folder;
    guint files;
    gboolean last;
} Found;

static gboolean model_add(gpointer data) {
    Found *found = data;
    Model *model = found->model;
    g_hash_table_replace(model->rows, g_strdup(found->folder), GUINT_TO_POINTER(found->files));
    model->total += found->files;
    if (found->last)
        g_main_loop_quit(model->loop);
    return G_SOURCE_REMOVE;
}

static void found_free(gpointer data) {
    Found *found = data;
    g_free(found->folder);
    g_free(found);
}

static gpointer scan_main(gpointer data) {
    Model *model = data;
    for (guint i = 0; i < 500; i++) {
        Found *found = g_new0(Found, 1);
        found->model = model;
        found->folder = g_strdup_printf("/home/%u", i % 40);
        found->files = g_str_hash(found->folder) % 100;
        found->last = i == 499;
        g_idle_add_full(G_PRIORITY_DEFAULT, model_add, found, found_free);
    }
    return NULL;
}

static gboolean show_progress(gpointer data) {
    Model *model = data;
    GHashTableIter iter;
    gpointer files;
    guint sum = 0;
    g_hash_table_iter_init(&iter, model->rows);
    while (g_hash_table_iter_next(&iter, NULL, &files))
        sum += GPOINTER_TO_UINT(files);
    if (sum > model->total)
        g_warning("rows and total disagree");
    return G_SOURCE_CONTINUE;
}

int main(void) {
    Model model = {0};
    GThread *scan;
    guint progress;

    model.rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    model.loop = g_main_loop_new(NULL, FALSE);
    progress = g_timeout_add(1, show_progress, &model);
    scan = g_thread_new("scan", scan_main, &model);
    g_main_loop_run(model.loop);
    g_thread_join(scan);
    g_source_remove(progress);
    g_print("%u rows, %u files\n", g_hash_table_size(model.rows), model.total);
    g_main_loop_unref(model.loop);
    g_hash_table_unref(model.rows);
    return 0;
}
