/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=ownership of messages travels through a GAsyncQueue
/*
 * Correct: a message belongs to whoever popped it. Producers fill a message, push it and never
 * look at it again; the consumer changes it, and its private table, without any lock.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    gchar *topic;
    GHashTable *headers;
    guint hops;
} Message;

typedef struct {
    GAsyncQueue *inbox;
    guint id;
    guint count;
} Producer;

static Message quit_message;

static Message *message_new(const gchar *topic, guint id) {
    Message *message = g_new0(Message, 1);
    message->topic = g_strdup(topic);
    message->headers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_hash_table_insert(message->headers, "producer", g_strdup_printf("%u", id));
    return message;
}

static void message_free(Message *message) {
    g_free(message->topic);
    g_hash_table_unref(message->headers);
    g_free(message);
}

static gpointer producer_main(gpointer data) {
    Producer *self = data;
    for (guint i = 0; i < self->count; i++) {
        Message *message = message_new(i % 2 ? "log" : "metric", self->id);
        message->hops = 1;
        g_hash_table_insert(message->headers, "serial", g_strdup_printf("%u", i));
        g_async_queue_push(self->inbox, message);
    }
    return NULL;
}

static gpointer consumer_main(gpointer data) {
    GAsyncQueue *inbox = data;
    GHashTable *by_topic = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint total = 0;
    for (;;) {
        Message *message = g_async_queue_pop(inbox);
        guint n;
        if (message == &quit_message)
            break;
        message->hops++;
        g_hash_table_remove(message->headers, "serial");
        n = GPOINTER_TO_UINT(g_hash_table_lookup(by_topic, message->topic));
        g_hash_table_replace(by_topic, g_strdup(message->topic), GUINT_TO_POINTER(n + 1));
        total++;
        message_free(message);
    }
    g_hash_table_unref(by_topic);
    return GUINT_TO_POINTER(total);
}

int main(void) {
    GAsyncQueue *inbox = g_async_queue_new();
    GThread *consumer = g_thread_new("consumer", consumer_main, inbox);
    Producer producers[3];
    GThread *threads[3];
    for (guint i = 0; i < 3; i++) {
        producers[i].inbox = inbox;
        producers[i].id = i;
        producers[i].count = 50;
        threads[i] = g_thread_new("producer", producer_main, &producers[i]);
    }
    for (guint i = 0; i < 3; i++)
        g_thread_join(threads[i]);
    g_async_queue_push(inbox, &quit_message);
    printf("%u messages\n", GPOINTER_TO_UINT(g_thread_join(consumer)));
    g_async_queue_unref(inbox);
    return 0;
}
