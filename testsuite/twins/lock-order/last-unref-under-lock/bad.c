/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=glib, note=dropping the last reference under the object's lock runs a
// finalizer that takes the registry's lock; the registry locks objects
/*
 * Device objects of a storage daemon, kept in a registry. device_eject() drops a reference while it
 * holds the device's lock; the finalizer of the parent drive takes the registry's lock. The registry's
 * report locks devices under its own lock.
 */
#include <glib.h>

typedef struct {
    gint refs;
    GRecMutex lock;
    char *name;
    gboolean ejected;
    guint media_changes;
    struct Media *media;
} Drive;

typedef struct Media {
    gint refs;
    char *label;
} Media;

typedef struct {
    GMutex lock;
    GPtrArray *drives;
    GHashTable *labels; /* label -> count of media */
} Registry;

static Registry registry;

static void registry_init(void) {
    g_mutex_init(&registry.lock);
    registry.drives = g_ptr_array_new();
    registry.labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void registry_count_label(const char *label, int by) {
    g_mutex_lock(&registry.lock); // BAD(lock-order)
    int count = GPOINTER_TO_INT(g_hash_table_lookup(registry.labels, label)) + by;
    g_hash_table_replace(registry.labels, g_strdup(label), GINT_TO_POINTER(count));
    g_mutex_unlock(&registry.lock);
}

static Media *media_new(const char *label) {
    Media *m = g_new0(Media, 1);
    m->refs = 1;
    m->label = g_strdup(label);
    registry_count_label(label, 1);
    return m;
}

static void media_unref(Media *m) {
    if (!g_atomic_int_dec_and_test(&m->refs))
        return;
    registry_count_label(m->label, -1); // BAD(lock-order)
    g_free(m->label);
    g_free(m);
}

static Drive *drive_new(const char *name) {
    Drive *d = g_new0(Drive, 1);
    g_rec_mutex_init(&d->lock);
    d->name = g_strdup(name);
    g_mutex_lock(&registry.lock);
    g_ptr_array_add(registry.drives, d);
    g_mutex_unlock(&registry.lock);
    return d;
}

static void drive_insert(Drive *d, const char *label) {
    Media *m = media_new(label), *old;
    g_rec_mutex_lock(&d->lock);
    old = d->media;
    d->media = m;
    d->ejected = FALSE;
    d->media_changes++;
    g_rec_mutex_unlock(&d->lock);
    if (old)
        media_unref(old);
}

static void drive_eject(Drive *d) {
    g_rec_mutex_lock(&d->lock);
    if (d->media) {
        media_unref(d->media); // BAD(lock-order)
        d->media = NULL;
        d->ejected = TRUE;
    }
    g_rec_mutex_unlock(&d->lock);
}

static guint registry_changes(void) {
    guint changes = 0;
    g_mutex_lock(&registry.lock);
    for (guint i = 0; i < registry.drives->len; i++) {
        Drive *d = g_ptr_array_index(registry.drives, i);
        g_rec_mutex_lock(&d->lock); // BAD(lock-order)
        changes += d->media_changes;
        g_rec_mutex_unlock(&d->lock);
    }
    g_mutex_unlock(&registry.lock);
    return changes;
}

static gpointer drive_main(gpointer data) {
    Drive *d = data;
    for (int i = 0; i < 300; i++) {
        drive_insert(d, i % 2 ? "BACKUP" : "MUSIC");
        drive_eject(d);
    }
    return NULL;
}

static gpointer report_main(gpointer data) {
    guint last = 0;
    (void)data;
    for (int i = 0; i < 300; i++)
        last = registry_changes();
    return GUINT_TO_POINTER(last);
}

int main(void) {
    GThread *threads[3];

    registry_init();
    Drive *sr0 = drive_new("sr0"), *sr1 = drive_new("sr1");
    threads[0] = g_thread_new("sr0", drive_main, sr0);
    threads[1] = g_thread_new("sr1", drive_main, sr1);
    threads[2] = g_thread_new("report", report_main, NULL);
    for (int i = 0; i < 3; i++)
        g_thread_join(threads[i]);
    g_print("%u changes\n", registry_changes());
    g_hash_table_unref(registry.labels);
    g_ptr_array_unref(registry.drives);
    return 0;
}
