/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=entry found under the read lock, unlinked and freed under the
// write lock without finding it again
/*
 * Mount table of a virtual file system: umount finds the entry under the read lock, takes the write lock, and
 * unlinks what it found. Two umounts of one path both find it, and both free it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vfsmount {
    struct vfsmount *next, **pprev;
    char path[24];
    unsigned flags;
};

static struct vfsmount *mount_list;
static unsigned mount_count;
static pthread_rwlock_t mount_lock = PTHREAD_RWLOCK_INITIALIZER;

#define mounts_read_lock() pthread_rwlock_rdlock(&mount_lock)
#define mounts_write_lock() pthread_rwlock_wrlock(&mount_lock)
#define mounts_unlock() pthread_rwlock_unlock(&mount_lock)

static struct vfsmount *mount_lookup(const char *path) {
    struct vfsmount *m;
    for (m = mount_list; m; m = m->next)
        if (strcmp(m->path, path) == 0)
            return m;
    return NULL;
}

static void mount_unlink(struct vfsmount *m) {
    *m->pprev = m->next; // BAD(check-then-act,escaping-reference)
    if (m->next)
        m->next->pprev = m->pprev;
    mount_count--;
}

static int do_mount(const char *path, unsigned flags) {
    struct vfsmount *m = calloc(1, sizeof(*m));
    int status = -1;
    if (!m)
        return -1;
    snprintf(m->path, sizeof(m->path), "%s", path);
    m->flags = flags;
    mounts_write_lock();
    if (!mount_lookup(path)) {
        m->next = mount_list;
        if (m->next)
            m->next->pprev = &m->next;
        m->pprev = &mount_list;
        mount_list = m;
        mount_count++;
        status = 0;
    }
    mounts_unlock();
    if (status != 0)
        free(m);
    return status;
}

static int do_umount(const char *path) {
    struct vfsmount *m;

    mounts_read_lock();
    m = mount_lookup(path);
    mounts_unlock();
    if (!m)
        return -1;

    mounts_write_lock();
    mount_unlink(m); // BAD(check-then-act,escaping-reference)
    mounts_unlock();
    free(m); // BAD(check-then-act,escaping-reference,destroy-in-use)
    return 0;
}

static unsigned mount_flags(const char *path) {
    unsigned flags = 0;
    mounts_read_lock();
    struct vfsmount *m = mount_lookup(path);
    if (m)
        flags = m->flags;
    mounts_unlock();
    return flags;
}

static void *shell_main(void *arg) {
    unsigned flags = *(unsigned *)arg, sum = 0;
    for (unsigned i = 0; i < 2000; i++) {
        char path[24];
        snprintf(path, sizeof(path), "/mnt/%u", i % 7);
        do_mount(path, flags);
        sum += mount_flags(path);
        do_umount(path);
    }
    return (void *)(size_t)sum;
}

int main(void) {
    pthread_t shells[3];
    unsigned flags[3] = {1, 2, 4};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&shells[i], NULL, shell_main, &flags[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(shells[i], NULL);
    return (int)mount_count;
}
