/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mode=hb, by atomic operations in a program that mapsan-clang built.
 */
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static GHashTable *table;
static atomic_int stage;
static atomic_flag spin = ATOMIC_FLAG_INIT;
static memory_order order_of_store, order_of_load;

static void write_table(void) { g_hash_table_insert(table, GINT_TO_POINTER(1), NULL); }

static void *wait_and_write(void *unused) {
    while (order_of_load == memory_order_relaxed
               ? !atomic_load_explicit(&stage, memory_order_relaxed)
               : !atomic_load_explicit(&stage, memory_order_acquire))
        g_usleep(50);
    write_table();
    return unused;
}

static void *write_and_tell(void *unused) {
    write_table();
    if (order_of_store == memory_order_relaxed)
        atomic_store_explicit(&stage, 1, memory_order_relaxed);
    else
        atomic_store_explicit(&stage, 1, memory_order_release);
    return unused;
}

static void *write_under_flag(void *unused) {
    for (int i = 0; i < 100; i++) {
        while (atomic_flag_test_and_set(&spin))
            g_usleep(50);
        write_table();
        atomic_flag_clear(&spin);
    }
    return unused;
}

static void *write_by_count(void *unused) {
    static atomic_int users = 2;
    g_hash_table_lookup(table, unused);
    if (atomic_fetch_sub(&users, 1) == 1)
        g_hash_table_destroy(table);
    return unused;
}

static gpointer make_entry(gpointer unused) {
    write_table();
    return unused;
}

/* GLib's macros look at the state by an atomic operation of the program's. */
static void *use_once(void *unused) {
    static GOnce once = G_ONCE_INIT;
    static gsize initialised;
    for (int i = 0; i < 100; i++) {
        g_once(&once, make_entry, NULL);
        if (g_once_init_enter(&initialised)) {
            write_table();
            g_once_init_leave(&initialised, 1);
        }
        g_hash_table_lookup(table, NULL);
    }
    return unused;
}

static void run(void *(*first)(void *), void *(*second)(void *)) {
    pthread_t threads[2];
    table = g_hash_table_new(NULL, NULL);
    pthread_create(&threads[0], NULL, first, NULL);
    pthread_create(&threads[1], NULL, second, NULL);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

int main(int count, char **arguments) {
    const char *name = count > 1 ? arguments[1] : "";
    if (strcmp(name, "list") == 0) {
        puts("relaxed_bad|concurrent map writes\nrelease_ok|\nflag_ok|\ncount_ok|\nonce_ok|");
        return 0;
    }
    order_of_store = order_of_load = memory_order_acq_rel;
    if (strcmp(name, "relaxed_bad") == 0)
        order_of_store = order_of_load = memory_order_relaxed;
    if (strcmp(name, "flag_ok") == 0)
        run(write_under_flag, write_under_flag);
    else if (strcmp(name, "once_ok") == 0)
        run(use_once, use_once);
    else if (strcmp(name, "count_ok") == 0)
        run(write_by_count, write_by_count);
    else
        run(write_and_tell, wait_and_write);
    return 0;
}

const char *__mapsan_default_options(void);
const char *__mapsan_default_options(void) { return "mode=hb"; }
