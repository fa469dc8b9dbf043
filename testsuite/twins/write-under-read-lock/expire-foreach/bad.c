/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=glib, note=foreach_remove under the reader lock
/*
 * A name service expires entries with g_hash_table_foreach_remove, but, thinking of it as a walk
 * over the table, takes only the reader side of its GRWLock.
 */
#include <glib.h>
#include <stdio.h>

typedef struct {
    gchar *address;
    gint64 valid_until;
} Record;

typedef struct {
    GRWLock lock;
    GHashTable *records;
    gint64 ttl;
} NameService;

static void record_free(gpointer data) {
    Record *record = data;
    g_free(record->address);
    g_free(record);
}

static void name_service_init(NameService *self, gint64 ttl) {
    g_rw_lock_init(&self->lock);
    self->records = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, record_free);
    self->ttl = ttl;
}

static void name_service_publish(NameService *self, const gchar *name, const gchar *address) {
    Record *record = g_new(Record, 1);
    record->address = g_strdup(address);
    record->valid_until = g_get_monotonic_time() + self->ttl;
    g_rw_lock_writer_lock(&self->lock);
    g_hash_table_replace(self->records, g_strdup(name), record);
    g_rw_lock_writer_unlock(&self->lock);
}

static gchar *name_service_resolve(NameService *self, const gchar *name) {
    gchar *address = NULL;
    Record *record;
    g_rw_lock_reader_lock(&self->lock);
    record = g_hash_table_lookup(self->records, name);
    if (record && record->valid_until > g_get_monotonic_time())
        address = g_strdup(record->address);
    g_rw_lock_reader_unlock(&self->lock);
    return address;
}

static gboolean record_expired(gpointer key, gpointer value, gpointer data) {
    const Record *record = value;
    const gint64 *now = data;
    (void)key;
    return record->valid_until <= *now;
}

static guint name_service_expire(NameService *self) {
    gint64 now = g_get_monotonic_time();
    guint expired;
    g_rw_lock_reader_lock(&self->lock);
    expired = g_hash_table_foreach_remove(self->records, record_expired, &now); // BAD(write-under-read-lock)
    g_rw_lock_reader_unlock(&self->lock);
    return expired;
}

static gpointer resolver_main(gpointer data) {
    NameService *service = data;
    for (int i = 0; i < 300; i++) {
        g_autofree gchar *name = g_strdup_printf("printer-%d", i % 6);
        g_autofree gchar *address = name_service_resolve(service, name);
        if (!address)
            name_service_publish(service, name, "fe80::1");
    }
    return NULL;
}

static gpointer expiry_main(gpointer data) {
    NameService *service = data;
    guint total = 0;
    for (int i = 0; i < 20; i++) {
        total += name_service_expire(service);
        g_usleep(300);
    }
    return GUINT_TO_POINTER(total);
}

int main(void) {
    static NameService service;
    GThread *resolvers[2], *expiry;
    name_service_init(&service, 500);
    for (int i = 0; i < 2; i++)
        resolvers[i] = g_thread_new("resolver", resolver_main, &service);
    expiry = g_thread_new("expiry", expiry_main, &service);
    for (int i = 0; i < 2; i++)
        g_thread_join(resolvers[i]);
    printf("%u expired\n", GPOINTER_TO_UINT(g_thread_join(expiry)));
    g_hash_table_destroy(service.records);
    g_rw_lock_clear(&service.lock);
    return 0;
}
