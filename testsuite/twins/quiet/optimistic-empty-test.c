/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=emptiness asked first to save work; the call that acts asks again
/*
 * Work stealing in a thumbnailer: has_work() is asked before the expensive preparation, and take() may return
 * nothing all the same. What was seen in the first critical section is a hint and nothing depends on it.
 */
#include <glib.h>

typedef struct {
    GMutex lock;
    GQueue jobs;
    guint taken;
} WorkQueue;

static WorkQueue queues[2];

static gboolean work_queue_has_work(WorkQueue *q) {
    g_mutex_lock(&q->lock);
    gboolean any = !g_queue_is_empty(&q->jobs);
    g_mutex_unlock(&q->lock);
    return any;
}

static char *work_queue_take(WorkQueue *q) {
    char *job;
    g_mutex_lock(&q->lock);
    job = g_queue_pop_head(&q->jobs);
    if (job)
        q->taken++;
    g_mutex_unlock(&q->lock);
    return job;
}

static void work_queue_put(WorkQueue *q, char *job) {
    g_mutex_lock(&q->lock);
    g_queue_push_tail(&q->jobs, job);
    g_mutex_unlock(&q->lock);
}

static guint process(const char *job, GByteArray *scratch) {
    g_byte_array_set_size(scratch, 0);
    for (const char *p = job; *p; p++)
        g_byte_array_append(scratch, (const guint8 *)p, 1);
    return scratch->len;
}

static gpointer worker_main(gpointer data) {
    guint own = GPOINTER_TO_UINT(data), done = 0, misses = 0;

    while (misses < 200) {
        WorkQueue *q = &queues[own];
        if (!work_queue_has_work(q))
            q = &queues[!own];
        if (!work_queue_has_work(q)) {
            misses++;
            continue;
        }
        g_autoptr(GByteArray) scratch = g_byte_array_new();
        g_autofree char *job = work_queue_take(q);
        if (!job) {
            misses++;
            continue;
        }
        done += process(job, scratch) > 0;
        if (done % 10 == 0)
            work_queue_put(&queues[own], g_strdup("again"));
        misses = 0;
        if (done > 5000)
            break;
    }
    return GUINT_TO_POINTER(done);
}

int main(void) {
    GThread *threads[3];
    guint done = 0;

    for (int i = 0; i < 2; i++) {
        g_mutex_init(&queues[i].lock);
        g_queue_init(&queues[i].jobs);
    }
    for (guint i = 0; i < 600; i++)
        work_queue_put(&queues[i % 2], g_strdup_printf("file-%u.png", i));
    for (guint i = 0; i < 3; i++)
        threads[i] = g_thread_new("worker", worker_main, GUINT_TO_POINTER(i % 2));
    for (guint i = 0; i < 3; i++)
        done += GPOINTER_TO_UINT(g_thread_join(threads[i]));
    g_print("%u done, %u taken\n", done, queues[0].taken + queues[1].taken);
    for (int i = 0; i < 2; i++)
        g_queue_clear_full(&queues[i].jobs, g_free);
    return 0;
}
