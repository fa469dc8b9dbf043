/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=glib+pthread, note=the pointer to the table is the guarded
// data
/*
 * A filter reloads its rules by building a new table and swapping the global pointer. Each table
 * is read-only once it is in place, but the pointer itself is read by the worker and written by
 * the reload thread without a lock, and the old table is dropped under the worker's feet.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum verdict { ACCEPT = 1, DROP = 2 };

static GHashTable *current_rules;
static gint reload_count; /* atomic */
static const char *const default_rules[] = {"ssh", "http", "https", "smtp"};

static GHashTable *rules_build(int generation) {
    GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; i < G_N_ELEMENTS(default_rules); i++) {
        enum verdict v = (i + (gsize)generation) % 3 == 0 ? DROP : ACCEPT;
        g_hash_table_insert(table, (gpointer)default_rules[i], GINT_TO_POINTER(v));
    }
    return table;
}

static void rules_reload(int generation) {
    GHashTable *fresh = rules_build(generation);
    GHashTable *old;
    old = current_rules; // BAD(unlocked-access,unsafe-publication)
    current_rules = fresh; // BAD(unlocked-access,unsafe-publication)
    if (old)
        g_hash_table_unref(old);
    g_atomic_int_inc(&reload_count);
}

static enum verdict rules_judge(const char *service) {
    gpointer found;
    found = g_hash_table_lookup(current_rules, service); // BAD(unlocked-access,unsafe-publication)
    return found ? (enum verdict)GPOINTER_TO_INT(found) : DROP;
}

static void *reload_main(void *arg) {
    int rounds = GPOINTER_TO_INT(arg);
    for (int i = 1; i <= rounds; i++) {
        rules_reload(i);
        usleep(200);
    }
    return NULL;
}

static unsigned long filter_packets(unsigned long count) {
    unsigned long dropped = 0;
    for (unsigned long i = 0; i < count; i++) {
        const char *service = default_rules[i % G_N_ELEMENTS(default_rules)];
        if (rules_judge(service) == DROP)
            dropped++;
    }
    return dropped;
}

int main(void) {
    pthread_t reloader;
    int rounds = 1;
    rules_reload(0);
    if (pthread_create(&reloader, NULL, reload_main, GINT_TO_POINTER(rounds)) != 0) {
        perror("pthread_create");
        return 1;
    }
    printf("dropped %lu\n", filter_packets(10000));
    pthread_join(reloader, NULL);
    printf("%d reloads\n", g_atomic_int_get(&reload_count));
    g_hash_table_unref(current_rules);
    return 0;
}
