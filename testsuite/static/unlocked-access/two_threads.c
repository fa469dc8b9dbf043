/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The seed case: one thread writes a map while another reads it, and there is no lock at all. */
#include <glib.h>
#include <pthread.h>

static GHashTable *shared;
static GHashTable *before;

static void *writer_bad(void *unused) {
    for (int i = 0; i < 1000; i++)
        g_hash_table_insert(shared, GINT_TO_POINTER(i), GINT_TO_POINTER(i)); // expected-warning {{`shared` is written by g_hash_table_insert() here while another thread may read it, with no lock in common}}
    return unused;
}

static void *reader(void *unused) {
    for (int i = 0; i < 1000; i++) {
        g_hash_table_lookup(shared, GINT_TO_POINTER(i)); // expected-note {{the other thread: `shared` is read by g_hash_table_lookup() here in reader(), no lock held}}
        g_hash_table_lookup(before, GINT_TO_POINTER(i)); /* filled before any thread started */
    }
    return unused;
}

int main(void) {
    pthread_t a, b;
    shared = g_hash_table_new(NULL, NULL);
    before = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(before, NULL, NULL);
    pthread_create(&a, NULL, writer_bad, NULL); // expected-note {{the thread started here, in main(), runs writer_bad()}}
    pthread_create(&b, NULL, reader, NULL); // expected-note {{the thread started here, in main(), runs reader()}}
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    g_hash_table_insert(before, NULL, NULL); /* all threads are gone */
    g_hash_table_destroy(shared);
    return 0;
}
