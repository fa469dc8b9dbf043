/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=goto out, past the unlock
/*
 * A block layer registers volumes in a list. Its error exits are labels; the check for a
 * duplicate name jumps to the label that frees, one below the label that unlocks.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct volume {
    struct volume *next;
    char *name;
    unsigned long blocks;
    unsigned char *bitmap;
};

static pthread_mutex_t volumes_lock = PTHREAD_MUTEX_INITIALIZER;
static struct volume *volumes;
static unsigned long total_blocks;
static const unsigned long max_blocks = 1ul << 20;

static struct volume *volume_find_locked(const char *name) {
    struct volume *v = volumes;
    while (v && strcmp(v->name, name) != 0)
        v = v->next;
    return v;
}

static int volume_register(const char *name, unsigned long blocks) {
    int error = -ENOMEM;
    struct volume *v = calloc(1, sizeof(*v));
    if (!v)
        return -ENOMEM;
    v->name = strdup(name);
    if (!v->name)
        goto out_free;
    v->blocks = blocks;
    v->bitmap = calloc(1, blocks / 8 + 1);
    if (!v->bitmap)
        goto out_free;

    pthread_mutex_lock(&volumes_lock);
    if (volume_find_locked(name)) {
        error = -EEXIST;
        goto out_free; // BAD(lock-imbalance)
    }
    if (total_blocks + blocks > max_blocks) {
        error = -ENOSPC;
        goto out_unlock;
    }
    total_blocks += blocks;
    v->next = volumes;
    volumes = v;
    pthread_mutex_unlock(&volumes_lock);
    return 0;

out_unlock:
    pthread_mutex_unlock(&volumes_lock);
out_free:
    free(v->bitmap);
    free(v->name);
    free(v);
    return error; // BAD(lock-imbalance)
}

static int volume_unregister(const char *name) {
    struct volume **link, *v = NULL;
    pthread_mutex_lock(&volumes_lock);
    for (link = &volumes; *link; link = &(*link)->next) {
        if (strcmp((*link)->name, name) == 0) {
            v = *link;
            *link = v->next;
            total_blocks -= v->blocks;
            break;
        }
    }
    pthread_mutex_unlock(&volumes_lock);
    if (!v)
        return -ENOENT;
    free(v->bitmap);
    free(v->name);
    free(v);
    return 0;
}

static void *hotplug_main(void *arg) {
    int id = *(int *)arg;
    char name[32];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "vol%d-%d", id, i % 10);
        if (volume_register(name, 1024) == 0 || i % 2)
            volume_unregister(name);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    int ids[2] = {1, 2};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, hotplug_main, &ids[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%lu blocks\n", total_blocks);
    return 0;
}
