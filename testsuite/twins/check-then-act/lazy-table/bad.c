/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=glib+pthread, note=lazy initialisation tested outside of the
// lock
/*
 * A log module creates its table of domains on first use. It tests the pointer without the lock
 * and creates the table under it without testing again: two first users create two tables and
 * what the first one stored is gone.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum level { LEVEL_ERROR = 1, LEVEL_INFO, LEVEL_DEBUG };

static pthread_mutex_t domains_lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *domains;
static gint suppressed;                       /* atomic */
static enum level default_level = LEVEL_INFO; /* set by main before the threads */

static void domains_ensure(void) {
    if (domains) // BAD(guard-bypass,unlocked-access,check-then-act,unsafe-publication)
        return;
    pthread_mutex_lock(&domains_lock);
    domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL); // BAD(check-then-act,unsafe-publication,unlocked-access)
    pthread_mutex_unlock(&domains_lock);
}

static void log_set_level(const char *domain, enum level level) {
    domains_ensure();
    pthread_mutex_lock(&domains_lock);
    g_hash_table_replace(domains, g_strdup(domain), GINT_TO_POINTER(level));
    pthread_mutex_unlock(&domains_lock);
}

static enum level log_level(const char *domain) {
    gpointer level;
    domains_ensure();
    pthread_mutex_lock(&domains_lock);
    level = g_hash_table_lookup(domains, domain);
    pthread_mutex_unlock(&domains_lock);
    return level ? (enum level)GPOINTER_TO_INT(level) : default_level;
}

static void log_message(const char *domain, enum level level, const char *text) {
    if (level > log_level(domain)) {
        g_atomic_int_inc(&suppressed);
        return;
    }
    if (strlen(text) > 60)
        printf("%s: %.60s\n", domain, text);
}

static void *module_main(void *arg) {
    const char *name = arg;
    log_set_level(name, LEVEL_DEBUG);
    for (int i = 0; i < 100; i++)
        log_message(i % 3 ? name : "core", i % 2 ? LEVEL_DEBUG : LEVEL_ERROR, "tick");
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t modules[3];
    static char names[3][8] = {"net", "disk", "ui"};
    (void)argv;
    if (argc > 1)
        default_level = LEVEL_ERROR;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&modules[i], NULL, module_main, names[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(modules[i], NULL);
    printf("%d messages suppressed\n", g_atomic_int_get(&suppressed));
    if (domains)
        g_hash_table_destroy(domains);
    return 0;
}
