/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Tables and locks that end before the thread that uses them does. */
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

struct monitor {
    pthread_mutex_t lock;
    GHashTable *targets;
    int *probes;
    pthread_t thread;
    int stop;
};

static void *monitor_main(void *data) {
    struct monitor *m = data;
    for (int stop = 0; !stop;) {
        pthread_mutex_lock(&m->lock); // expected-note {{it is used here, in monitor_main()}}
        g_hash_table_remove_all(m->targets); // expected-note {{it is used here, in monitor_main()}}
        m->probes[0]++; // expected-note {{it is used here, in monitor_main()}}
        stop = m->stop;
        pthread_mutex_unlock(&m->lock);
    }
    return NULL;
}

int monitor_start(struct monitor *m) {
    pthread_mutex_init(&m->lock, NULL);
    m->targets = g_hash_table_new(NULL, NULL);
    m->probes = calloc(8, sizeof *m->probes);
    return pthread_create(&m->thread, NULL, monitor_main, m); // expected-note 0+ {{threads started here, in monitor_start(), runs monitor_main()}}
}

static void monitor_tell(struct monitor *m) {
    pthread_mutex_lock(&m->lock);
    m->stop = 1;
    pthread_mutex_unlock(&m->lock);
}

void monitor_stop_ok(struct monitor *m) {
    monitor_tell(m);
    pthread_join(m->thread, NULL);
    g_hash_table_destroy(m->targets);
    free(m->probes);
    pthread_mutex_destroy(&m->lock);
}

void monitor_stop_bad(struct monitor *m) {
    monitor_tell(m);
    g_hash_table_destroy(m->targets); // expected-warning {{`m->targets` is destroyed here by g_hash_table_destroy() while the thread that runs monitor_main() may still use it}}
    pthread_mutex_destroy(&m->lock);
    pthread_join(m->thread, NULL); // expected-note {{the thread is waited for only here, in monitor_stop_bad()}}
}

void monitor_free_bad(struct monitor *m) {
    monitor_tell(m);
    free(m->probes); // expected-warning {{`m->probes` is freed here by free() while}}
    pthread_join(m->thread, NULL); // expected-note {{the thread is waited for only here}}
}

/* In two steps: the helper destroys, its caller waits. */
static void monitor_clear(struct monitor *m) {
    pthread_mutex_destroy(&m->lock); // expected-warning {{`m->lock` is destroyed here by pthread_mutex_destroy() while}}
}

void monitor_clear_first_bad(struct monitor *m) {
    monitor_tell(m);
    monitor_clear(m);
    pthread_join(m->thread, NULL); // expected-note {{the thread is waited for only here, in monitor_clear_first_bad()}}
}

static void monitor_wait(struct monitor *m) {
    monitor_tell(m);
    pthread_join(m->thread, NULL);
}

static void monitor_finish(struct monitor *m) {
    pthread_mutex_destroy(&m->lock);
    g_hash_table_unref(m->targets);
}

void monitor_wait_first_ok(struct monitor *m) {
    monitor_wait(m);
    monitor_finish(m);
}

/* Another monitor's thread says nothing about this one. */
void monitor_replace_ok(struct monitor *old, struct monitor *other) {
    monitor_tell(old);
    pthread_join(old->thread, NULL);
    pthread_mutex_destroy(&old->lock);
    pthread_join(other->thread, NULL);
}

/* Nothing runs yet when the start fails. */
int monitor_try_ok(struct monitor *m) {
    pthread_mutex_init(&m->lock, NULL);
    m->targets = g_hash_table_new(NULL, NULL);
    if (pthread_create(&m->thread, NULL, monitor_main, m) != 0) { // expected-note 0+ {{}}
        g_hash_table_destroy(m->targets);
        pthread_mutex_destroy(&m->lock);
        return -1;
    }
    return 0;
}
