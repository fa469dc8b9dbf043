/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=glib, note=lookup and insertion in two critical sections
/*
 * A SIP registrar looks a binding up under its mutex, creates a new one outside because that is
 * slow, and inserts it in a second critical section without looking again. Two registrations of
 * one address both create, and g_hash_table_replace frees the first while its creator counts on
 * it. Here the second section looks again and keeps what is there.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    gchar *aor;
    gchar *contact;
    guint refreshes;
} Binding;

typedef struct {
    GMutex mutex;
    GHashTable *bindings;
    guint created, lost;
} Registrar;

static void binding_free(gpointer data) {
    Binding *b = data;
    g_free(b->aor);
    g_free(b->contact);
    g_free(b);
}

static Binding *binding_new(const gchar *aor, const gchar *contact) {
    Binding *b = g_new0(Binding, 1);
    b->aor = g_strdup(aor);
    b->contact = g_strdup(contact);
    return b;
}

static void registrar_init(Registrar *r) {
    g_mutex_init(&r->mutex);
    r->bindings = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, binding_free);
    r->created = r->lost = 0;
}

static void registrar_register(Registrar *r, const gchar *aor, const gchar *contact) {
    Binding *b;
    g_mutex_lock(&r->mutex);
    b = g_hash_table_lookup(r->bindings, aor);
    if (b) {
        b->refreshes++;
        g_mutex_unlock(&r->mutex);
        return;
    }
    g_mutex_unlock(&r->mutex);

    b = binding_new(aor, contact);

    g_mutex_lock(&r->mutex);
    if (g_hash_table_contains(r->bindings, aor)) {
        r->lost++;
        g_mutex_unlock(&r->mutex);
        binding_free(b);
        return;
    }
    g_hash_table_replace(r->bindings, b->aor, b);
    r->created++;
    g_mutex_unlock(&r->mutex);
}

static gchar *registrar_contact(Registrar *r, const gchar *aor) {
    gchar *contact = NULL;
    g_mutex_lock(&r->mutex);
    Binding *b = g_hash_table_lookup(r->bindings, aor);
    if (b)
        contact = g_strdup(b->contact);
    g_mutex_unlock(&r->mutex);
    return contact;
}

static void registrar_unregister(Registrar *r, const gchar *aor) {
    g_mutex_lock(&r->mutex);
    g_hash_table_remove(r->bindings, aor);
    g_mutex_unlock(&r->mutex);
}

static gpointer transport_main(gpointer data) {
    Registrar *r = data;
    for (int i = 0; i < 300; i++) {
        g_autofree gchar *aor = g_strdup_printf("sip:%d@example.org", i % 20);
        g_autofree gchar *contact = NULL;
        registrar_register(r, aor, "udp:10.0.0.1:5060");
        contact = registrar_contact(r, aor);
        if (i % 11 == 0)
            registrar_unregister(r, aor);
    }
    return NULL;
}

int main(void) {
    Registrar registrar;
    GThread *transports[3];
    registrar_init(&registrar);
    for (int i = 0; i < 3; i++)
        transports[i] = g_thread_new("transport", transport_main, &registrar);
    for (int i = 0; i < 3; i++)
        g_thread_join(transports[i]);
    printf("%u created, %u lost\n", registrar.created, registrar.lost);
    g_hash_table_destroy(registrar.bindings);
    g_mutex_clear(&registrar.mutex);
    return 0;
}
