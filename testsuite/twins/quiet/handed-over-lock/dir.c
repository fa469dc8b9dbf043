/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=lock taken by one function and released by another;
// iterator object holds the lock
/*
 * Correct: a directory iterator takes the read lock in _begin and gives it back in _end; _next
 * moves on under it. The edit functions return the entry locked and are paired with _done.
 */
#include "dir.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct dirent_node {
    struct dirent_node *next;
    char *name;
    unsigned size;
};

struct dir {
    pthread_rwlock_t lock;
    struct dirent_node *entries;
};

struct dir *dir_new(void) {
    struct dir *dir = calloc(1, sizeof(*dir));
    if (dir && pthread_rwlock_init(&dir->lock, NULL) != 0) {
        free(dir);
        return NULL;
    }
    return dir;
}

static struct dirent_node *find(struct dir *dir, const char *name) {
    struct dirent_node *n = dir->entries;
    while (n && strcmp(n->name, name) != 0)
        n = n->next;
    return n;
}

bool dir_add(struct dir *dir, const char *name, unsigned size) {
    struct dirent_node *n = calloc(1, sizeof(*n));
    bool added = false;
    if (!n || !(n->name = strdup(name))) {
        free(n);
        return false;
    }
    n->size = size;
    pthread_rwlock_wrlock(&dir->lock);
    if (!find(dir, name)) {
        n->next = dir->entries;
        dir->entries = n;
        added = true;
    }
    pthread_rwlock_unlock(&dir->lock);
    if (!added) {
        free(n->name);
        free(n);
    }
    return added;
}

void dir_iter_begin(struct dir *dir, struct dir_iter *iter) {
    pthread_rwlock_rdlock(&dir->lock);
    iter->dir = dir;
    iter->at = dir->entries;
}

const char *dir_iter_next(struct dir_iter *iter, unsigned *size) {
    struct dirent_node *n = iter->at;
    if (!n)
        return NULL;
    iter->at = n->next;
    *size = n->size;
    return n->name;
}

void dir_iter_end(struct dir_iter *iter) {
    iter->at = NULL;
    pthread_rwlock_unlock(&iter->dir->lock);
}

unsigned *dir_edit(struct dir *dir, const char *name) {
    struct dirent_node *n;
    pthread_rwlock_wrlock(&dir->lock);
    n = find(dir, name);
    if (!n) {
        pthread_rwlock_unlock(&dir->lock);
        return NULL;
    }
    return &n->size;
}

void dir_edit_done(struct dir *dir) { pthread_rwlock_unlock(&dir->lock); }

void dir_free(struct dir *dir) {
    while (dir->entries) {
        struct dirent_node *n = dir->entries;
        dir->entries = n->next;
        free(n->name);
        free(n);
    }
    pthread_rwlock_destroy(&dir->lock);
    free(dir);
}
