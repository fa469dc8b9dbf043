/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "handles.h"

struct _HandleTable {
    GMutex mutex;
    GHashTable *handles;
};

HandleTable *handle_table_new(void) {
    HandleTable *t = g_new0(HandleTable, 1);
    g_mutex_init(&t->mutex);
    t->handles = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    return t;
}

void handle_table_free(HandleTable *t) {
    g_hash_table_unref(t->handles);
    g_mutex_clear(&t->mutex);
    g_free(t);
}

gboolean handle_table_open(HandleTable *t, guint64 inode) {
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&t->mutex);
    Handle *h = g_hash_table_lookup(t->handles, &inode);

    if (!h) {
        h = g_new0(Handle, 1);
        h->inode = inode;
        g_hash_table_insert(t->handles, &h->inode, h);
    }
    if (h->delete_pending)
        return FALSE;
    h->opens++;
    return TRUE;
}

void handle_table_close(HandleTable *t, guint64 inode) {
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&t->mutex);
    Handle *h = g_hash_table_lookup(t->handles, &inode);

    if (h && h->opens > 0)
        h->opens--;
}

gboolean handle_table_remove_unused(HandleTable *t, guint64 inode) {
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&t->mutex);
    Handle *h = g_hash_table_lookup(t->handles, &inode);
    if (h && h->opens > 0)
        return FALSE;
    return g_hash_table_remove(t->handles, &inode);
}
