/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=uthash+glib+pthread, note=two structs with the same field names, one
// shared and locked, one private
/*
 * Correct: the same struct type is once shared under its lock and once private to a function, a
 * temporary copy that is built and thrown away without one; a const view is read under the read
 * lock.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct setting {
    int id;
    int value;
    UT_hash_handle hh;
};

struct profile {
    pthread_rwlock_t lock;
    struct setting *settings;
    unsigned revision;
};

static struct profile active;

static struct setting *profile_find(const struct profile *p, int id) {
    struct setting *s;
    HASH_FIND_INT(p->settings, &id, s);
    return s;
}

static int profile_put(struct profile *p, int id, int value) {
    struct setting *s = profile_find(p, id);
    if (!s) {
        s = calloc(1, sizeof(*s));
        if (!s)
            return -1;
        s->id = id;
        HASH_ADD_INT(p->settings, id, s);
    }
    s->value = value;
    p->revision++;
    return 0;
}

static void profile_clear(struct profile *p) {
    struct setting *s, *next;
    HASH_ITER(hh, p->settings, s, next) {
        HASH_DEL(p->settings, s);
        free(s);
    }
}

static int active_get(int id, int fallback) {
    int value = fallback;
    pthread_rwlock_rdlock(&active.lock);
    const struct setting *s = profile_find(&active, id);
    if (s)
        value = s->value;
    pthread_rwlock_unlock(&active.lock);
    return value;
}

/* Builds a profile of its own, merges it into the active one and throws it away. */
static int active_merge(int first, int count) {
    struct profile draft = {.settings = NULL, .revision = 0};
    struct setting *s, *next;
    int status = 0;
    for (int i = 0; i < count; i++)
        if (profile_put(&draft, first + i, i * i) != 0)
            status = -1;
    if (draft.revision != (unsigned)count)
        fprintf(stderr, "draft has %u\n", draft.revision);
    pthread_rwlock_wrlock(&active.lock);
    HASH_ITER(hh, draft.settings, s, next)
    if (profile_put(&active, s->id, s->value) != 0)
        status = -1;
    pthread_rwlock_unlock(&active.lock);
    profile_clear(&draft);
    return status;
}

static void *editor_main(void *arg) {
    int first = *(int *)arg;
    for (int i = 0; i < 50; i++)
        if (active_merge(first + i, 5) != 0)
            break;
    return NULL;
}

static gpointer view_main(gpointer data) {
    GHashTable *seen = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (int i = 0; i < 300; i++)
        g_hash_table_add(seen, GINT_TO_POINTER(active_get(i % 60, -1)));
    *(guint *)data = g_hash_table_size(seen);
    g_hash_table_destroy(seen);
    return NULL;
}

int main(void) {
    pthread_t editors[2];
    int firsts[2] = {0, 20};
    guint distinct = 0;
    GThread *view;
    pthread_rwlock_init(&active.lock, NULL);
    profile_put(&active, 7, 49);
    view = g_thread_new("view", view_main, &distinct);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&editors[i], NULL, editor_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(editors[i], NULL);
    g_thread_join(view);
    printf("revision %u, %u distinct\n", active.revision, distinct);
    profile_clear(&active);
    pthread_rwlock_destroy(&active.lock);
    return 0;
}
