/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Three locks, each pair in one order only, and yet a cycle; a tree of locks is none. */
#include <glib.h>

static GMutex users, rooms, logs, root, left, right;

static void both(GMutex *one, GMutex *other) {
    g_mutex_lock(one);
    g_mutex_lock(other); // expected-warning {{closes a cycle of 3 locks}} expected-note@* 1+{{}}
    g_mutex_unlock(other);
    g_mutex_unlock(one);
}

void users_rooms_bad(void) {
    both(&users, &rooms);
}

void rooms_logs_bad(void) {
    both(&rooms, &logs);
}

void logs_users_bad(void) {
    both(&logs, &users);
}

void root_left_ok(void) {
    both(&root, &left);
}

void left_right_ok(void) {
    both(&left, &right);
}

void root_right_ok(void) {
    both(&root, &right);
}
