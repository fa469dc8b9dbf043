/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Keys that are kept in the elements, changed while these are in the map. */
#include <glib.h>
#include <string.h>

struct user {
    int uid;
    char *name;
    char nick[16];
    int logins;
};

static GHashTable *by_name, *by_uid, *by_nick;

void users_add_ok(struct user *u) {
    g_hash_table_insert(by_name, u->name, u); // expected-note {{elements are put in by this field here}}
    g_hash_table_insert(by_uid, &u->uid, u); // expected-note {{elements are put in by this field here}}
    g_hash_table_insert(by_nick, u->nick, u); // expected-note {{elements are put in by this field here}}
}

void user_rename_bad(const char *from, const char *to) {
    struct user *u = g_hash_table_lookup(by_name, from);
    if (u)
        u->name = g_strdup(to); // expected-warning {{`u->name` is the key of an element that is in `by_name`; to change it here leaves the element under its old key}}
}

void user_renumber_bad(int from, int to) {
    struct user *u = g_hash_table_lookup(by_uid, &from);
    if (u)
        u->uid = to; // expected-warning {{`u->uid` is the key of an element that is in `by_uid`}}
}

static void set_nick(struct user *u, const char *nick) {
    strcpy(u->nick, nick); // expected-warning {{is the key of an element that is in `by_nick`}}
}

void user_nick_bad(const char *from, const char *to) {
    struct user *u = g_hash_table_lookup(by_nick, from);
    if (u)
        set_nick(u, to);
}

void user_rename_ok(const char *from, const char *to) {
    struct user *u = g_hash_table_lookup(by_name, from);
    if (!u)
        return;
    g_hash_table_steal(by_name, from);
    u->name = g_strdup(to);
    g_hash_table_insert(by_name, u->name, u);
}

void user_login_ok(const char *name) {
    struct user *u = g_hash_table_lookup(by_name, name);
    if (u)
        u->logins++;
}

/* Found by its name: the number is no key of this table. */
void user_number_ok(const char *name, int uid) {
    struct user *u = g_hash_table_lookup(by_name, name);
    if (u)
        u->uid = uid;
}

/* ---- a key that is copied ---- */

struct item {
    int id;
};

static GHashTable *items;

void item_add_ok(struct item *item) {
    g_hash_table_insert(items, GINT_TO_POINTER(item->id), item);
}

void item_number_ok(int from, int to) {
    struct item *item = g_hash_table_lookup(items, GINT_TO_POINTER(from));
    if (item)
        item->id = to;
}
