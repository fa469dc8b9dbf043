/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=glib, note=a send that fails removes the client from the table
// that the broadcast iterates over
/*
 * Chat server on GLib. The broadcast iterates over the table of clients; client_send() disconnects a
 * client whose buffer is full, two calls deeper, which removes it from that table.
 */
#include <glib.h>

typedef struct {
    char *nick;
    GString *buffer;
} Client;

typedef struct {
    GMutex mutex;
    GHashTable *clients;
    guint disconnects;
} Server;

static Server server;

static void client_free(gpointer data) {
    Client *c = data;
    g_free(c->nick);
    g_string_free(c->buffer, TRUE);
    g_free(c);
}

/* The caller has the mutex. */
static gboolean client_send(Client *c, const char *line) {
    if (c->buffer->len + strlen(line) > 256)
        return FALSE;
    g_string_append(c->buffer, line);
    return TRUE;
}

static guint server_broadcast(Server *s, const char *line) {
    GHashTableIter iter;
    gpointer value;
    guint sent = 0;

    g_mutex_lock(&s->mutex);
    g_hash_table_iter_init(&iter, s->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (client_send(value, line)) {
            sent++;
        } else {
            s->disconnects++;
            g_hash_table_iter_remove(&iter);
        }
    }
    g_mutex_unlock(&s->mutex);
    return sent;
}

static void server_join(Server *s, const char *nick) {
    g_mutex_lock(&s->mutex);
    if (!g_hash_table_contains(s->clients, nick)) {
        Client *c = g_new0(Client, 1);
        c->nick = g_strdup(nick);
        c->buffer = g_string_new(NULL);
        g_hash_table_insert(s->clients, c->nick, c);
    }
    g_mutex_unlock(&s->mutex);
}

static void server_flush(Server *s, const char *nick) {
    g_mutex_lock(&s->mutex);
    Client *c = g_hash_table_lookup(s->clients, nick);
    if (c)
        g_string_truncate(c->buffer, 0);
    g_mutex_unlock(&s->mutex);
}

static gpointer speaker_main(gpointer data) {
    const char *prefix = data;
    guint sent = 0;
    for (guint i = 0; i < 500; i++) {
        g_autofree char *nick = g_strdup_printf("%s%u", prefix, i % 20);
        server_join(&server, nick);
        if (i % 3 == 0)
            server_flush(&server, nick);
        sent += server_broadcast(&server, "good morning to you all ");
    }
    return GUINT_TO_POINTER(sent);
}

int main(void) {
    GThread *threads[2];

    g_mutex_init(&server.mutex);
    server.clients = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, client_free);
    threads[0] = g_thread_new("a", speaker_main, "ann");
    threads[1] = g_thread_new("b", speaker_main, "bob");
    for (int i = 0; i < 2; i++)
        g_print("%u sent\n", GPOINTER_TO_UINT(g_thread_join(threads[i])));
    g_print("%u disconnects\n", server.disconnects);
    g_hash_table_unref(server.clients);
    g_mutex_clear(&server.mutex);
    return 0;
}
