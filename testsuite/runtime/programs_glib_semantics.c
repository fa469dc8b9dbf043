/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What GHashTable allows within one thread, and what not: changes while it is walked, by callback
 * and by iterator, destructors that come back to the table, references. Each forbidden form stands
 * beside the one that is allowed.
 */
#include "programs_scenarios.h"
#include <glib.h>

enum { SESSIONS = 64 };

static GHashTable *table;

static void prepare(void) {
    table = g_hash_table_new(NULL, NULL);
    for (int i = 1; i <= SESSIONS; i++)
        g_hash_table_insert(table, GINT_TO_POINTER(i), GINT_TO_POINTER(1));
}

/* ---- callbacks ----------------------------------------------------------------------------- */

static void insert_new(gpointer key, gpointer value, gpointer data) {
    (void)value;
    (void)data;
    g_hash_table_insert(table, GINT_TO_POINTER(GPOINTER_TO_INT(key) + 1000), NULL);
}

static void insert_in_foreach(int round) {
    (void)round;
    g_hash_table_foreach(table, insert_new, NULL);
}

/* The number of elements stays: only a value is replaced. */
static void update(gpointer key, gpointer value, gpointer data) {
    (void)data;
    g_hash_table_insert(table, key, GINT_TO_POINTER(GPOINTER_TO_INT(value) + 1));
}

static void update_in_foreach(int round) {
    (void)round;
    g_hash_table_foreach(table, update, NULL);
}

static void clear(gpointer key, gpointer value, gpointer data) {
    (void)key;
    (void)value;
    (void)data;
    g_hash_table_remove_all(table);
}

static void clear_in_foreach(int round) {
    (void)round;
    g_hash_table_foreach(table, clear, NULL);
}

static void steal(gpointer key, gpointer value, gpointer data) {
    (void)value;
    (void)data;
    g_hash_table_steal(table, key);
}

static void steal_in_foreach(int round) {
    (void)round;
    g_hash_table_foreach(table, steal, NULL);
}

static void destroy(gpointer key, gpointer value, gpointer data) {
    (void)key;
    (void)value;
    (void)data;
    if (table)
        g_hash_table_destroy(g_steal_pointer(&table));
}

static void destroy_in_foreach(int round) {
    (void)round;
    g_hash_table_foreach(table, destroy, NULL);
}

static gboolean take_another(gpointer key, gpointer value, gpointer data) {
    (void)value;
    (void)data;
    g_hash_table_remove(table, GINT_TO_POINTER(GPOINTER_TO_INT(key) % SESSIONS + 1));
    return FALSE;
}

static void remove_in_foreach_remove(int round) {
    (void)round;
    g_hash_table_foreach_remove(table, take_another, NULL);
}

static gboolean is_odd(gpointer key, gpointer value, gpointer data) {
    (void)value;
    (void)data;
    return GPOINTER_TO_INT(key) % 2 && g_hash_table_contains(table, key);
}

static void steal_by_foreach(int round) {
    (void)round;
    g_hash_table_foreach_steal(table, is_odd, NULL);
    prepare();
}

/* A callback that walks the same table again, and looks into it. */
static void look(gpointer key, gpointer value, gpointer data) {
    (void)value;
    *(int *)data += g_hash_table_lookup(table, key) != NULL;
}

static void walk_again(gpointer key, gpointer value, gpointer data) {
    (void)key;
    (void)value;
    g_hash_table_foreach(table, look, data);
}

static void recursion(int round) {
    g_hash_table_foreach(table, walk_again, &round);
    insert_new(NULL, NULL, NULL);
}

/* ---- iterators ----------------------------------------------------------------------------- */

static void walk(void (*change)(gpointer key)) {
    GHashTableIter iterator;
    gpointer key;
    g_hash_table_iter_init(&iterator, table);
    while (g_hash_table_iter_next(&iterator, &key, NULL))
        change(key);
}

static void add(gpointer key) {
    g_hash_table_insert(table, GINT_TO_POINTER(GPOINTER_TO_INT(key) + 1000), NULL);
}

static void insert_in_loop(int round) {
    (void)round;
    walk(add);
}

static void take(gpointer key) { g_hash_table_remove(table, key); }

static void remove_in_loop(int round) {
    (void)round;
    walk(take);
}

/* As many elements as before, and yet not the same. */
static void rename_key(gpointer key) {
    g_hash_table_remove(table, key);
    g_hash_table_insert(table, GINT_TO_POINTER(GPOINTER_TO_INT(key) + 1000), NULL);
}

static void rename_in_loop(int round) {
    (void)round;
    walk(rename_key);
}

static void replace(gpointer key) {
    g_hash_table_insert(table, key, NULL);
    g_hash_table_remove(table, GINT_TO_POINTER(-1)); /* which is not there */
}

static void replace_in_loop(int round) {
    (void)round;
    walk(replace);
}

/* The last thing that the loop does. */
static void remove_then_leave(int round) {
    GHashTableIter iterator;
    gpointer key;
    (void)round;
    prepare();
    g_hash_table_iter_init(&iterator, table);
    while (g_hash_table_iter_next(&iterator, &key, NULL))
        if (GPOINTER_TO_INT(key) == SESSIONS / 2) {
            g_hash_table_remove(table, key);
            break;
        }
    g_hash_table_iter_init(&iterator, table);
    while (g_hash_table_iter_next(&iterator, &key, NULL)) {
        if (GPOINTER_TO_INT(key) % 3 == 0)
            g_hash_table_iter_remove(&iterator);
        else if (GPOINTER_TO_INT(key) % 3 == 1)
            g_hash_table_iter_steal(&iterator);
        else
            g_hash_table_iter_replace(&iterator, NULL);
    }
    g_hash_table_insert(table, &iterator, NULL);
    g_hash_table_destroy(table);
}

/* Another thread changes the table between two steps: each holds the lock, but not for long enough.
 */
static GMutex mutex;

static void walk_with_pauses(int round) {
    GHashTableIter iterator;
    gpointer key;
    gboolean more = TRUE;
    (void)round;
    g_mutex_lock(&mutex);
    g_hash_table_iter_init(&iterator, table);
    while (more) {
        more = g_hash_table_iter_next(&iterator, &key, NULL);
        if (!scenario_locked) {
            g_mutex_unlock(&mutex);
            g_mutex_lock(&mutex);
        }
    }
    g_mutex_unlock(&mutex);
}

static void grow(int round) {
    g_mutex_lock(&mutex);
    g_hash_table_insert(table, GINT_TO_POINTER(round % 1000 + 1000), NULL);
    if (round % 2)
        g_hash_table_remove(table, GINT_TO_POINTER((round - 1) % 1000 + 1000));
    g_mutex_unlock(&mutex);
}

/* ---- destructors and references ------------------------------------------------------------ */

static GHashTable *with_destructor;

static void come_back(gpointer value) {
    if (value)
        g_hash_table_insert(with_destructor, GINT_TO_POINTER(2000), NULL);
}

static void destructor_inserts(int round) {
    with_destructor = g_hash_table_new_full(NULL, NULL, NULL, come_back);
    g_hash_table_insert(with_destructor, GINT_TO_POINTER(1), GINT_TO_POINTER(round + 1));
    g_hash_table_remove(with_destructor, GINT_TO_POINTER(1));
    g_hash_table_destroy(with_destructor);
}

/* Many tables, one after the other, most at the same address: each is a table of its own. */
static void come_and_go(int round) {
    GHashTable *own = g_hash_table_new(NULL, NULL);
    GHashTable *second = g_hash_table_ref(own);
    g_hash_table_insert(own, GINT_TO_POINTER(round + 1), NULL);
    g_hash_table_unref(own);
    g_hash_table_insert(second, GINT_TO_POINTER(round + 2), NULL);
    g_hash_table_unref(second);
}

/* The last reference goes while the other thread, which has none, looks. */
static GHashTable *_Atomic shared;

static void lookup_shared(int round) {
    GHashTable *now = shared;
    for (int i = 0; now && i < 100; i++)
        g_hash_table_lookup(now, GINT_TO_POINTER(round));
}

/* Long enough for the other thread to come by. */
static void take_time(gpointer value) {
    (void)value;
    g_usleep(200000);
}

static void prepare_shared(void) {
    shared = g_hash_table_new_full(NULL, NULL, NULL, take_time);
    g_hash_table_insert(shared, GINT_TO_POINTER(-1), GINT_TO_POINTER(1));
}

static void unref_shared(int round) {
    if (round == 2000000 && !scenario_locked)
        g_hash_table_unref(shared);
}

static const char iterating[] = "map modified while iterating";
static const char destroyed[] = "map destroyed while in use";

static const struct scenario scenarios[] = {
    {"insert-in-foreach", iterating, prepare, insert_in_foreach, NULL},
    {"update-in-foreach", NULL, prepare, update_in_foreach, NULL},
    {"clear-in-foreach", iterating, prepare, clear_in_foreach, NULL},
    {"steal-in-foreach", iterating, prepare, steal_in_foreach, NULL},
    {"destroy-in-foreach", destroyed, prepare, destroy_in_foreach, NULL},
    {"remove-in-foreach-remove", "map modified while being written", prepare,
     remove_in_foreach_remove, NULL},
    {"steal-by-foreach", NULL, prepare, steal_by_foreach, NULL},
    {"recursion", NULL, prepare, recursion, NULL},
    {"insert-in-loop", iterating, prepare, insert_in_loop, NULL},
    {"remove-in-loop", iterating, prepare, remove_in_loop, NULL},
    {"rename-in-loop", iterating, prepare, rename_in_loop, NULL},
    {"replace-in-loop", NULL, prepare, replace_in_loop, NULL},
    {"remove-then-leave", NULL, NULL, remove_then_leave, NULL},
    {"changed-between-steps", "concurrent map iteration and map write", prepare, walk_with_pauses,
     grow},
    {"destructor-inserts", NULL, NULL, destructor_inserts, NULL},
    {"come-and-go", NULL, NULL, come_and_go, come_and_go},
    {"unref-to-zero", destroyed, prepare_shared, lookup_shared, unref_shared},
    {0},
};

int main(int argc, char **argv) { return scenario_main(argc, argv, scenarios); }
