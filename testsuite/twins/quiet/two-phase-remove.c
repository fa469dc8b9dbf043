/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=removal marks under the lock, the last user frees; the wait for
// users is a condition
/*
 * Mount table: an unmount marks the entry dying, waits under the lock until nobody uses it, unlinks it and
 * frees it outside. Users count themselves in and out under the same lock and work between without it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct mount {
    struct mount *next;
    int id;
    unsigned users;
    bool dying;
    atomic_uint operations;
};

static pthread_mutex_t mounts_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t mounts_idle = PTHREAD_COND_INITIALIZER;
static struct mount *mounts;

static struct mount *mount_find_locked(int id) {
    struct mount *m;
    for (m = mounts; m && m->id != id; m = m->next)
        ;
    return m;
}

static bool mount_add(int id) {
    struct mount *m = calloc(1, sizeof(*m));
    if (!m)
        return false;
    m->id = id;
    pthread_mutex_lock(&mounts_lock);
    bool added = !mount_find_locked(id);
    if (added) {
        m->next = mounts;
        mounts = m;
    }
    pthread_mutex_unlock(&mounts_lock);
    if (!added)
        free(m);
    return added;
}

static struct mount *mount_enter(int id) {
    pthread_mutex_lock(&mounts_lock);
    struct mount *m = mount_find_locked(id);
    if (m && m->dying)
        m = NULL;
    if (m)
        m->users++;
    pthread_mutex_unlock(&mounts_lock);
    return m;
}

static void mount_leave(struct mount *m) {
    pthread_mutex_lock(&mounts_lock);
    if (--m->users == 0 && m->dying)
        pthread_cond_broadcast(&mounts_idle);
    pthread_mutex_unlock(&mounts_lock);
}

static unsigned mount_remove(int id) {
    unsigned operations;

    pthread_mutex_lock(&mounts_lock);
    struct mount *m = mount_find_locked(id);
    if (!m || m->dying) {
        pthread_mutex_unlock(&mounts_lock);
        return 0;
    }
    m->dying = true; /* from here on it is ours to remove */
    while (m->users > 0)
        pthread_cond_wait(&mounts_idle, &mounts_lock);
    for (struct mount **link = &mounts; *link; link = &(*link)->next)
        if (*link == m) {
            *link = m->next;
            break;
        }
    pthread_mutex_unlock(&mounts_lock);
    operations = atomic_load(&m->operations);
    free(m);
    return operations;
}

static void *request_main(void *arg) {
    int first = *(int *)arg;
    for (int i = 0; i < 3000; i++) {
        struct mount *m = mount_enter((first + i) % 5);
        if (!m)
            continue;
        atomic_fetch_add(&m->operations, 1);
        mount_leave(m);
    }
    return NULL;
}

static void *admin_main(void *arg) {
    unsigned long operations = 0;
    (void)arg;
    for (int i = 0; i < 1000; i++) {
        mount_add(i % 5);
        operations += mount_remove((i + 2) % 5);
    }
    printf("%lu operations\n", operations);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    int firsts[2] = {0, 2};
    if (pthread_create(&threads[0], NULL, admin_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[1 + i], NULL, request_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (int id = 0; id < 5; id++)
        mount_remove(id);
    return 0;
}
