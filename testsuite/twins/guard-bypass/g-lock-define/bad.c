/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=glib, note=G_LOCK_DEFINE_STATIC and a GRecMutex; one handler of
// a callback table bypasses
/*
 * An accounting module guards its table with G_LOCK and its ledger with a GRecMutex that nested
 * functions take again. account_rename, called through the method table, works on the table
 * under the ledger's lock only.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    gint balance;
    guint entries;
} Account;

typedef gboolean (*Method)(const gchar *name, const gchar *argument);

G_LOCK_DEFINE_STATIC(accounts);
static GHashTable *accounts;
static GRecMutex ledger_mutex;
static GQueue ledger = G_QUEUE_INIT;

static void ledger_note(const gchar *text) {
    g_rec_mutex_lock(&ledger_mutex);
    g_queue_push_tail(&ledger, g_strdup(text));
    g_rec_mutex_unlock(&ledger_mutex);
}

static void ledger_note_pair(const gchar *first, const gchar *second) {
    g_rec_mutex_lock(&ledger_mutex);
    ledger_note(first);
    ledger_note(second);
    g_rec_mutex_unlock(&ledger_mutex);
}

static gboolean account_open(const gchar *name, const gchar *argument) {
    Account *account = g_new0(Account, 1);
    gboolean added;
    account->balance = (gint)g_ascii_strtoll(argument, NULL, 10);
    G_LOCK(accounts);
    added = !g_hash_table_contains(accounts, name);
    if (added)
        g_hash_table_insert(accounts, g_strdup(name), account);
    G_UNLOCK(accounts);
    if (!added)
        g_free(account);
    ledger_note_pair("open", name);
    return added;
}

static gboolean account_pay(const gchar *name, const gchar *argument) {
    Account *account;
    G_LOCK(accounts);
    account = g_hash_table_lookup(accounts, name);
    if (account) {
        account->balance += (gint)g_ascii_strtoll(argument, NULL, 10);
        account->entries++;
    }
    G_UNLOCK(accounts);
    return account != NULL;
}

static gboolean account_rename(const gchar *name, const gchar *argument) {
    gpointer key, value;
    gboolean known;
    g_rec_mutex_lock(&ledger_mutex);
    known = g_hash_table_steal_extended(accounts, name, &key, &value); // BAD(guard-bypass,wrong-lock,unlocked-access)
    if (known) {
        g_hash_table_replace(accounts, g_strdup(argument), value); // BAD(guard-bypass,wrong-lock,unlocked-access)
        g_free(key);
    }
    ledger_note("rename");
    g_rec_mutex_unlock(&ledger_mutex);
    return known;
}

static gboolean account_close(const gchar *name, const gchar *argument) {
    gboolean known;
    (void)argument;
    G_LOCK(accounts);
    known = g_hash_table_remove(accounts, name);
    G_UNLOCK(accounts);
    return known;
}

static const struct {
    const gchar *name;
    Method call;
} methods[] = {
    {"open", account_open},
    {"pay", account_pay},
    {"rename", account_rename},
    {"close", account_close},
};

static gpointer client_main(gpointer data) {
    guint failures = 0;
    (void)data;
    for (guint i = 0; i < 4; i++) {
        g_autofree gchar *name = g_strdup_printf("account%u", i % 9);
        if (!methods[i % G_N_ELEMENTS(methods)].call(name, "7"))
            failures++;
    }
    return GUINT_TO_POINTER(failures);
}

int main(void) {
    GThread *clients[2];
    accounts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_rec_mutex_init(&ledger_mutex);
    for (int i = 0; i < 2; i++)
        clients[i] = g_thread_new("client", client_main, NULL);
    for (int i = 0; i < 2; i++)
        printf("%u failures\n", GPOINTER_TO_UINT(g_thread_join(clients[i])));
    printf("%u ledger entries\n", g_queue_get_length(&ledger));
    g_queue_clear_full(&ledger, g_free);
    g_rec_mutex_clear(&ledger_mutex);
    g_hash_table_destroy(accounts);
    return 0;
}
