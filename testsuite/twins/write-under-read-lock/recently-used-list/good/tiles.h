/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef TILES_H
#define TILES_H

#include <pthread.h>
#include <stddef.h>

struct list_head {
    struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *list) { list->next = list->prev = list; }

static inline void list_add(struct list_head *entry, struct list_head *head) {
    entry->next = head->next;
    entry->prev = head;
    head->next->prev = entry;
    head->next = entry;
}

static inline void list_del(struct list_head *entry) {
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
}

static inline void list_move(struct list_head *entry, struct list_head *head) {
    list_del(entry);
    list_add(entry, head);
}

#define list_entry(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define list_for_each_entry(pos, head, member)                                                     \
    for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head);         \
         pos = list_entry(pos->member.next, __typeof__(*pos), member))

struct tile {
    struct list_head lru;
    unsigned key;
    unsigned char pixels[32];
};

struct tile_cache {
    pthread_rwlock_t rwlock;
    struct list_head lru;
    unsigned count, limit;
};

void tile_cache_init(struct tile_cache *cache, unsigned limit);
void tile_cache_clear(struct tile_cache *cache);
int tile_cache_get(struct tile_cache *cache, unsigned key, unsigned char *pixels);
int tile_cache_put(struct tile_cache *cache, unsigned key, const unsigned char *pixels);

#endif
