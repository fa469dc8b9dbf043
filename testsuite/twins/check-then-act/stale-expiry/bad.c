/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=glib, note=expired keys collected under the lock, removed
// later without a second test
/*
 * A token store collects the expired tokens under its lock and removes them, one by one, in
 * later critical sections. A token that was renewed in between is removed all the same.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    guint id;
    gint64 expires;
} Token;

typedef struct {
    GMutex lock;
    GHashTable *tokens;
    gint64 lifetime;
} TokenStore;

static void token_store_init(TokenStore *s, gint64 lifetime) {
    g_mutex_init(&s->lock);
    s->tokens = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    s->lifetime = lifetime;
}

static void token_store_renew(TokenStore *s, guint id) {
    Token *token;
    g_mutex_lock(&s->lock);
    token = g_hash_table_lookup(s->tokens, GUINT_TO_POINTER(id));
    if (!token) {
        token = g_new0(Token, 1);
        token->id = id;
        g_hash_table_insert(s->tokens, GUINT_TO_POINTER(id), token);
    }
    token->expires = g_get_monotonic_time() + s->lifetime;
    g_mutex_unlock(&s->lock);
}

static GArray *token_store_expired(TokenStore *s, gint64 now) {
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(guint));
    GHashTableIter iter;
    gpointer value;
    g_mutex_lock(&s->lock);
    g_hash_table_iter_init(&iter, s->tokens);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Token *token = value;
        if (token->expires <= now)
            g_array_append_val(ids, token->id);
    }
    g_mutex_unlock(&s->lock);
    return ids;
}

static guint token_store_purge(TokenStore *s) {
    gint64 now = g_get_monotonic_time();
    GArray *ids = token_store_expired(s, now);
    guint purged = 0;
    for (guint i = 0; i < ids->len; i++) {
        gpointer key = GUINT_TO_POINTER(g_array_index(ids, guint, i));
        g_mutex_lock(&s->lock);
        if (g_hash_table_remove(s->tokens, key)) // BAD(check-then-act)
            purged++;
        g_mutex_unlock(&s->lock);
    }
    g_array_free(ids, TRUE);
    return purged;
}

static gboolean token_store_valid(TokenStore *s, guint id) {
    g_mutex_lock(&s->lock);
    const Token *token = g_hash_table_lookup(s->tokens, GUINT_TO_POINTER(id));
    gboolean valid = token && token->expires > g_get_monotonic_time();
    g_mutex_unlock(&s->lock);
    return valid;
}

static gpointer client_main(gpointer data) {
    TokenStore *s = data;
    guint valid = 0;
    for (guint i = 0; i < 500; i++) {
        token_store_renew(s, 1 + i % 25);
        valid += token_store_valid(s, 1 + (i + 12) % 25);
    }
    return GUINT_TO_POINTER(valid);
}

static gpointer purge_main(gpointer data) {
    guint purged = 0;
    for (int i = 0; i < 30; i++) {
        purged += token_store_purge(data);
        g_usleep(200);
    }
    return GUINT_TO_POINTER(purged);
}

int main(void) {
    TokenStore store;
    GThread *client, *purger;
    token_store_init(&store, 300);
    client = g_thread_new("client", client_main, &store);
    purger = g_thread_new("purger", purge_main, &store);
    printf("%u valid\n", GPOINTER_TO_UINT(g_thread_join(client)));
    printf("%u purged\n", GPOINTER_TO_UINT(g_thread_join(purger)));
    g_hash_table_destroy(store.tokens);
    g_mutex_clear(&store.lock);
    return 0;
}
