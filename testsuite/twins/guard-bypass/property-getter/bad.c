/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=glib, note=a property getter reads the table's size and a string without the
// private lock
/*
 * Network manager's connection object: private data behind a lock. The property getter, a switch over ids, was
 * generated from a template that knew no lock.
 */
#include <glib.h>

typedef struct {
    GMutex lock;
    GHashTable *routes; /* prefix -> metric */
    char *gateway;
    guint changes;
} ConnectionPrivate;

typedef struct {
    char *name;
    ConnectionPrivate *priv;
} Connection;

enum { PROP_ROUTES = 1, PROP_CHANGES };

static Connection *connection_new(const char *name) {
    Connection *self = g_new0(Connection, 1);
    self->name = g_strdup(name);
    self->priv = g_new0(ConnectionPrivate, 1);
    g_mutex_init(&self->priv->lock);
    self->priv->routes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

static void connection_free(Connection *self) {
    g_hash_table_unref(self->priv->routes);
    g_mutex_clear(&self->priv->lock);
    g_free(self->priv->gateway);
    g_free(self->priv);
    g_free(self->name);
    g_free(self);
}

static void connection_add_route(Connection *self, const char *prefix, guint metric) {
    ConnectionPrivate *priv = self->priv;
    g_mutex_lock(&priv->lock);
    g_hash_table_replace(priv->routes, g_strdup(prefix), GUINT_TO_POINTER(metric));
    priv->changes++;
    g_mutex_unlock(&priv->lock);
}

static gboolean connection_remove_route(Connection *self, const char *prefix) {
    ConnectionPrivate *priv = self->priv;
    gboolean removed;
    g_mutex_lock(&priv->lock);
    removed = g_hash_table_remove(priv->routes, prefix);
    if (removed)
        priv->changes++;
    g_mutex_unlock(&priv->lock);
    return removed;
}

static void connection_set_gateway(Connection *self, const char *gateway) {
    ConnectionPrivate *priv = self->priv;
    g_mutex_lock(&priv->lock);
    g_free(priv->gateway);
    priv->gateway = g_strdup(gateway);
    priv->changes++;
    g_mutex_unlock(&priv->lock);
}

static guint connection_get_property(Connection *self, guint id) {
    ConnectionPrivate *priv = self->priv;
    guint value = 0;

    switch (id) {
    case PROP_ROUTES:
        value = g_hash_table_size(priv->routes); // BAD(guard-bypass,unlocked-access)
        break;
    case PROP_CHANGES:
        value = priv->changes; // BAD(guard-bypass,unlocked-access)
        break;
    default:
        g_warn_if_reached();
    }
    return value;
}

static gpointer dhcp_main(gpointer data) {
    Connection *self = data;
    for (guint i = 0; i < 1500; i++) {
        g_autofree char *prefix = g_strdup_printf("10.%u.0.0/16", i % 60);
        connection_add_route(self, prefix, i);
        if (i % 3 == 0)
            connection_remove_route(self, prefix);
        if (i % 100 == 0)
            connection_set_gateway(self, prefix);
    }
    return NULL;
}

static gpointer bus_main(gpointer data) {
    Connection *self = data;
    guint sum = 0;
    for (guint i = 0; i < 3000; i++)
        sum += connection_get_property(self, i % 2 ? PROP_ROUTES : PROP_CHANGES);
    return GUINT_TO_POINTER(sum);
}

int main(void) {
    Connection *self = connection_new("eth0");
    GThread *threads[3];
    threads[0] = g_thread_new("bus", bus_main, self);
    threads[1] = g_thread_new("dhcp4", dhcp_main, self);
    threads[2] = g_thread_new("dhcp6", dhcp_main, self);
    for (int i = 0; i < 3; i++)
        g_thread_join(threads[i]);
    connection_free(self);
    return 0;
}
