/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A session table in a GHashTable, used in the ways that GLib offers.
 */
#include "programs_scenarios.h"
#include <glib.h>

enum { SESSIONS = 64 };

static struct {
    GHashTable *sessions;
} server;

static void prepare(void) {
    server.sessions = g_hash_table_new(NULL, NULL);
    for (int i = 1; i <= SESSIONS; i++)
        g_hash_table_insert(server.sessions, GINT_TO_POINTER(i), GINT_TO_POINTER(1));
}

static void insert(int round) {
    g_hash_table_insert(server.sessions, GINT_TO_POINTER(round % SESSIONS + 1),
                        GINT_TO_POINTER(round));
}

static void lookup(int round) {
    g_hash_table_lookup(server.sessions, GINT_TO_POINTER(round % SESSIONS + 1));
}

static void iterate(int round) {
    (void)round;
    GHashTableIter iterator;
    gpointer key, value;
    g_hash_table_iter_init(&iterator, server.sessions);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        ;
}

static void count(gpointer key, gpointer value, gpointer sum) {
    (void)key;
    *(int *)sum += GPOINTER_TO_INT(value);
}

static void foreach (int round) { g_hash_table_foreach(server.sessions, count, &round); }

/* Calls through pointers are as good as calls. */
static const struct {
    gboolean (*store)(GHashTable *, gpointer, gpointer);
} operations = {g_hash_table_insert};

static void insert_through_pointer(int round) {
    operations.store(server.sessions, GINT_TO_POINTER(round % SESSIONS + 1), NULL);
}

static void remove_in_callback(gpointer key, gpointer value, gpointer table) {
    (void)value;
    g_hash_table_remove(table, key);
}

static void modify_in_foreach(int round) {
    (void)round;
    g_hash_table_foreach(server.sessions, remove_in_callback, server.sessions);
}

static void remove_by_iterator(int round) {
    (void)round;
    prepare();
    GHashTableIter iterator;
    gpointer key;
    g_hash_table_iter_init(&iterator, server.sessions);
    while (g_hash_table_iter_next(&iterator, &key, NULL))
        if (GPOINTER_TO_INT(key) % 2)
            g_hash_table_iter_remove(&iterator);
        else
            g_hash_table_iter_replace(&iterator, NULL);
    g_hash_table_destroy(server.sessions);
}

static gboolean is_odd(gpointer key, gpointer value, gpointer data) {
    (void)value;
    (void)data;
    return GPOINTER_TO_INT(key) % 2;
}

static void remove_by_foreach(int round) {
    (void)round;
    prepare();
    g_hash_table_foreach_remove(server.sessions, is_odd, NULL);
    g_hash_table_destroy(server.sessions);
}

/* A table of tables, each with destructors that look at others: no operation here disturbs another.
 */
static GHashTable *outer;

static void look_around(gpointer value) {
    g_hash_table_lookup(outer, GINT_TO_POINTER(1));
    g_hash_table_unref(value);
}

static void nested_tables(int round) {
    (void)round;
    outer = g_hash_table_new_full(NULL, NULL, NULL, look_around);
    for (int i = 0; i < 10; i++)
        g_hash_table_insert(
            outer, GINT_TO_POINTER(i % 5),
            g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_destroy));
    g_hash_table_remove(outer, GINT_TO_POINTER(3));
    GHashTable *inner = g_hash_table_lookup(outer, GINT_TO_POINTER(2));
    g_hash_table_insert(inner, inner, g_hash_table_new(NULL, NULL));
    g_hash_table_destroy(outer);
}

static const struct scenario scenarios[] = {
    {"write-write", "concurrent map writes", prepare, insert, insert},
    {"write-read", "concurrent map read and map write", prepare, insert, lookup},
    {"iterate-write", "concurrent map iteration and map write", prepare, iterate, insert},
    {"foreach-write", "concurrent map iteration and map write", prepare, foreach, insert},
    {"pointer-write", "concurrent map writes", prepare, insert_through_pointer, insert},
    {"modify-in-foreach", "map modified while iterating", prepare, modify_in_foreach, NULL},
    {"read-read", NULL, prepare, lookup, lookup},
    {"iterate-read", NULL, prepare, iterate, lookup},
    {"remove-by-iterator", NULL, NULL, remove_by_iterator, NULL},
    {"remove-by-foreach", NULL, NULL, remove_by_foreach, NULL},
    {"nested-tables", NULL, NULL, nested_tables, NULL},
    {0},
};

int main(int argc, char **argv) { return scenario_main(argc, argv, scenarios); }
