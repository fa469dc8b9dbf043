/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=bounded queue with two conditions, waits in loops, lock
// released in the loop body
/*
 * Correct: a bounded queue waits in loops and gives its lock back around the slow part;
 * everything it uses after that is read anew.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    GMutex lock;
    GCond not_empty, not_full;
    GQueue frames;
    guint limit;
    gboolean eof;
    guint encoded, stalls;
} Encoder;

static void encoder_init(Encoder *e, guint limit) {
    g_mutex_init(&e->lock);
    g_cond_init(&e->not_empty);
    g_cond_init(&e->not_full);
    g_queue_init(&e->frames);
    e->limit = limit;
    e->eof = FALSE;
    e->encoded = e->stalls = 0;
}

static gboolean encoder_push(Encoder *e, gint *frame) {
    g_mutex_lock(&e->lock);
    while (g_queue_get_length(&e->frames) >= e->limit && !e->eof) {
        e->stalls++;
        g_cond_wait(&e->not_full, &e->lock);
    }
    if (e->eof) {
        g_mutex_unlock(&e->lock);
        return FALSE;
    }
    g_queue_push_tail(&e->frames, frame);
    g_cond_signal(&e->not_empty);
    g_mutex_unlock(&e->lock);
    return TRUE;
}

static void encoder_eof(Encoder *e) {
    g_mutex_lock(&e->lock);
    e->eof = TRUE;
    g_cond_broadcast(&e->not_empty);
    g_cond_broadcast(&e->not_full);
    g_mutex_unlock(&e->lock);
}

static gint compress(const gint *frame) { return *frame * 3 % 11; }

static gpointer encoder_main(gpointer data) {
    Encoder *e = data;
    gint sum = 0;
    g_mutex_lock(&e->lock);
    for (;;) {
        gint *frame = g_queue_pop_head(&e->frames);
        if (!frame) {
            if (e->eof)
                break;
            g_cond_wait(&e->not_empty, &e->lock);
            continue;
        }
        g_cond_signal(&e->not_full);
        g_mutex_unlock(&e->lock);
        sum += compress(frame);
        g_free(frame);
        g_mutex_lock(&e->lock);
        e->encoded++;
    }
    g_mutex_unlock(&e->lock);
    return GINT_TO_POINTER(sum);
}

static guint encoder_encoded(Encoder *e) {
    g_mutex_lock(&e->lock);
    guint encoded = e->encoded;
    g_mutex_unlock(&e->lock);
    return encoded;
}

int main(void) {
    Encoder encoder;
    GThread *threads[2];
    guint seen;
    encoder_init(&encoder, 8);
    for (int i = 0; i < 2; i++)
        threads[i] = g_thread_new("encoder", encoder_main, &encoder);
    for (gint i = 0; i < 200; i++) {
        gint *frame = g_new(gint, 1);
        *frame = i;
        if (!encoder_push(&encoder, frame))
            g_free(frame);
    }
    seen = encoder_encoded(&encoder);
    encoder_eof(&encoder);
    for (int i = 0; i < 2; i++)
        g_thread_join(threads[i]);
    printf("%u, then %u encoded, %u stalls\n", seen, encoder.encoded, encoder.stalls);
    g_cond_clear(&encoder.not_empty);
    g_cond_clear(&encoder.not_full);
    g_mutex_clear(&encoder.lock);
    return 0;
}
