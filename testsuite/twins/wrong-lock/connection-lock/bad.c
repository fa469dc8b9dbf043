/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=wrong-lock, libs=glib+pthread, note=lock of the element taken for the table of the
// owner
/*
 * Each connection of a broker has a lock, and the broker has one for its table of subscriptions.
 * The unsubscribe path holds the connection's lock while it changes the broker's table.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>

struct broker {
    pthread_mutex_t lock;
    GHashTable *topics; /* topic -> number of subscribers */
    int max_qos;
};

struct connection {
    pthread_mutex_t lock;
    struct broker *broker;
    char client_id[24];
    unsigned pending;
    unsigned subscriptions;
};

static struct broker *broker_new(void) {
    struct broker *b = g_new0(struct broker, 1);
    pthread_mutex_init(&b->lock, NULL);
    b->topics = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    b->max_qos = 2;
    return b;
}

static void broker_count(struct broker *b, const char *topic, int delta) {
    int n = GPOINTER_TO_INT(g_hash_table_lookup(b->topics, topic)) + delta;
    if (n > 0)
        g_hash_table_replace(b->topics, g_strdup(topic), GINT_TO_POINTER(n));
    else
        g_hash_table_remove(b->topics, topic);
}

static void connection_subscribe(struct connection *c, const char *topic) {
    struct broker *b = c->broker;
    pthread_mutex_lock(&b->lock);
    broker_count(b, topic, 1);
    pthread_mutex_unlock(&b->lock);
    pthread_mutex_lock(&c->lock);
    c->subscriptions++;
    pthread_mutex_unlock(&c->lock);
}

static void connection_unsubscribe(struct connection *c, const char *topic) {
    struct broker *b = c->broker;
    pthread_mutex_lock(&c->lock);
    broker_count(b, topic, -1); // BAD(wrong-lock,guard-bypass,unlocked-access)
    c->subscriptions--;
    pthread_mutex_unlock(&c->lock);
}

static int broker_subscribers(struct broker *b, const char *topic) {
    pthread_mutex_lock(&b->lock);
    int n = GPOINTER_TO_INT(g_hash_table_lookup(b->topics, topic));
    pthread_mutex_unlock(&b->lock);
    return n;
}

static void connection_publish(struct connection *c, const char *topic, int qos) {
    if (qos > c->broker->max_qos || broker_subscribers(c->broker, topic) == 0)
        return;
    pthread_mutex_lock(&c->lock);
    c->pending++;
    pthread_mutex_unlock(&c->lock);
}

static void *connection_main(void *arg) {
    struct connection *c = arg;
    for (int i = 0; i < 200; i++) {
        const char *topic = i % 2 ? "sensors/a" : "sensors/b";
        connection_subscribe(c, topic);
        connection_publish(c, topic, i % 3);
        connection_unsubscribe(c, topic);
    }
    return NULL;
}

int main(void) {
    struct broker *broker = broker_new();
    struct connection connections[3];
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        struct connection *c = &connections[i];
        pthread_mutex_init(&c->lock, NULL);
        c->broker = broker;
        g_snprintf(c->client_id, sizeof(c->client_id), "client-%d", i);
        c->pending = c->subscriptions = 0;
        if (pthread_create(&threads[i], NULL, connection_main, c) != 0)
            return 1;
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        printf("%s: %u pending\n", connections[i].client_id, connections[i].pending);
        pthread_mutex_destroy(&connections[i].lock);
    }
    g_hash_table_destroy(broker->topics);
    pthread_mutex_destroy(&broker->lock);
    g_free(broker);
    return 0;
}
