/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=glib, note=callback called under the registry lock takes the
// object lock; the object path takes the registry's
/*
 * A bus calls its subscribers under the registry's lock; a subscriber's callback takes the
 * subscriber's lock. Unsubscribing holds the subscriber's lock when it takes the registry's.
 * Here unsubscribing takes the registry's lock first.
 */
#include <glib.h>
#include <stdio.h>

typedef struct Subscriber Subscriber;
typedef void (*DeliverFunc)(Subscriber *self, gint value);

struct Subscriber {
    GMutex lock;
    guint id;
    DeliverFunc deliver;
    gint last, count;
    gboolean active;
};

static GMutex bus_lock;
static GHashTable *bus;

static void subscriber_deliver(Subscriber *self, gint value) {
    g_mutex_lock(&self->lock);
    if (self->active) {
        self->last = value;
        self->count++;
    }
    g_mutex_unlock(&self->lock);
}

static Subscriber *subscriber_new(guint id) {
    Subscriber *self = g_new0(Subscriber, 1);
    g_mutex_init(&self->lock);
    self->id = id;
    self->deliver = subscriber_deliver;
    self->active = TRUE;
    return self;
}

static void bus_subscribe(Subscriber *s) {
    g_mutex_lock(&bus_lock);
    g_hash_table_insert(bus, GUINT_TO_POINTER(s->id), s);
    g_mutex_unlock(&bus_lock);
}

static void deliver_one(gpointer key, gpointer value, gpointer data) {
    Subscriber *s = value;
    (void)key;
    s->deliver(s, GPOINTER_TO_INT(data));
}

static void bus_publish(gint value) {
    g_mutex_lock(&bus_lock);
    g_hash_table_foreach(bus, deliver_one, GINT_TO_POINTER(value));
    g_mutex_unlock(&bus_lock);
}

static void bus_unsubscribe(Subscriber *s) {
    g_mutex_lock(&bus_lock);
    g_mutex_lock(&s->lock);
    s->active = FALSE;
    g_hash_table_remove(bus, GUINT_TO_POINTER(s->id));
    g_mutex_unlock(&s->lock);
    g_mutex_unlock(&bus_lock);
}

static gpointer publisher_main(gpointer data) {
    gint rounds = GPOINTER_TO_INT(data);
    for (gint i = 0; i < rounds; i++)
        bus_publish(i);
    return NULL;
}

static gpointer member_main(gpointer data) {
    Subscriber *s = data;
    for (int i = 0; i < 50; i++) {
        g_mutex_lock(&s->lock);
        s->active = TRUE;
        g_mutex_unlock(&s->lock);
        bus_subscribe(s);
        bus_unsubscribe(s);
    }
    return NULL;
}

int main(void) {
    GThread *publisher, *members[2];
    Subscriber *subscribers[2];
    bus = g_hash_table_new(g_direct_hash, g_direct_equal);
    publisher = g_thread_new("publisher", publisher_main, GINT_TO_POINTER(200));
    for (guint i = 0; i < 2; i++) {
        subscribers[i] = subscriber_new(i + 1);
        members[i] = g_thread_new("member", member_main, subscribers[i]);
    }
    for (guint i = 0; i < 2; i++)
        g_thread_join(members[i]);
    g_thread_join(publisher);
    for (guint i = 0; i < 2; i++) {
        printf("%u: %d deliveries\n", subscribers[i]->id, subscribers[i]->count);
        g_mutex_clear(&subscribers[i]->lock);
        g_free(subscribers[i]);
    }
    g_hash_table_destroy(bus);
    return 0;
}
