/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=glib, note=head of a queue looked at under the lock and used after
/*
 * Scheduler of a recording daemon. next_recording() peeks at the head of the sorted queue and returns it
 * after the unlock; the cancel of another thread frees it. The fix copies start and title.
 */
#include <glib.h>

typedef struct {
    guint start;
    char *title;
} Recording;

static GMutex queue_mutex;
static GQueue queue = G_QUEUE_INIT;

static void recording_free(Recording *r) {
    g_free(r->title);
    g_free(r);
}

static gint by_start(gconstpointer a, gconstpointer b, gpointer unused) {
    const Recording *x = a, *y = b;
    (void)unused;
    return (x->start > y->start) - (x->start < y->start);
}

static void schedule(guint start, const char *title) {
    Recording *r = g_new(Recording, 1);
    r->start = start;
    r->title = g_strdup(title);
    g_mutex_lock(&queue_mutex);
    g_queue_insert_sorted(&queue, r, by_start, NULL);
    g_mutex_unlock(&queue_mutex);
}

static gboolean cancel(guint start) {
    Recording *found = NULL;
    g_mutex_lock(&queue_mutex);
    for (GList *l = queue.head; l && !found; l = l->next) {
        Recording *r = l->data;
        if (r->start == start) {
            found = r;
            g_queue_delete_link(&queue, l);
            break;
        }
    }
    g_mutex_unlock(&queue_mutex);
    if (found)
        recording_free(found);
    return found != NULL;
}

static char *describe_next(void) {
    char *text = NULL;
    g_mutex_lock(&queue_mutex);
    Recording *r = g_queue_peek_head(&queue);
    if (r)
        text = g_strdup_printf("%s at %u", r->title, r->start);
    g_mutex_unlock(&queue_mutex);
    return text;
}

static gpointer guide_main(gpointer data) {
    guint first = GPOINTER_TO_UINT(data), cancelled = 0;
    for (guint i = 0; i < 2000; i++) {
        schedule(first + i % 17, "Evening news");
        cancelled += cancel(first + (i + 5) % 17);
    }
    return GUINT_TO_POINTER(cancelled);
}

static gpointer osd_main(gpointer data) {
    gsize length = 0;
    (void)data;
    for (guint i = 0; i < 2000; i++) {
        g_autofree char *text = describe_next();
        length += text ? strlen(text) : 0;
    }
    return GSIZE_TO_POINTER(length);
}

int main(void) {
    GThread *threads[3];
    Recording *r;

    g_mutex_init(&queue_mutex);
    threads[0] = g_thread_new("osd", osd_main, NULL);
    threads[1] = g_thread_new("guide", guide_main, GUINT_TO_POINTER(100));
    threads[2] = g_thread_new("guide", guide_main, GUINT_TO_POINTER(108));
    for (int i = 0; i < 3; i++)
        g_thread_join(threads[i]);
    while ((r = g_queue_pop_head(&queue)))
        recording_free(r);
    g_mutex_clear(&queue_mutex);
    return 0;
}
