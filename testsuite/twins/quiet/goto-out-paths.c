/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=one exit label with the lock, one without, checked lock
// results
/*
 * Correct: every error path gives back exactly what it holds, through two labels, a checked lock
 * and a cleanup that runs after the unlock.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mount {
    struct mount *next;
    char *source, *target;
    unsigned busy;
};

static pthread_mutex_t mounts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct mount *mounts;
static unsigned mount_count;

static int mount_add(const char *source, const char *target) {
    struct mount *m = NULL, *known;
    int error = ENOMEM;

    if (!source || !target)
        return EINVAL;
    m = calloc(1, sizeof(*m));
    if (!m)
        goto out;
    m->source = strdup(source);
    m->target = strdup(target);
    if (!m->source || !m->target)
        goto out;
    error = pthread_mutex_lock(&mounts_lock);
    if (error != 0)
        goto out;
    for (known = mounts; known; known = known->next) {
        if (strcmp(known->target, target) == 0) {
            error = EBUSY;
            goto out_unlock;
        }
    }
    if (mount_count >= 64) {
        error = ENOSPC;
        goto out_unlock;
    }
    m->next = mounts;
    mounts = m;
    mount_count++;
    m = NULL;
    error = 0;
out_unlock:
    pthread_mutex_unlock(&mounts_lock);
out:
    if (m) {
        free(m->source);
        free(m->target);
        free(m);
    }
    return error;
}

static int mount_remove(const char *target) {
    struct mount **link, *m;
    int error = ENOENT;
    if (pthread_mutex_lock(&mounts_lock) != 0)
        return EDEADLK;
    for (link = &mounts; (m = *link) != NULL; link = &m->next) {
        if (strcmp(m->target, target) != 0)
            continue;
        if (m->busy > 0) {
            error = EBUSY;
            break;
        }
        *link = m->next;
        mount_count--;
        pthread_mutex_unlock(&mounts_lock);
        free(m->source);
        free(m->target);
        free(m);
        return 0;
    }
    pthread_mutex_unlock(&mounts_lock);
    return error;
}

static int mount_hold(const char *target, int delta) {
    int error = ENOENT;
    pthread_mutex_lock(&mounts_lock);
    for (struct mount *m = mounts; m; m = m->next) {
        if (strcmp(m->target, target) == 0) {
            m->busy += (unsigned)delta;
            error = 0;
            goto done;
        }
    }
done:
    pthread_mutex_unlock(&mounts_lock);
    return error;
}

static void *automounter(void *arg) {
    const char *prefix = arg;
    char target[32];
    for (int i = 0; i < 200; i++) {
        snprintf(target, sizeof(target), "%s/%d", prefix, i % 20);
        if (mount_add("server:/export", target) == 0 && mount_hold(target, 1) == 0)
            mount_hold(target, -1);
        if (i % 2)
            mount_remove(target);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    static char prefixes[2][8] = {"/home", "/data"};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, automounter, prefixes[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%u mounted\n", mount_count);
    while (mounts && mount_remove(mounts->target) == 0)
        ;
    return 0;
}
