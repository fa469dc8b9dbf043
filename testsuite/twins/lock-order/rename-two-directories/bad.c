/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=two directories locked in the order of the arguments
/*
 * rename() of an in-memory file system locks the source and the target directory in the order in which
 * they are given. Two renames in opposite directions wait for each other. The fix locks by address.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES 32

struct dir {
    pthread_mutex_t mutex;
    char names[NAMES][16];
    int used;
};

static void dir_lock(struct dir *d) { pthread_mutex_lock(&d->mutex); }
static void dir_unlock(struct dir *d) { pthread_mutex_unlock(&d->mutex); }

static int dir_index(struct dir *d, const char *name) {
    for (int i = 0; i < d->used; i++)
        if (strcmp(d->names[i], name) == 0)
            return i;
    return -1;
}

static int fs_rename(struct dir *from, struct dir *to, const char *name) {
    int i, status = -1;

    if (from == to)
        return 0;
    dir_lock(from);
    dir_lock(to); // BAD(lock-order)
    i = dir_index(from, name);
    if (i >= 0 && to->used < NAMES && dir_index(to, name) < 0) {
        memcpy(to->names[to->used++], from->names[i], sizeof(from->names[i]));
        if (i != --from->used)
            memcpy(from->names[i], from->names[from->used], sizeof(from->names[i]));
        status = 0;
    }
    dir_unlock(to);
    dir_unlock(from);
    return status;
}

static int fs_create(struct dir *d, const char *name) {
    int status = -1;
    dir_lock(d);
    if (d->used < NAMES && dir_index(d, name) < 0) {
        snprintf(d->names[d->used++], sizeof(d->names[0]), "%s", name);
        status = 0;
    }
    dir_unlock(d);
    return status;
}

struct mover {
    struct dir *from, *to;
    int moved;
};

static void *mover_main(void *arg) {
    struct mover *m = arg;
    for (int i = 0; i < 2000; i++) {
        char name[16];
        snprintf(name, sizeof(name), "file%d", i % 10);
        if (fs_rename(m->from, m->to, name) == 0)
            m->moved++;
    }
    return NULL;
}

int main(void) {
    static struct dir inbox = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    static struct dir archive = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    struct mover movers[2] = {{&inbox, &archive, 0}, {&archive, &inbox, 0}};
    pthread_t threads[2];

    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof(name), "file%d", i);
        fs_create(i % 2 ? &inbox : &archive, name);
    }
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, mover_main, &movers[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%d there, %d back\n", movers[0].moved, movers[1].moved);
    return 0;
}
