/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef NAMESPACE_H
#define NAMESPACE_H

#include <pthread.h>

struct ns_entry {
    pthread_mutex_t lock; /* guards size and writers; taken after the namespace's lock */
    struct ns_entry *next;
    char name[24]; /* guarded by the namespace's lock: readers shared, rename exclusive */
    long size;
    unsigned writers;
};

struct ns {
    pthread_rwlock_t lock;
    struct ns_entry *entries;
};

int ns_create(struct ns *ns, const char *name);
int ns_rename(struct ns *ns, const char *from, const char *to);
long ns_append(struct ns *ns, const char *name, long bytes);
long ns_total(struct ns *ns);
void ns_destroy(struct ns *ns);

#endif
