/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=glib, note=size of the table read past the lock
/*
 * A session manager guards its GHashTable with a GMutex in the struct. Create, find and remove
 * take it; the function that the status page calls reads the size of the table without it. Here
 * the count is taken under the lock.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    guint64 id;
    gchar *peer;
    gint64 created;
} Session;

typedef struct {
    GMutex sessions_lock;
    GHashTable *sessions;
    guint64 next_id;
    guint max_sessions; /* from the configuration, never changed */
    gint refused;       /* atomic */
} SessionManager;

static void session_free(gpointer data) {
    Session *session = data;
    g_free(session->peer);
    g_free(session);
}

static SessionManager *session_manager_new(guint max_sessions) {
    SessionManager *self = g_new0(SessionManager, 1);
    g_mutex_init(&self->sessions_lock);
    self->sessions = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, session_free);
    self->max_sessions = max_sessions;
    return self;
}

static guint64 session_manager_open(SessionManager *self, const gchar *peer) {
    Session *session;
    guint64 id;
    g_mutex_lock(&self->sessions_lock);
    if (g_hash_table_size(self->sessions) >= self->max_sessions) {
        g_mutex_unlock(&self->sessions_lock);
        g_atomic_int_inc(&self->refused);
        return 0;
    }
    session = g_new0(Session, 1);
    session->peer = g_strdup(peer);
    session->created = g_get_monotonic_time();
    id = session->id = ++self->next_id;
    g_hash_table_insert(self->sessions, &session->id, session);
    g_mutex_unlock(&self->sessions_lock);
    return id;
}

static gboolean session_manager_close(SessionManager *self, guint64 id) {
    gboolean known;
    g_mutex_lock(&self->sessions_lock);
    known = g_hash_table_remove(self->sessions, &id);
    g_mutex_unlock(&self->sessions_lock);
    return known;
}

static gboolean session_manager_peer(SessionManager *self, guint64 id, gchar **peer) {
    Session *session;
    g_mutex_lock(&self->sessions_lock);
    session = g_hash_table_lookup(self->sessions, &id);
    if (session)
        *peer = g_strdup(session->peer);
    g_mutex_unlock(&self->sessions_lock);
    return session != NULL;
}

static guint session_manager_count(SessionManager *self) {
    guint count;
    g_mutex_lock(&self->sessions_lock);
    count = g_hash_table_size(self->sessions);
    g_mutex_unlock(&self->sessions_lock);
    return count;
}

static void session_manager_free(SessionManager *self) {
    g_hash_table_destroy(self->sessions);
    g_mutex_clear(&self->sessions_lock);
    g_free(self);
}

static gpointer client_main(gpointer data) {
    SessionManager *manager = data;
    for (int i = 0; i < 200; i++) {
        gchar *peer = NULL;
        guint64 id = session_manager_open(manager, "10.0.0.7");
        if (id && session_manager_peer(manager, id, &peer))
            g_free(peer);
        if (id && i % 3)
            session_manager_close(manager, id);
    }
    return NULL;
}

static gpointer status_main(gpointer data) {
    SessionManager *manager = data;
    guint peak = 0;
    for (int i = 0; i < 100; i++)
        peak = MAX(peak, session_manager_count(manager));
    return GUINT_TO_POINTER(peak);
}

int main(void) {
    SessionManager *manager = session_manager_new(100);
    GThread *status = g_thread_new("status", status_main, manager);
    GThread *clients[2];
    for (int i = 0; i < 2; i++)
        clients[i] = g_thread_new("client", client_main, manager);
    for (int i = 0; i < 2; i++)
        g_thread_join(clients[i]);
    printf("peak %u\n", GPOINTER_TO_UINT(g_thread_join(status)));
    printf("%d refused\n", g_atomic_int_get(&manager->refused));
    session_manager_free(manager);
    return 0;
}
