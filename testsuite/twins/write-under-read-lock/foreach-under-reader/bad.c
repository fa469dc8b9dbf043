/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=glib, note=g_hash_table_foreach under the reader lock with a callback
// that changes the values
/*
 * Bandwidth accounting of a router daemon. The periodic decay walks the table of hosts with a callback that
 * halves each counter; the walk holds the reader lock, because it does not change the table, as it says.
 */
#include <glib.h>

typedef struct {
    guint64 bytes;
    guint idle;
} Usage;

typedef struct {
    GRWLock lock;
    GHashTable *hosts;
} Accounting;

static Accounting accounting;

static void accounting_add(Accounting *self, guint host, guint bytes) {
    Usage *usage;
    g_rw_lock_writer_lock(&self->lock);
    usage = g_hash_table_lookup(self->hosts, GUINT_TO_POINTER(host));
    if (!usage) {
        usage = g_new0(Usage, 1);
        g_hash_table_insert(self->hosts, GUINT_TO_POINTER(host), usage);
    }
    usage->bytes += bytes;
    usage->idle = 0;
    g_rw_lock_writer_unlock(&self->lock);
}

static guint64 accounting_get(Accounting *self, guint host) {
    Usage *usage;
    guint64 bytes = 0;
    g_rw_lock_reader_lock(&self->lock);
    usage = g_hash_table_lookup(self->hosts, GUINT_TO_POINTER(host));
    if (usage)
        bytes = usage->bytes;
    g_rw_lock_reader_unlock(&self->lock);
    return bytes;
}

static void decay_one(gpointer key, gpointer value, gpointer user_data) {
    Usage *usage = value;
    guint *idle = user_data;
    (void)key;
    usage->bytes /= 2; // BAD(write-under-read-lock)
    usage->idle++; // BAD(write-under-read-lock)
    if (usage->idle > 5)
        ++*idle;
}

static guint accounting_decay(Accounting *self) {
    guint idle = 0;
    g_rw_lock_reader_lock(&self->lock);
    g_hash_table_foreach(self->hosts, decay_one, &idle); // BAD(write-under-read-lock)
    g_rw_lock_reader_unlock(&self->lock);
    return idle;
}

static gpointer traffic_main(gpointer data) {
    guint host = GPOINTER_TO_UINT(data);
    guint64 sum = 0;
    for (guint i = 0; i < 2000; i++) {
        accounting_add(&accounting, (host + i) % 20 + 1, i % 1500);
        sum += accounting_get(&accounting, i % 20 + 1);
    }
    return GUINT_TO_POINTER((guint)(sum & 0xffff));
}

static gpointer timer_main(gpointer data) {
    guint idle = 0;
    (void)data;
    for (guint i = 0; i < 300; i++)
        idle = accounting_decay(&accounting);
    return GUINT_TO_POINTER(idle);
}

int main(void) {
    GThread *threads[3];
    g_rw_lock_init(&accounting.lock);
    accounting.hosts = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    threads[0] = g_thread_new("timer", timer_main, NULL);
    threads[1] = g_thread_new("eth0", traffic_main, GUINT_TO_POINTER(1));
    threads[2] = g_thread_new("eth1", traffic_main, GUINT_TO_POINTER(7));
    for (int i = 0; i < 3; i++)
        g_thread_join(threads[i]);
    g_hash_table_unref(accounting.hosts);
    g_rw_lock_clear(&accounting.lock);
    return 0;
}
