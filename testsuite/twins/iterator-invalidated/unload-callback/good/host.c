/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=glib+pthread, note=callback of foreach removes through a
// helper in another file
/*
 * A host unloads its plugins with g_hash_table_foreach. Each plugin's unload function calls
 * host_unregister, which removes the plugin from the very table that is being walked. The mutex
 * is recursive, so nothing stops it. Here the names are collected first and the plugins unloaded
 * after the walk.
 */
#include "host.h"
#include <glib.h>
#include <pthread.h>

static pthread_mutex_t host_mutex;
static GHashTable *plugins;

void host_init(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&host_mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    plugins = g_hash_table_new(g_str_hash, g_str_equal);
}

int host_register(const struct plugin *plugin) {
    int status;
    pthread_mutex_lock(&host_mutex);
    status = plugin->load();
    if (status == 0)
        g_hash_table_insert(plugins, (gpointer)plugin->name, (gpointer)plugin);
    pthread_mutex_unlock(&host_mutex);
    return status;
}

void host_unregister(const char *name) {
    pthread_mutex_lock(&host_mutex);
    g_hash_table_remove(plugins, name);
    pthread_mutex_unlock(&host_mutex);
}

void host_unload_all(void) {
    GList *all;
    pthread_mutex_lock(&host_mutex);
    all = g_hash_table_get_values(plugins);
    for (GList *l = all; l; l = l->next) {
        const struct plugin *plugin = l->data;
        plugin->unload();
    }
    g_list_free(all);
    pthread_mutex_unlock(&host_mutex);
}

unsigned host_count(void) {
    unsigned count;
    pthread_mutex_lock(&host_mutex);
    count = g_hash_table_size(plugins);
    pthread_mutex_unlock(&host_mutex);
    return count;
}
