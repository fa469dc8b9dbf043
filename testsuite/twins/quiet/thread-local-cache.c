/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib+pthread, note=_Thread_local and pthread_getspecific tables
/*
 * Correct: each thread has a cache of its own, once as a _Thread_local variable and once behind
 * pthread_getspecific; neither is shared, so neither has a lock.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static _Thread_local GHashTable *parsed; /* one per thread */
static _Thread_local unsigned parsed_hits;
static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

static void scratch_destroy(void *value) { g_hash_table_destroy(value); }

static void scratch_init(void) { pthread_key_create(&scratch_key, scratch_destroy); }

static GHashTable *scratch_table(void) {
    GHashTable *table;
    pthread_once(&scratch_once, scratch_init);
    table = pthread_getspecific(scratch_key);
    if (!table) {
        table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        pthread_setspecific(scratch_key, table);
    }
    return table;
}

static unsigned expression_parse(const char *text) {
    gpointer value;
    if (!parsed)
        parsed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (g_hash_table_lookup_extended(parsed, text, NULL, &value)) {
        parsed_hits++;
        return GPOINTER_TO_UINT(value);
    }
    g_hash_table_insert(parsed, g_strdup(text), GUINT_TO_POINTER((guint)strlen(text)));
    return (unsigned)strlen(text);
}

static void note_use(const char *text) {
    GHashTable *table = scratch_table();
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(table, text));
    g_hash_table_replace(table, g_strdup(text), GUINT_TO_POINTER(n + 1));
}

static void *evaluator_main(void *arg) {
    const char *prefix = arg;
    size_t total = 0;
    for (int i = 0; i < 200; i++) {
        char *text = g_strdup_printf("%s + %d", prefix, i % 13);
        total += expression_parse(text);
        note_use(text);
        g_free(text);
    }
    total += parsed_hits;
    g_hash_table_destroy(parsed);
    parsed = NULL;
    return (void *)total;
}

int main(void) {
    pthread_t threads[3];
    static char prefixes[3][2] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, evaluator_main, prefixes[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *total;
        pthread_join(threads[i], &total);
        printf("%s: %zu\n", prefixes[i], (size_t)total);
    }
    return 0;
}
