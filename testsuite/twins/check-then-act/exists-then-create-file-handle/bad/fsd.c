/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=glib, note=unlink asks for the open count and removes in a second call
/*
 * File server: a file may be unlinked when nobody has it open. The count is asked in one call of the
 * handle table, the handle removed in another; an open between the two is left without a handle.
 */
#include "handles.h"

static HandleTable *table;

static gboolean fsd_unlink(guint64 inode) {
    if (handle_table_opens(table, inode) > 0)
        return FALSE;
    return handle_table_remove(table, inode); // BAD(check-then-act)
}

static gpointer client_main(gpointer data) {
    guint first = GPOINTER_TO_UINT(data), unlinked = 0;
    for (guint i = 0; i < 3000; i++) {
        guint64 inode = (first + i) % 12;
        if (handle_table_open(table, inode))
            handle_table_close(table, inode);
        if (i % 3 == 0)
            unlinked += fsd_unlink((inode + 1) % 12);
    }
    return GUINT_TO_POINTER(unlinked);
}

int main(void) {
    GThread *clients[3];

    table = handle_table_new();
    for (guint i = 0; i < 3; i++)
        clients[i] = g_thread_new("client", client_main, GUINT_TO_POINTER(i * 4));
    for (guint i = 0; i < 3; i++)
        g_print("%u unlinked\n", GPOINTER_TO_UINT(g_thread_join(clients[i])));
    handle_table_free(table);
    return 0;
}
