/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=gio, note=a GTask thread fills the device table that the main
// loop reads
/*
 * A GLib daemon probes devices in GTask threads. The thread function inserts what it found into the
 * manager's table, while the main loop answers property requests from it.
 */
#include <gio/gio.h>

typedef struct {
    GHashTable *properties; /* device name -> capacity */
    guint probes;
    GMutex mutex;
} Manager;

static Manager manager;
static guint pending;
static guint answered;

static void probe_thread(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable) {
    const char *name = task_data;
    guint capacity = g_str_hash(name) % 1000;
    (void)source;
    (void)cancellable;

    g_mutex_lock(&manager.mutex);
    g_hash_table_replace(manager.properties, g_strdup(name), GUINT_TO_POINTER(capacity));
    manager.probes++;
    g_mutex_unlock(&manager.mutex);
    g_task_return_boolean(task, TRUE);
}

static void probe_done(GObject *source, GAsyncResult *result, gpointer user_data) {
    GMainLoop *loop = user_data;
    GError *error = NULL;
    (void)source;

    if (!g_task_propagate_boolean(G_TASK(result), &error)) {
        g_warning("probe: %s", error->message);
        g_clear_error(&error);
    }
    if (--pending == 0)
        g_main_loop_quit(loop);
}

static void manager_probe(const char *name, GMainLoop *loop) {
    GTask *task = g_task_new(NULL, NULL, probe_done, loop);
    pending++;
    g_task_set_task_data(task, g_strdup(name), g_free);
    g_task_run_in_thread(task, probe_thread);
    g_object_unref(task);
}

static guint manager_total(Manager *self) {
    GHashTableIter iter;
    gpointer value;
    guint total = 0;

    g_mutex_lock(&self->mutex);
    g_hash_table_iter_init(&iter, self->properties);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        total += GPOINTER_TO_UINT(value);
    g_mutex_unlock(&self->mutex);
    return total;
}

static gboolean on_request(gpointer user_data) {
    Manager *self = user_data;
    if (manager_total(self) > 0)
        answered++;
    return G_SOURCE_CONTINUE;
}

int main(void) {
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);

    manager.properties = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < 40; i++) {
        g_autofree char *name = g_strdup_printf("sd%c%d", 'a' + i % 10, i / 10);
        manager_probe(name, loop);
    }
    guint request = g_idle_add(on_request, &manager);
    g_main_loop_run(loop);
    g_source_remove(request);
    g_mutex_lock(&manager.mutex);
    g_print("%u probes, %u answers\n", manager.probes, answered);
    g_mutex_unlock(&manager.mutex);
    g_hash_table_unref(manager.properties);
    g_main_loop_unref(loop);
    return 0;
}
