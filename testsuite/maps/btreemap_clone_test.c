/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Clones of btreemap against arrays: what happens to one tree is not seen in another, in any order
 * of writing, cloning and freeing, also when memory runs out half-way; readers of a clone run while
 * the original is written. Loading and removing ranges, at every size and several degrees.
 */
#include "driver.h"
#include "testing.h"

#include <mapsan/maps/btreemap.h>

#include <pthread.h>
#include <stdatomic.h>

MAPSAN_MAP_DEFINE(btreemap, words, MAPSAN_KEY_U64, uint64_t)

#define KEYS 300
#define TREES 4

struct tree {
    struct words *map;
    uint64_t values[KEYS]; /* 0: absent */
    uint64_t len;
};

static uint64_t state = 1;
static uint64_t chance(uint64_t bound) { return mapsan_random_next(&state) % bound; }

static _Atomic uint64_t calls, fail_at, live;

static void *allocate(void *context, size_t size, size_t alignment) {
    (void)context;
    if (atomic_fetch_add(&calls, 1) + 1 == atomic_load(&fail_at))
        return NULL;
    atomic_fetch_add(&live, 1);
    return mapsan_map_system_allocator.allocate(NULL, size, alignment);
}

static void release(void *context, void *memory, size_t size, size_t alignment) {
    (void)context;
    memset(memory, 0xdd, size);
    atomic_fetch_sub(&live, 1);
    mapsan_map_system_allocator.release(NULL, memory, size, alignment);
}

static const struct mapsan_map_allocator failing = {allocate, release, NULL};
static const struct mapsan_map_options options = {.allocator = &failing};

static void check_tree(struct tree *tree) {
    btreemap_drivers().list[0].verify(tree->map);
    CHECK(words_len(tree->map) == tree->len);
    for (uint64_t key = 0; key < KEYS; key++) {
        uint64_t value = 0;
        CHECK(words_get(tree->map, key, &value) == (tree->values[key] != 0));
        CHECK(value == tree->values[key]);
    }
}

static void set(struct tree *tree, uint64_t key, uint64_t value) {
    tree->len += (value != 0) - (uint64_t)(tree->values[key] != 0);
    tree->values[key] = value;
}

static enum mapsan_map_decision decide(void *context, const uint64_t *key, uint64_t *value,
                                       bool present) {
    uint64_t new = *(uint64_t *)context;
    (void)key, (void)present;
    *value = new != 0 ? new : *value;
    return new != 0 ? MAPSAN_UPDATE_STORE : MAPSAN_UPDATE_REMOVE;
}

/* Any of them may be refused for want of memory, and then has changed nothing. */
static void change(struct tree *tree) {
    uint64_t key = chance(KEYS), value = 1 + chance(1000000), nothing = 0, to = key + chance(40);
    uint64_t old = tree->values[key];
    switch (chance(7)) {
    case 0:
    case 1:
        if (words_put(tree->map, key, value) >= 0)
            set(tree, key, value);
        break;
    case 2:
        if (words_remove(tree->map, key) == MAPSAN_MAP_YES)
            set(tree, key, 0);
        break;
    case 3:
        if (words_update(tree->map, key, decide, &value) == MAPSAN_MAP_YES)
            set(tree, key, value);
        break;
    case 4:
        if (words_update(tree->map, key, decide, &nothing) == MAPSAN_MAP_YES)
            set(tree, key, 0);
        break;
    case 5:
        if (words_compare_and_swap(tree->map, key, old, value) == MAPSAN_MAP_YES)
            set(tree, key, value);
        break;
    default:
        if (chance(10) == 0 && words_remove_range(tree->map, &key, &to) == MAPSAN_MAP_YES)
            for (; key < to && key < KEYS; key++)
                set(tree, key, 0);
    }
}

static void scenario(uint32_t degree, unsigned steps, bool check_often) {
    static struct tree trees[TREES];
    memset(trees, 0, sizeof trees);
    state = degree;
    for (unsigned step = 0; step < steps; step++) {
        struct tree *tree = &trees[chance(TREES)], *from = &trees[chance(TREES)];
        if (tree->map == NULL) {
            struct words *clone = from->map != NULL ? words_clone(from->map) : words_new(&options);
            if (clone == NULL)
                continue;
            if (from->map != NULL)
                *tree = *from;
            else
                CHECK(btreemap_set_degree(&clone->map, degree));
            tree->map = clone;
        } else if (chance(150) == 0) {
            words_free(tree->map);
            memset(tree, 0, sizeof *tree);
        } else {
            change(tree);
        }
        if (check_often && tree->map != NULL && step % 16 == 0)
            check_tree(tree);
    }
    for (unsigned i = 0; i < TREES; i++) {
        if (trees[i].map != NULL)
            check_tree(&trees[i]);
        words_free(trees[i].map);
    }
    CHECK(atomic_load(&live) == 0);
}

static void clones_are_independent(void) {
    for (uint32_t degree = 2; degree < 20; degree += 3)
        scenario(degree, 8000, true);
}

static void survives_any_failure(void) {
    atomic_store(&calls, 0);
    scenario(2, 800, false);
    uint64_t all = atomic_load(&calls);
    for (uint64_t n = 1; n <= all; n++) {
        atomic_store(&calls, 0);
        atomic_store(&fail_at, n);
        scenario(2, 800, false);
    }
    atomic_store(&fail_at, 0);
}

static bool in_order(void *last, const uint64_t *key, const uint64_t *value) {
    CHECK(*key >= *(uint64_t *)last && *value == 1);
    *(uint64_t *)last = *key + 1;
    return true;
}

static void *read_clone(void *argument) {
    struct words *clone = argument;
    for (unsigned round = 0; round < 20; round++) {
        uint64_t last = 0, value;
        CHECK(words_each(clone, in_order, &last) && words_len(clone) == 2000);
        for (uint64_t key = 0; key < 2000; key++)
            CHECK(words_get(clone, key, &value) && value == 1);
    }
    words_free(clone);
    return NULL;
}

/* Each clone is read, written and freed by a thread of its own while the original is written. */
static void clones_are_read_meanwhile(void) {
    struct words *map = words_new(&options);
    pthread_t ids[8];
    for (uint64_t key = 0; key < 2000; key++)
        CHECK(words_put(map, key, 1) == 1);
    struct words *first = words_clone(map);
    for (unsigned i = 0; i < 8; i++) {
        struct words *clone = words_clone(first);
        CHECK(clone != NULL && pthread_create(&ids[i], NULL, read_clone, clone) == 0);
        for (uint64_t key = i; key < 2000; key += 3) {
            CHECK(words_put(map, key, 100 + i) >= 0);
            CHECK(words_remove(map, (key + 7) % 2000) >= 0);
        }
    }
    words_free(first);
    for (unsigned i = 0; i < 8; i++)
        CHECK(pthread_join(ids[i], NULL) == 0);
    words_free(map);
    CHECK(atomic_load(&live) == 0);
}

static void loads_every_size(void) {
    static uint64_t keys[KEYS], values[KEYS];
    for (uint64_t i = 0; i < KEYS; i++) {
        keys[i] = i;
        values[i] = i + 1;
    }
    for (uint32_t degree = 2; degree < 9; degree++) {
        for (uint64_t count = 0; count <= KEYS; count++) {
            struct tree tree = {.map = words_new(&options)};
            CHECK(btreemap_set_degree(&tree.map->map, degree));
            CHECK(words_load(tree.map, keys, values, count) == 1);
            for (uint64_t i = 0; i < count; i++)
                set(&tree, i, i + 1);
            check_tree(&tree);
            CHECK(count == 0 || words_load(tree.map, keys, values, count) == 0);
            words_free(tree.map);
        }
    }
    struct words *map = words_new(&options);
    uint64_t twice[] = {3, 3}, down[] = {4, 3};
    CHECK(words_load(map, twice, values, 2) == 0 && words_load(map, down, values, 2) == 0);
    CHECK(words_len(map) == 0 && words_remove_range(map, NULL, NULL) == 0);
    for (uint64_t n = 1; n < 12; n++) {
        atomic_store(&calls, 0);
        atomic_store(&fail_at, n);
        CHECK(words_load(map, keys, values, KEYS) == MAPSAN_MAP_NO_MEMORY ||
              words_len(map) == KEYS);
        atomic_store(&fail_at, 0);
        words_clear(map);
    }
    words_free(map);
    CHECK(atomic_load(&live) == 0);
}

int main(void) {
    test_context = "clones";
    clones_are_independent();
    survives_any_failure();
    clones_are_read_meanwhile();
    loads_every_size();
    return 0;
}
