/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A GHashTable behind a GRWLock, wrapped twice; the lock is taken by a scoped guard in one place. */
#include <glib.h>

typedef struct {
    GRWLock rwlock;
    GHashTable *sessions;
} Registry;

static void registry_read_lock(Registry *r) { g_rw_lock_reader_lock(&r->rwlock); }
static void registry_unlock_read(Registry *r) { g_rw_lock_reader_unlock(&r->rwlock); }
#define WITH_WRITE_LOCK(r) g_autoptr(GRWLockWriterLocker) locker G_GNUC_UNUSED = g_rw_lock_writer_locker_new(&(r)->rwlock)

Registry *registry_new_ok(void) {
    Registry *r = g_new0(Registry, 1);
    g_rw_lock_init(&r->rwlock);
    r->sessions = g_hash_table_new(g_str_hash, g_str_equal);
    return r;
}

gboolean registry_has_ok(Registry *r, const char *name) {
    registry_read_lock(r);
    gboolean found = g_hash_table_contains(r->sessions, name);
    registry_unlock_read(r);
    return found;
}

void registry_add_ok(Registry *r, char *name, gpointer session) {
    WITH_WRITE_LOCK(r);
    g_hash_table_insert(r->sessions, name, session);
}

void registry_drop_ok(Registry *r, const char *name) {
    g_rw_lock_writer_lock(&r->rwlock);
    g_hash_table_remove(r->sessions, name);
    g_rw_lock_writer_unlock(&r->rwlock);
}

guint registry_size_bad(Registry *r) {
    return g_hash_table_size(r->sessions); // expected-warning {{g_hash_table_size() on `r->sessions` without holding `r->rwlock`}} expected-note@* {{held, in}}
}

void registry_free_ok(Registry *r) {
    g_hash_table_destroy(r->sessions);
    g_rw_lock_clear(&r->rwlock);
    g_free(r);
}
