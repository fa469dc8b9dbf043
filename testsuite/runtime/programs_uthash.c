/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A cache in uthash: everything is macros.
 */
#include "programs_scenarios.h"
#include <stdlib.h>
#include <uthash.h>

enum { ITEMS = 64 };

struct item {
    int id;
    int value;
    UT_hash_handle hh;
};

static struct {
    struct item *items;
} cache;

static struct item *new_item(int id) {
    struct item *item = calloc(1, sizeof *item);
    item->id = id;
    return item;
}

static void prepare(void) {
    for (int i = 0; i < ITEMS; i++) {
        struct item *item = new_item(i);
        HASH_ADD_INT(cache.items, id, item);
    }
}

/* Takes an element out and puts it back. */
static void move(int round) {
    int id = round % ITEMS;
    struct item *item;
    HASH_FIND_INT(cache.items, &id, item);
    if (item) {
        HASH_DEL(cache.items, item);
        HASH_ADD_INT(cache.items, id, item);
    }
}

static int by_id(struct item *a, struct item *b) { return a->id - b->id; }

static void sort(int round) {
    (void)round;
    HASH_SORT(cache.items, by_id);
}

static void find(int round) {
    int id = round % ITEMS;
    struct item *item;
    HASH_FIND_INT(cache.items, &id, item);
}

static void count(int round) {
    if (HASH_COUNT(cache.items) == (unsigned)round)
        cache.items->value++;
}

static void iterate(int round) {
    struct item *item, *next;
    HASH_ITER(hh, cache.items, item, next) {
        if (item->value < 0)
            continue;
        if (item->id == round)
            return;
    }
}

static void delete_while_iterating(int round) {
    struct item *item, *next;
    prepare();
    HASH_ITER(hh, cache.items, item, next) {
        if (item->id == round)
            break;
        HASH_DEL(cache.items, item);
        free(item);
    }
    HASH_ITER(hh, cache.items, item, next) {
        HASH_DELETE(hh, cache.items, item);
        free(item);
    }
}

static const struct scenario scenarios[] = {
    {"write-write", "concurrent map writes", prepare, sort, sort},
    {"read-write", "concurrent map read and map write", prepare, find, sort},
    {"count-write", "concurrent map read and map write", prepare, count, sort},
    {"iterate-write", "concurrent map iteration and map write", prepare, iterate, sort},
    {"read-read", NULL, prepare, find, find},
    {"iterate-read", NULL, prepare, iterate, find},
    {"delete-while-iterating", NULL, NULL, delete_while_iterating, NULL},
    {"move", NULL, prepare, move, NULL},
    {0},
};

int main(int argc, char **argv) { return scenario_main(argc, argv, scenarios); }
