/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=glib, note=one of the file system's operations drops a cache
// entry without the cache mutex
/*
 * Attribute cache of a network file system in user space, as its multi-threaded dispatcher calls it:
 * all operations invalidate under cache.lock, one helper, written for the case that the caller has it,
 * is called by rename without.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

struct node {
    int mode;
    long size;
    gint64 valid_until;
    char **dir;
};

static struct cache {
    int on;
    unsigned stat_timeout;
    GHashTable *table;
    GMutex lock;
    gint64 last_cleaned;
} cache;

static void free_node(gpointer node_) {
    struct node *node = node_;
    g_strfreev(node->dir);
    g_free(node);
}

static struct node *cache_lookup(const char *path) {
    return g_hash_table_lookup(cache.table, path);
}

static void cache_purge(const char *path) {
    g_hash_table_remove(cache.table, path); // BAD(guard-bypass,unlocked-access)
}

static void cache_purge_parent(const char *path) {
    const char *s = strrchr(path, '/');
    if (!s)
        return;
    if (s == path) {
        g_hash_table_remove(cache.table, "/"); // BAD(guard-bypass,unlocked-access)
    } else {
        char *parent = g_strndup(path, s - path);
        cache_purge(parent);
        g_free(parent);
    }
}

static void cache_invalidate(const char *path) {
    g_mutex_lock(&cache.lock);
    cache_purge(path);
    g_mutex_unlock(&cache.lock);
}

static void cache_invalidate_dir(const char *path) {
    g_mutex_lock(&cache.lock);
    cache_purge(path);
    cache_purge_parent(path);
    g_mutex_unlock(&cache.lock);
}

static int cache_del_children(const char *key, gpointer val, const char *path) {
    (void)val;
    size_t len = strlen(path);
    return strncmp(key, path, len) == 0 && (key[len] == '\0' || key[len] == '/');
}

static void cache_do_rename(const char *from, const char *to) {
    g_mutex_lock(&cache.lock);
    g_hash_table_foreach_remove(cache.table, (GHRFunc)cache_del_children, (gpointer)from);
    cache_purge(to);
    g_mutex_unlock(&cache.lock);
    cache_purge_parent(from); // BAD(guard-bypass,unlocked-access)
    cache_purge_parent(to); // BAD(guard-bypass,unlocked-access)
}

static struct node *cache_get(const char *path) {
    struct node *node = cache_lookup(path);
    if (node == NULL) {
        node = g_new0(struct node, 1);
        g_hash_table_insert(cache.table, g_strdup(path), node);
    }
    return node;
}

static void cache_add_attr(const char *path, int mode, long size) {
    g_mutex_lock(&cache.lock);
    struct node *node = cache_get(path);
    node->mode = mode;
    node->size = size;
    node->valid_until = g_get_monotonic_time() + cache.stat_timeout;
    g_mutex_unlock(&cache.lock);
}

static int cache_getattr(const char *path, long *size) {
    int err = -1;
    g_mutex_lock(&cache.lock);
    struct node *node = cache_lookup(path);
    if (node && node->valid_until > g_get_monotonic_time()) {
        *size = node->size;
        err = 0;
    }
    g_mutex_unlock(&cache.lock);
    return err;
}

struct request {
    enum { OP_GETATTR, OP_WRITE, OP_MKDIR, OP_UNLINK, OP_RENAME } op;
    char path[40];
};

static void dispatch(gpointer data, gpointer user_data) {
    struct request *req = data;
    char target[64];
    long size = 0;
    (void)user_data;

    switch (req->op) {
    case OP_GETATTR:
        if (cache_getattr(req->path, &size) != 0)
            cache_add_attr(req->path, 0644, (long)strlen(req->path));
        break;
    case OP_WRITE:
        cache_invalidate(req->path);
        break;
    case OP_MKDIR:
    case OP_UNLINK:
        cache_invalidate_dir(req->path);
        break;
    case OP_RENAME:
        snprintf(target, sizeof(target), "%s.bak", req->path);
        cache_do_rename(req->path, target);
        break;
    }
    g_free(req);
}

int main(void) {
    cache.on = 1;
    cache.stat_timeout = 20000;
    g_mutex_init(&cache.lock);
    cache.table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_node);

    GThreadPool *pool = g_thread_pool_new(dispatch, NULL, 4, TRUE, NULL);
    if (pool == NULL)
        return 1;
    for (int i = 0; i < 4000; i++) {
        struct request *req = g_new0(struct request, 1);
        req->op = i % 7 % 5;
        snprintf(req->path, sizeof(req->path), "/srv/%d/%d", i % 3, i % 11);
        g_thread_pool_push(pool, req, NULL);
    }
    g_thread_pool_free(pool, FALSE, TRUE);
    printf("%u cached\n", g_hash_table_size(cache.table));
    g_hash_table_destroy(cache.table);
    g_mutex_clear(&cache.lock);
    return 0;
}
