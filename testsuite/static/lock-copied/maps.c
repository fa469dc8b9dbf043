/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* GLib's containers may stand in records by value; to move one is fine. */
#include <glib.h>

struct mailbox {
    GMutex *lock;
    GQueue messages;
};

void mailbox_put_ok(struct mailbox *m, char *text) {
    g_mutex_lock(m->lock);
    g_queue_push_tail(&m->messages, text);
    g_mutex_unlock(m->lock);
}

char *mailbox_get_ok(struct mailbox *m) {
    g_mutex_lock(m->lock);
    char *text = g_queue_pop_head(&m->messages);
    g_mutex_unlock(m->lock);
    return text;
}

void mailbox_copy_bad(struct mailbox *to, struct mailbox *from) {
    *to = *from; // expected-warning {{`*from` is copied with the map in it: `struct mailbox` contains `messages`, a GQueue}} expected-note@* {{such a `messages` is used here}}
}

void mailbox_pointer_ok(struct mailbox **to, struct mailbox *from) {
    *to = from;
}

void mailbox_move_ok(struct mailbox *to, struct mailbox *from) {
    g_mutex_lock(from->lock);
    *to = *from;
    g_queue_init(&from->messages);
    g_mutex_unlock(from->lock);
}
