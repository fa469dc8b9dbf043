/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=raw-internals, libs=glib, note=the key of an element is changed while the element is in the
// table, by a setter in another layer
/*
 * Contact list of a chat client, hashed by the name inside the contact. contact_rename() frees and replaces
 * that name under the lock, but the table still points to the old key. The fix steals and reinserts.
 */
#include <glib.h>

typedef struct {
    char *name;
    guint messages;
} Contact;

static GMutex contacts_lock;
static GHashTable *contacts; /* contact->name -> contact */

static void contact_free(gpointer data) {
    Contact *c = data;
    g_free(c->name);
    g_free(c);
}

static void contact_set_name(Contact *c, const char *name) {
    g_free(c->name);
    c->name = g_strdup(name);
}

static void contact_message(const char *name) {
    g_mutex_lock(&contacts_lock);
    Contact *c = g_hash_table_lookup(contacts, name);
    if (!c) {
        c = g_new0(Contact, 1);
        c->name = g_strdup(name);
        g_hash_table_insert(contacts, c->name, c);
    }
    c->messages++;
    g_mutex_unlock(&contacts_lock);
}

static gboolean contact_rename(const char *from, const char *to) {
    gboolean renamed = FALSE;
    g_mutex_lock(&contacts_lock);
    Contact *c = g_hash_table_lookup(contacts, from);
    if (c && !g_hash_table_contains(contacts, to)) {
        g_hash_table_steal(contacts, from);
        contact_set_name(c, to);
        g_hash_table_insert(contacts, c->name, c);
        renamed = TRUE;
    }
    g_mutex_unlock(&contacts_lock);
    return renamed;
}

static gpointer network_main(gpointer data) {
    guint first = GPOINTER_TO_UINT(data), renamed = 0;
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *name = g_strdup_printf("guest%u", (first + i) % 9);
        g_autofree char *nick = g_strdup_printf("nick%u", (first + i) % 5);
        contact_message(name);
        renamed += contact_rename(name, nick);
    }
    return GUINT_TO_POINTER(renamed);
}

int main(void) {
    GThread *threads[2];
    g_mutex_init(&contacts_lock);
    contacts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, contact_free);
    for (guint i = 0; i < 2; i++)
        threads[i] = g_thread_new("network", network_main, GUINT_TO_POINTER(i * 4));
    for (guint i = 0; i < 2; i++)
        g_print("%u renamed\n", GPOINTER_TO_UINT(g_thread_join(threads[i])));
    g_hash_table_unref(contacts);
    g_mutex_clear(&contacts_lock);
    return 0;
}
