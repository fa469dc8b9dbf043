/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <glib.h>

static GMutex users_lock, rooms_lock;
static GHashTable *users, *rooms;

void user_add_ok(char *name) {
    g_mutex_lock(&users_lock);
    g_hash_table_add(users, name);
    g_mutex_unlock(&users_lock);
}

void user_drop_ok(char *name) {
    g_mutex_lock(&users_lock);
    g_hash_table_remove(users, name);
    g_mutex_unlock(&users_lock);
}

gboolean user_known_ok(char *name) {
    g_mutex_lock(&users_lock);
    gboolean known = g_hash_table_contains(users, name);
    g_mutex_unlock(&users_lock);
    return known;
}

void room_enter_bad(char *room, char *name) {
    g_mutex_lock(&rooms_lock);
    g_hash_table_add(rooms, room);
    g_hash_table_add(users, name); // expected-warning {{g_hash_table_add() on `users` under `rooms_lock`, but it is guarded by `users_lock`}} expected-note@* {{held, in}}
    g_mutex_unlock(&rooms_lock);
}

void room_enter_both_ok(char *room, char *name) {
    g_mutex_lock(&rooms_lock);
    g_hash_table_add(rooms, room);
    g_mutex_lock(&users_lock);
    g_hash_table_add(users, name);
    g_mutex_unlock(&users_lock);
    g_mutex_unlock(&rooms_lock);
}
