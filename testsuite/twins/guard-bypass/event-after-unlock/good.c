/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=the critical section ends one statement too early
/*
 * Playlist of a media player: items in an array under the playlist's lock, taken by macros over two
 * layers. After the removal the function unlocks to notify listeners, and then still adjusts the
 * current index.
 */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    pthread_mutex_t handle;
} mp_mutex_t;

static inline void mp_mutex_lock(mp_mutex_t *m) {
    int val = pthread_mutex_lock(&m->handle);
    assert(val == 0);
    (void)val;
}

static inline void mp_mutex_unlock(mp_mutex_t *m) {
    int val = pthread_mutex_unlock(&m->handle);
    assert(val == 0);
    (void)val;
}

struct playlist_item {
    int id;
    char uri[40];
};

typedef struct playlist {
    mp_mutex_t lock;
    struct playlist_item *items;
    size_t size, alloc;
    size_t current;
    int next_id;
    void (*on_changed)(struct playlist *, void *);
    void *opaque;
} playlist_t;

#define PL_LOCK mp_mutex_lock(&p_playlist->lock)
#define PL_UNLOCK mp_mutex_unlock(&p_playlist->lock)

static int playlist_Append(playlist_t *p_playlist, const char *uri) {
    int id = -1;
    PL_LOCK;
    if (p_playlist->size == p_playlist->alloc) {
        size_t alloc = p_playlist->alloc ? p_playlist->alloc * 2 : 8;
        struct playlist_item *items = realloc(p_playlist->items, alloc * sizeof(*items));
        if (!items)
            goto out;
        p_playlist->items = items;
        p_playlist->alloc = alloc;
    }
    struct playlist_item *item = &p_playlist->items[p_playlist->size++];
    item->id = id = p_playlist->next_id++;
    snprintf(item->uri, sizeof(item->uri), "%s", uri);
out:
    PL_UNLOCK;
    return id;
}

static int playlist_Remove(playlist_t *p_playlist, int id) {
    size_t i;

    PL_LOCK;
    for (i = 0; i < p_playlist->size; i++)
        if (p_playlist->items[i].id == id)
            break;
    if (i == p_playlist->size) {
        PL_UNLOCK;
        return -1;
    }
    memmove(&p_playlist->items[i], &p_playlist->items[i + 1],
            (p_playlist->size - i - 1) * sizeof(p_playlist->items[0]));
    p_playlist->size--;
    if (p_playlist->current > i)
        p_playlist->current--;
    PL_UNLOCK;

    p_playlist->on_changed(p_playlist, p_playlist->opaque);
    return 0;
}

static int playlist_Next(playlist_t *p_playlist) {
    int id = -1;
    PL_LOCK;
    if (p_playlist->size > 0) {
        p_playlist->current = (p_playlist->current + 1) % p_playlist->size;
        id = p_playlist->items[p_playlist->current].id;
    }
    PL_UNLOCK;
    return id;
}

static size_t playlist_Position(playlist_t *p_playlist) {
    PL_LOCK;
    size_t current = p_playlist->current;
    PL_UNLOCK;
    return current;
}

static void changed(playlist_t *p_playlist, void *opaque) {
    unsigned *events = opaque;
    __atomic_fetch_add(events, 1, __ATOMIC_RELAXED);
    (void)p_playlist;
}

static void *player(void *data) {
    playlist_t *p_playlist = data;
    long played = 0;
    for (int i = 0; i < 3000; i++)
        played += playlist_Next(p_playlist) >= 0;
    return (void *)played;
}

static void *interface(void *data) {
    playlist_t *p_playlist = data;
    for (int i = 0; i < 800; i++) {
        char uri[32];
        snprintf(uri, sizeof(uri), "file:///music/%d.ogg", i);
        int id = playlist_Append(p_playlist, uri);
        if (i % 2)
            playlist_Remove(p_playlist, id / 2);
    }
    return NULL;
}

int main(void) {
    static unsigned events;
    static playlist_t pl = {.lock = {PTHREAD_MUTEX_INITIALIZER}, .on_changed = changed, .opaque = &events};
    pthread_t a, b;
    void *played;

    if (pthread_create(&a, NULL, player, &pl) || pthread_create(&b, NULL, interface, &pl))
        return 1;
    pthread_join(b, NULL);
    printf("at %zu\n", playlist_Position(&pl));
    pthread_join(a, &played);
    printf("%ld played, %u events\n", (long)played, events);
    free(pl.items);
    return 0;
}
