/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=timeouts and idle sources all on one thread
/*
 * Correct: the tables of this daemon are used by timeouts and idle callbacks only, and these all
 * run on the one thread that runs the main loop. The worker hands its result over by g_idle_add.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    GMainLoop *loop;
    GHashTable *devices; /* main-loop thread only */
    guint ticks;
    guint pending;
    GThread *prober;
} Daemon;

typedef struct {
    Daemon *daemon;
    gchar *name;
    guint capacity;
} ProbeResult;

static gboolean probe_done(gpointer data) {
    ProbeResult *result = data;
    Daemon *daemon = result->daemon;
    g_hash_table_replace(daemon->devices, result->name, GUINT_TO_POINTER(result->capacity));
    daemon->pending--;
    g_free(result);
    return G_SOURCE_REMOVE;
}

static gpointer probe_main(gpointer data) {
    Daemon *daemon = data;
    for (guint i = 0; i < 5; i++) {
        ProbeResult *result = g_new0(ProbeResult, 1);
        result->daemon = daemon;
        result->name = g_strdup_printf("sd%c", 'a' + (gchar)i);
        result->capacity = 100 * (i + 1);
        g_idle_add(probe_done, result);
    }
    return NULL;
}

static gboolean on_tick(gpointer data) {
    Daemon *daemon = data;
    GHashTableIter iter;
    gpointer name, capacity;
    guint total = 0;
    g_hash_table_iter_init(&iter, daemon->devices);
    while (g_hash_table_iter_next(&iter, &name, &capacity))
        total += GPOINTER_TO_UINT(capacity);
    daemon->ticks++;
    if (daemon->pending == 0 || daemon->ticks > 1000) {
        printf("%u devices, %u MB\n", g_hash_table_size(daemon->devices), total);
        g_main_loop_quit(daemon->loop);
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static gboolean on_unplug(gpointer data) {
    Daemon *daemon = data;
    g_hash_table_remove(daemon->devices, "sdc");
    return G_SOURCE_REMOVE;
}

int main(void) {
    Daemon daemon = {0};
    daemon.loop = g_main_loop_new(NULL, FALSE);
    daemon.devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    daemon.pending = 5;
    g_timeout_add(1, on_tick, &daemon);
    g_idle_add(on_unplug, &daemon);
    daemon.prober = g_thread_new("prober", probe_main, &daemon);
    g_main_loop_run(daemon.loop);
    g_thread_join(daemon.prober);
    g_hash_table_unref(daemon.devices);
    g_main_loop_unref(daemon.loop);
    return 0;
}
