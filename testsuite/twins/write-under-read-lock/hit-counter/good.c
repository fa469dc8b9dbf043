/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=uthash+pthread, note=statistics under the read lock
/*
 * An HTTP cache finds objects in a uthash table under the read lock, and there increments the
 * object's hit counter, a plain integer: concurrent readers lose counts and fool the eviction.
 * Here the counter is atomic; everything else stays under the read lock.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct object {
    char url[64];
    char body[32];
    atomic_ulong hits;
    UT_hash_handle hh;
};

static struct object *objects;
static pthread_rwlock_t objects_rwlock = PTHREAD_RWLOCK_INITIALIZER;

static bool object_serve(const char *url, char *body, size_t size) {
    struct object *o;
    pthread_rwlock_rdlock(&objects_rwlock);
    HASH_FIND_STR(objects, url, o);
    if (o) {
        atomic_fetch_add_explicit(&o->hits, 1, memory_order_relaxed);
        snprintf(body, size, "%s", o->body);
    }
    pthread_rwlock_unlock(&objects_rwlock);
    return o != NULL;
}

static bool object_store(const char *url, const char *body) {
    struct object *known, *o = calloc(1, sizeof(*o));
    if (!o)
        return false;
    strncpy(o->url, url, sizeof(o->url) - 1);
    strncpy(o->body, body, sizeof(o->body) - 1);
    pthread_rwlock_wrlock(&objects_rwlock);
    HASH_FIND_STR(objects, url, known);
    if (known) {
        pthread_rwlock_unlock(&objects_rwlock);
        free(o);
        return false;
    }
    HASH_ADD_STR(objects, url, o);
    pthread_rwlock_unlock(&objects_rwlock);
    return true;
}

static void object_evict_cold(void) {
    struct object *o, *next, *coldest = NULL;
    pthread_rwlock_wrlock(&objects_rwlock);
    HASH_ITER(hh, objects, o, next)
    if (!coldest || o->hits < coldest->hits)
        coldest = o;
    if (coldest)
        HASH_DEL(objects, coldest);
    pthread_rwlock_unlock(&objects_rwlock);
    free(coldest);
}

static void *client_main(void *arg) {
    char url[64], body[32];
    size_t served = 0;
    (void)arg;
    for (int i = 0; i < 400; i++) {
        snprintf(url, sizeof(url), "/img/%d.png", i % 12);
        if (object_serve(url, body, sizeof(body)))
            served++;
        else
            object_store(url, "payload");
        if (i % 50 == 49)
            object_evict_cold();
    }
    return (void *)served;
}

int main(void) {
    pthread_t clients[4];
    struct object *o, *next;
    size_t served = 0;
    for (int i = 0; i < 4; i++)
        if (pthread_create(&clients[i], NULL, client_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(clients[i], &result);
        served += (size_t)result;
    }
    printf("served %zu\n", served);
    HASH_ITER(hh, objects, o, next) {
        HASH_DEL(objects, o);
        free(o);
    }
    return 0;
}
