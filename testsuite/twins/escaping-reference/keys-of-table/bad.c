/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=glib, note=list of the table's own keys walked after the unlock
/*
 * A session daemon lists its inhibitors: the list is made under the lock, but g_hash_table_get_keys()
 * copies no key, and the strings are freed when another client drops its inhibitor.
 */
#include <glib.h>

typedef struct {
    GMutex mutex;
    GHashTable *inhibitors; /* cookie string -> application */
    guint serial;
} Manager;

static Manager *manager_new(void) {
    Manager *self = g_new0(Manager, 1);
    g_mutex_init(&self->mutex);
    self->inhibitors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

static void manager_free(Manager *self) {
    g_hash_table_destroy(self->inhibitors);
    g_mutex_clear(&self->mutex);
    g_free(self);
}

static char *manager_inhibit(Manager *self, const char *application) {
    char *cookie;
    g_mutex_lock(&self->mutex);
    cookie = g_strdup_printf("cookie-%u", self->serial++);
    g_hash_table_insert(self->inhibitors, g_strdup(cookie), g_strdup(application));
    g_mutex_unlock(&self->mutex);
    return cookie;
}

static gboolean manager_uninhibit(Manager *self, const char *cookie) {
    gboolean known;
    g_mutex_lock(&self->mutex);
    known = g_hash_table_remove(self->inhibitors, cookie);
    g_mutex_unlock(&self->mutex);
    return known;
}

static char *manager_list(Manager *self) {
    GString *text = g_string_new(NULL);
    GList *cookies;

    g_mutex_lock(&self->mutex);
    cookies = g_hash_table_get_keys(self->inhibitors);
    g_mutex_unlock(&self->mutex);

    for (GList *l = cookies; l != NULL; l = l->next) {
        g_string_append(text, l->data); // BAD(escaping-reference,guard-bypass,unlocked-access)
        g_string_append_c(text, ' ');
    }
    g_list_free(cookies);
    return g_string_free(text, FALSE);
}

static gpointer client_main(gpointer data) {
    Manager *self = data;
    guint known = 0;
    for (int i = 0; i < 800; i++) {
        g_autofree char *first = manager_inhibit(self, "player");
        g_autofree char *second = manager_inhibit(self, "updater");
        known += manager_uninhibit(self, first);
        known += manager_uninhibit(self, second);
    }
    return GUINT_TO_POINTER(known);
}

static gpointer monitor_main(gpointer data) {
    Manager *self = data;
    gsize longest = 0;
    for (int i = 0; i < 500; i++) {
        g_autofree char *text = manager_list(self);
        longest = MAX(longest, strlen(text));
    }
    return GSIZE_TO_POINTER(longest);
}

int main(void) {
    Manager *self = manager_new();
    GThread *clients[2], *monitor;

    monitor = g_thread_new("monitor", monitor_main, self);
    for (int i = 0; i < 2; i++)
        clients[i] = g_thread_new("client", client_main, self);
    for (int i = 0; i < 2; i++)
        g_thread_join(clients[i]);
    g_print("longest list: %" G_GSIZE_FORMAT "\n", GPOINTER_TO_SIZE(g_thread_join(monitor)));
    manager_free(self);
    return 0;
}
