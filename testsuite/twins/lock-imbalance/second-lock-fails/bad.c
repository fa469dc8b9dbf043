/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=glib, note=the error path of the second step unlocks one of two locks
/*
 * Copy between two mailboxes of a mail client: source shared, target exclusive. When the target turns
 * out to be full the error path gives back the target's lock, but not the source's.
 */
#include <glib.h>

typedef struct {
    GRWLock lock;
    GHashTable *messages; /* uid -> size */
    guint limit;
} Mailbox;

static Mailbox inbox, archive;

static void mailbox_init(Mailbox *box, guint limit) {
    g_rw_lock_init(&box->lock);
    box->messages = g_hash_table_new(g_direct_hash, g_direct_equal);
    box->limit = limit;
}

static void mailbox_clear(Mailbox *box) {
    g_hash_table_unref(box->messages);
    g_rw_lock_clear(&box->lock);
}

static gboolean mailbox_deliver(Mailbox *box, guint uid, guint size) {
    gboolean room;
    g_rw_lock_writer_lock(&box->lock);
    room = g_hash_table_size(box->messages) < box->limit;
    if (room)
        g_hash_table_insert(box->messages, GUINT_TO_POINTER(uid), GUINT_TO_POINTER(size));
    g_rw_lock_writer_unlock(&box->lock);
    return room;
}

/* Locks the source before the target; the archive is never a source. */
static gboolean mailbox_copy(Mailbox *from, Mailbox *to, guint uid) {
    gpointer size;
    gboolean copied = FALSE;

    g_rw_lock_reader_lock(&from->lock);
    size = g_hash_table_lookup(from->messages, GUINT_TO_POINTER(uid));
    if (!size)
        goto out;

    g_rw_lock_writer_lock(&to->lock);
    if (g_hash_table_size(to->messages) >= to->limit) {
        g_rw_lock_writer_unlock(&to->lock);
        return FALSE; // BAD(lock-imbalance)
    }
    g_hash_table_insert(to->messages, GUINT_TO_POINTER(uid), size);
    g_rw_lock_writer_unlock(&to->lock);
    copied = TRUE;
out:
    g_rw_lock_reader_unlock(&from->lock);
    return copied;
}

static gpointer filter_main(gpointer data) {
    guint first = GPOINTER_TO_UINT(data), copied = 0;
    for (guint uid = first; uid < first + 300; uid++) {
        mailbox_deliver(&inbox, uid, 1000 + uid);
        copied += mailbox_copy(&inbox, &archive, uid);
    }
    return GUINT_TO_POINTER(copied);
}

int main(void) {
    GThread *threads[2];
    mailbox_init(&inbox, 2000);
    mailbox_init(&archive, 1000);
    threads[0] = g_thread_new("a", filter_main, GUINT_TO_POINTER(1));
    threads[1] = g_thread_new("b", filter_main, GUINT_TO_POINTER(1001));
    for (int i = 0; i < 2; i++)
        g_print("%u copied\n", GPOINTER_TO_UINT(g_thread_join(threads[i])));
    mailbox_clear(&inbox);
    mailbox_clear(&archive);
    return 0;
}
