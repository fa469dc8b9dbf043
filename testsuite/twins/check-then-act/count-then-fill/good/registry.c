/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "registry.h"

#include <pthread.h>
#include <stdlib.h>

struct member {
    struct node_info info;
    struct member *next;
};

static pthread_mutex_t registry_mtx = PTHREAD_MUTEX_INITIALIZER;
static struct member *members;
static size_t member_count;

int registry_join(unsigned id, unsigned load) {
    struct member *m;
    int created = 0;

    pthread_mutex_lock(&registry_mtx);
    for (m = members; m; m = m->next)
        if (m->info.id == id)
            break;
    if (!m && (m = malloc(sizeof(*m)))) {
        m->info.id = id;
        m->next = members;
        members = m;
        member_count++;
        created = 1;
    }
    if (m)
        m->info.load = load;
    pthread_mutex_unlock(&registry_mtx);
    return created;
}

int registry_leave(unsigned id) {
    struct member **link, *m;

    pthread_mutex_lock(&registry_mtx);
    for (link = &members; (m = *link); link = &m->next)
        if (m->info.id == id) {
            *link = m->next;
            member_count--;
            break;
        }
    pthread_mutex_unlock(&registry_mtx);
    free(m);
    return m != NULL;
}

size_t registry_count(void) {
    pthread_mutex_lock(&registry_mtx);
    size_t n = member_count;
    pthread_mutex_unlock(&registry_mtx);
    return n;
}

size_t registry_export(struct node_info *out, size_t max) {
    size_t n = 0;
    pthread_mutex_lock(&registry_mtx);
    for (struct member *m = members; m && n < max; m = m->next)
        out[n++] = m->info;
    pthread_mutex_unlock(&registry_mtx);
    return n;
}
