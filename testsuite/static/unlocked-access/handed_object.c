/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The map is no global: main makes it and hands it to its threads. A second one is handed to one
 * thread only and used again after the join. */
#include <glib.h>

static gpointer fill_bad(gpointer data) {
    GHashTable *table = data;
    g_hash_table_insert(table, "a", "b"); // expected-warning {{with no lock in common}} expected-note@* 2+{{}}
    return NULL;
}

static gpointer fill_ok(gpointer data) {
    g_hash_table_insert(data, "a", "b");
    return NULL;
}

int main(void) {
    GHashTable *both = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTable *one = g_hash_table_new(g_str_hash, g_str_equal);
    GThread *first = g_thread_new("first", fill_bad, both);
    GThread *second = g_thread_new("second", fill_bad, both);
    GThread *third = g_thread_new("third", fill_ok, one);
    g_thread_join(third);
    g_hash_table_insert(one, "c", "d");
    g_thread_join(first);
    g_thread_join(second);
    return (int)g_hash_table_size(both);
}
