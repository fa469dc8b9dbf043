/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* With main and its threads in sight: who may run at the same time as whom. */
#include <glib.h>

static gint running, jobs, started;

static gpointer worker_bad(gpointer data) {
    while (g_atomic_int_get(&running))
        g_atomic_int_inc(&jobs);
    if (started > 1) // no other thread writes it any more
        g_usleep(1);
    return data;
}

static gpointer watcher_bad(gpointer data) {
    if (jobs > 100) // expected-warning {{`jobs` is read plainly here, but atomically in worker_bad()}} expected-note@* 1+{{}}
        running = 0; // expected-warning {{`running` is written plainly here}}
    return data;
}

int main(void) {
    running = 1; // before the first thread
    g_atomic_int_set(&started, 2);
    GThread *worker = g_thread_new("worker", worker_bad, NULL);
    GThread *watcher = g_thread_new("watcher", watcher_bad, NULL);
    g_thread_join(worker);
    g_thread_join(watcher);
    return jobs; // after the last
}
