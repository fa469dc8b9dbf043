/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=glib, note=a bus name is asked for in one critical section and claimed in the
// next
/*
 * Name registry of a message bus: request_name() asks name_has_owner() and then sets the owner, each under the
 * lock; two clients can both be told that they own the name.
 */
#include <glib.h>

static GMutex names_lock;
static GHashTable *names; /* name -> client number */

static gboolean name_has_owner(const char *name) {
    g_mutex_lock(&names_lock);
    gboolean owned = g_hash_table_lookup(names, name) != NULL;
    g_mutex_unlock(&names_lock);
    return owned;
}

static gboolean request_name(const char *name, guint client) {
    gboolean claimed = FALSE;

    g_mutex_lock(&names_lock);
    if (!g_hash_table_contains(names, name)) {
        g_hash_table_insert(names, g_strdup(name), GUINT_TO_POINTER(client));
        claimed = TRUE;
    }
    g_mutex_unlock(&names_lock);
    return claimed;
}

static gboolean release_name(const char *name, guint client) {
    gboolean released = FALSE;
    g_mutex_lock(&names_lock);
    if (GPOINTER_TO_UINT(g_hash_table_lookup(names, name)) == client)
        released = g_hash_table_remove(names, name);
    g_mutex_unlock(&names_lock);
    return released;
}

static gpointer client_main(gpointer data) {
    guint client = GPOINTER_TO_UINT(data), owned = 0;
    for (guint i = 0; i < 2000; i++) {
        g_autofree char *name = g_strdup_printf("org.example.Service%u", i % 5);
        if (request_name(name, client)) {
            owned += name_has_owner(name);
            release_name(name, client);
        }
    }
    return GUINT_TO_POINTER(owned);
}

int main(void) {
    GThread *clients[3];
    g_mutex_init(&names_lock);
    names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < 3; i++)
        clients[i] = g_thread_new("client", client_main, GUINT_TO_POINTER(i + 1));
    for (guint i = 0; i < 3; i++)
        g_print("%u\n", GPOINTER_TO_UINT(g_thread_join(clients[i])));
    g_hash_table_unref(names);
    g_mutex_clear(&names_lock);
    return 0;
}
