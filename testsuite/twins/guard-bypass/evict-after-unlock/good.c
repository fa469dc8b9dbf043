/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=uthash+pthread, note=unlock one line too early
/*
 * A file cache on uthash evicts under its mutex. In the eviction of stale files the unlock
 * stands one line too early: HASH_DEL runs after it. Here the element is taken out before the
 * unlock and freed after it.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct cached_file {
    int inode;
    size_t size;
    char *content;
    bool stale;
    UT_hash_handle hh;
};

struct file_cache {
    struct cached_file *files;
    pthread_mutex_t mutex;
    size_t bytes;
    size_t limit; /* fixed at creation */
};

static struct file_cache *file_cache_create(size_t limit) {
    struct file_cache *fc = calloc(1, sizeof(*fc));
    if (!fc)
        return NULL;
    if (pthread_mutex_init(&fc->mutex, NULL) != 0) {
        free(fc);
        return NULL;
    }
    fc->limit = limit;
    return fc;
}

static bool file_cache_put(struct file_cache *fc, int inode, const char *content) {
    struct cached_file *f, *known;
    f = calloc(1, sizeof(*f));
    if (!f)
        return false;
    f->inode = inode;
    f->content = strdup(content);
    f->size = strlen(content);
    pthread_mutex_lock(&fc->mutex);
    HASH_FIND_INT(fc->files, &inode, known);
    if (known || fc->bytes + f->size > fc->limit) {
        pthread_mutex_unlock(&fc->mutex);
        free(f->content);
        free(f);
        return false;
    }
    HASH_ADD_INT(fc->files, inode, f);
    fc->bytes += f->size;
    pthread_mutex_unlock(&fc->mutex);
    return true;
}

static void file_cache_mark_stale(struct file_cache *fc, int inode) {
    struct cached_file *f;
    pthread_mutex_lock(&fc->mutex);
    HASH_FIND_INT(fc->files, &inode, f);
    if (f)
        f->stale = true;
    pthread_mutex_unlock(&fc->mutex);
}

static bool file_cache_evict(struct file_cache *fc, int inode) {
    struct cached_file *f;
    pthread_mutex_lock(&fc->mutex);
    HASH_FIND_INT(fc->files, &inode, f);
    if (!f || !f->stale) {
        pthread_mutex_unlock(&fc->mutex);
        return false;
    }
    fc->bytes -= f->size;
    HASH_DEL(fc->files, f);
    pthread_mutex_unlock(&fc->mutex);
    free(f->content);
    free(f);
    return true;
}

static void *reader_main(void *arg) {
    struct file_cache *fc = arg;
    for (int i = 0; i < 400; i++) {
        file_cache_put(fc, i % 40, "lorem ipsum");
        if (i % 5 == 0)
            file_cache_mark_stale(fc, i % 40);
    }
    return NULL;
}

static void *janitor_main(void *arg) {
    struct file_cache *fc = arg;
    size_t evicted = 0;
    for (int i = 0; i < 400; i++)
        evicted += file_cache_evict(fc, i % 40);
    return (void *)evicted;
}

static void file_cache_destroy(struct file_cache *fc) {
    struct cached_file *f, *next;
    HASH_ITER(hh, fc->files, f, next) {
        HASH_DEL(fc->files, f);
        free(f->content);
        free(f);
    }
    pthread_mutex_destroy(&fc->mutex);
    free(fc);
}

int main(void) {
    struct file_cache *fc = file_cache_create(4096);
    pthread_t reader, janitor;
    void *evicted;
    if (!fc)
        return 1;
    if (pthread_create(&reader, NULL, reader_main, fc) ||
        pthread_create(&janitor, NULL, janitor_main, fc))
        abort();
    pthread_join(reader, NULL);
    pthread_join(janitor, &evicted);
    printf("%zu evicted, %zu bytes left\n", (size_t)evicted, fc->bytes);
    file_cache_destroy(fc);
    return 0;
}
