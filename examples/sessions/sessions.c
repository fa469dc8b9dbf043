/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Who is logged in: a GHashTable behind a GMutex, used by the threads that serve requests and by
 * one that throws out idle sessions. It has the bug of the crash in g_hash_table_lookup once a
 * week; sessions_fixed.c is the same program without it.
 */
#include <glib.h>
#include <stdio.h>

struct session {
    char *user;
    gint64 expires;
};

struct server {
    GMutex lock;
    GHashTable *sessions; /* token -> struct session */
    guint logins;
};

static void session_free(gpointer data) {
    struct session *session = data;
    g_free(session->user);
    g_free(session);
}

static struct server *server_new(void) {
    struct server *server = g_new0(struct server, 1);
    g_mutex_init(&server->lock);
    server->sessions = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, session_free);
    return server;
}

static void server_free(struct server *server) {
    g_hash_table_destroy(server->sessions);
    g_mutex_clear(&server->lock);
    g_free(server);
}

static void server_login(struct server *server, guint token, const char *user) {
    struct session *session = g_new0(struct session, 1);
    session->user = g_strdup(user);
    session->expires = g_get_monotonic_time() + 20 * G_TIME_SPAN_MILLISECOND;

    g_mutex_lock(&server->lock);
    if (g_hash_table_contains(server->sessions, GUINT_TO_POINTER(token)))
        session_free(session); /* another request was faster */
    else
        g_hash_table_insert(server->sessions, GUINT_TO_POINTER(token), session);
    server->logins++;
    g_mutex_unlock(&server->lock);
}

static void server_logout(struct server *server, guint token) {
    g_mutex_lock(&server->lock);
    g_hash_table_remove(server->sessions, GUINT_TO_POINTER(token));
    g_mutex_unlock(&server->lock);
}

/* Every request asks this; "it only reads, it needs no lock". */
static gboolean server_knows(struct server *server, guint token) {
    return g_hash_table_lookup(server->sessions, GUINT_TO_POINTER(token)) != NULL;
}

static gboolean is_idle(gpointer token, gpointer data, gpointer now) {
    const struct session *session = data;
    (void)token;
    return session->expires < *(gint64 *)now;
}

static guint server_expire(struct server *server) {
    gint64 now = g_get_monotonic_time();
    g_mutex_lock(&server->lock);
    guint expired = g_hash_table_foreach_remove(server->sessions, is_idle, &now);
    g_mutex_unlock(&server->lock);
    return expired;
}

#define REQUESTS 300000

static gpointer serve_requests(gpointer data) {
    struct server *server = data;
    guint known = 0;
    for (guint i = 0; i < REQUESTS; i++) {
        guint token = g_random_int_range(1, 5000);
        if (server_knows(server, token)) {
            known++;
            if (i % 4 == 0)
                server_logout(server, token);
        } else {
            server_login(server, token, "somebody");
        }
    }
    return GUINT_TO_POINTER(known);
}

static gpointer expire_sessions(gpointer data) {
    struct server *server = data;
    guint expired = 0;
    for (int i = 0; i < 20; i++) {
        g_usleep(5000);
        expired += server_expire(server);
    }
    return GUINT_TO_POINTER(expired);
}

int main(void) {
    struct server *server = server_new();
    GThread *first = g_thread_new("request-1", serve_requests, server);
    GThread *second = g_thread_new("request-2", serve_requests, server);
    GThread *janitor = g_thread_new("janitor", expire_sessions, server);

    guint known = GPOINTER_TO_UINT(g_thread_join(first));
    known += GPOINTER_TO_UINT(g_thread_join(second));
    guint expired = GPOINTER_TO_UINT(g_thread_join(janitor));
    printf("%u logins, %u requests of known users, %u sessions expired\n", server->logins, known,
           expired);
    server_free(server);
    return 0;
}
