/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=glib+pthread, note=shutdown destroys the table before it joins
// its users
/*
 * A monitor shuts down by destroying its table and its mutex, and only then tells its thread to
 * stop and joins it; until then the thread goes on using both.
 */
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

struct monitor {
    pthread_mutex_t mutex;
    GHashTable *targets;
    pthread_t thread;
    atomic_bool running;
    unsigned interval;
};

static void monitor_probe(struct monitor *m) {
    GHashTableIter iter;
    gpointer key, value;
    pthread_mutex_lock(&m->mutex);
    g_hash_table_iter_init(&iter, m->targets);
    while (g_hash_table_iter_next(&iter, &key, &value))
        g_hash_table_iter_replace(&iter, GUINT_TO_POINTER(GPOINTER_TO_UINT(value) + 1));
    pthread_mutex_unlock(&m->mutex);
}

static void *monitor_main(void *arg) {
    struct monitor *m = arg;
    while (atomic_load(&m->running)) {
        monitor_probe(m);
        usleep(m->interval);
    }
    return NULL;
}

static struct monitor *monitor_start(unsigned interval) {
    struct monitor *m = g_new0(struct monitor, 1);
    pthread_mutex_init(&m->mutex, NULL);
    m->targets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    m->interval = interval;
    atomic_init(&m->running, true);
    if (pthread_create(&m->thread, NULL, monitor_main, m) != 0) {
        g_hash_table_destroy(m->targets);
        pthread_mutex_destroy(&m->mutex);
        g_free(m);
        return NULL;
    }
    return m;
}

static void monitor_watch(struct monitor *m, const char *target) {
    pthread_mutex_lock(&m->mutex);
    if (!g_hash_table_contains(m->targets, target))
        g_hash_table_insert(m->targets, g_strdup(target), NULL);
    pthread_mutex_unlock(&m->mutex);
}

static unsigned monitor_probes(struct monitor *m, const char *target) {
    pthread_mutex_lock(&m->mutex);
    unsigned probes = GPOINTER_TO_UINT(g_hash_table_lookup(m->targets, target));
    pthread_mutex_unlock(&m->mutex);
    return probes;
}

static void monitor_stop(struct monitor *m) {
    g_hash_table_destroy(m->targets); // BAD(destroy-in-use,guard-bypass,unlocked-access)
    pthread_mutex_destroy(&m->mutex); // BAD(destroy-in-use)
    atomic_store(&m->running, false);
    pthread_join(m->thread, NULL);
    g_free(m);
}

int main(int argc, char **argv) {
    struct monitor *m = monitor_start(1000);
    if (!m)
        return 1;
    monitor_watch(m, "gateway");
    for (int i = 1; i < argc; i++)
        monitor_watch(m, argv[i]);
    usleep(100);
    printf("%u probes\n", monitor_probes(m, "gateway"));
    if (argc > 1)
        monitor_stop(m);
    return 0;
}
