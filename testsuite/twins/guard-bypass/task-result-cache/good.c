/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=gio, note=GTask thread function; library without main
/*
 * A client library resolves contacts asynchronously. The task's thread function stores its
 * answer in the cache without the cache lock that every synchronous entry point takes. Here the
 * thread function takes the lock for the insertion.
 */
#include <gio/gio.h>
#include <string.h>

typedef struct {
    gchar *address;
    gchar *display_name;
} Contact;

static GRWLock contacts_lock;
static GHashTable *contacts;
static gsize contacts_once;

static void contact_free(gpointer data) {
    Contact *contact = data;
    g_free(contact->address);
    g_free(contact->display_name);
    g_free(contact);
}

static void contacts_ensure(void) {
    if (g_once_init_enter(&contacts_once)) {
        contacts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, contact_free);
        g_once_init_leave(&contacts_once, 1);
    }
}

static Contact *contact_query(const gchar *address) {
    const gchar *at = strchr(address, '@');
    Contact *contact;
    if (!at)
        return NULL;
    contact = g_new0(Contact, 1);
    contact->address = g_strdup(address);
    contact->display_name = g_strndup(address, (gsize)(at - address));
    return contact;
}

gchar *contacts_display_name(const gchar *address);
void contacts_forget(const gchar *address);
void contacts_resolve_async(const gchar *address, GAsyncReadyCallback done, gpointer data);
gchar *contacts_resolve_finish(GAsyncResult *result, GError **error);

gchar *contacts_display_name(const gchar *address) {
    Contact *contact;
    gchar *name = NULL;
    contacts_ensure();
    g_rw_lock_reader_lock(&contacts_lock);
    contact = g_hash_table_lookup(contacts, address);
    if (contact)
        name = g_strdup(contact->display_name);
    g_rw_lock_reader_unlock(&contacts_lock);
    return name;
}

void contacts_forget(const gchar *address) {
    contacts_ensure();
    g_rw_lock_writer_lock(&contacts_lock);
    g_hash_table_remove(contacts, address);
    g_rw_lock_writer_unlock(&contacts_lock);
}

static void resolve_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    const gchar *address = data;
    Contact *contact = contact_query(address);
    gchar *name;
    (void)source;
    (void)cancellable;
    if (!contact) {
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no address: %s",
                                address);
        return;
    }
    name = g_strdup(contact->display_name);
    g_rw_lock_writer_lock(&contacts_lock);
    g_hash_table_replace(contacts, contact->address, contact);
    g_rw_lock_writer_unlock(&contacts_lock);
    g_task_return_pointer(task, name, g_free);
}

void contacts_resolve_async(const gchar *address, GAsyncReadyCallback done, gpointer data) {
    GTask *task = g_task_new(NULL, NULL, done, data);
    contacts_ensure();
    g_task_set_task_data(task, g_strdup(address), g_free);
    g_task_run_in_thread(task, resolve_thread);
    g_object_unref(task);
}

gchar *contacts_resolve_finish(GAsyncResult *result, GError **error) {
    return g_task_propagate_pointer(G_TASK(result), error);
}
