/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=fields of one struct with two different guards; writes of the one under
// a shared hold of the other
/*
 * Namespace of an object store: names and links are guarded by the namespace's reader-writer lock, sizes by
 * each entry's mutex. An append changes an entry's size while it holds the namespace only shared, which is
 * right, because it holds the entry's mutex as well.
 */
#include "namespace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Needs the namespace's lock, in either mode. */
static struct ns_entry *ns_find(struct ns *ns, const char *name) {
    for (struct ns_entry *e = ns->entries; e; e = e->next)
        if (strcmp(e->name, name) == 0)
            return e;
    return NULL;
}

int ns_create(struct ns *ns, const char *name) {
    struct ns_entry *e = calloc(1, sizeof(*e));
    int created = 0;
    if (!e)
        return -1;
    pthread_mutex_init(&e->lock, NULL);
    snprintf(e->name, sizeof(e->name), "%s", name);
    pthread_rwlock_wrlock(&ns->lock);
    if (!ns_find(ns, name)) {
        e->next = ns->entries;
        ns->entries = e;
        created = 1;
    }
    pthread_rwlock_unlock(&ns->lock);
    if (!created) {
        pthread_mutex_destroy(&e->lock);
        free(e);
    }
    return created;
}

int ns_rename(struct ns *ns, const char *from, const char *to) {
    int renamed = 0;
    pthread_rwlock_wrlock(&ns->lock);
    struct ns_entry *e = ns_find(ns, from);
    if (e && !ns_find(ns, to)) {
        snprintf(e->name, sizeof(e->name), "%s", to);
        renamed = 1;
    }
    pthread_rwlock_unlock(&ns->lock);
    return renamed;
}

long ns_append(struct ns *ns, const char *name, long bytes) {
    long size = -1;
    pthread_rwlock_rdlock(&ns->lock);
    struct ns_entry *e = ns_find(ns, name);
    if (e) {
        pthread_mutex_lock(&e->lock);
        e->size += bytes;
        e->writers++;
        size = e->size;
        pthread_mutex_unlock(&e->lock);
    }
    pthread_rwlock_unlock(&ns->lock);
    return size;
}

long ns_total(struct ns *ns) {
    long total = 0;
    /* Exclusive: nobody is inside an append, so that the entries' own locks are not needed. */
    pthread_rwlock_wrlock(&ns->lock);
    for (struct ns_entry *e = ns->entries; e; e = e->next)
        total += e->size;
    pthread_rwlock_unlock(&ns->lock);
    return total;
}

/* After the last thread has ended. */
void ns_destroy(struct ns *ns) {
    while (ns->entries) {
        struct ns_entry *e = ns->entries;
        ns->entries = e->next;
        pthread_mutex_destroy(&e->lock);
        free(e);
    }
    pthread_rwlock_destroy(&ns->lock);
}
