/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * uthash in every position that C allows. Must print the same with and without the instrumentation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct item {
    int id, value;
    char name[8];
    UT_hash_handle hh, by_name;
};

struct owner {
    struct item *items;
};

static struct item *users, *selected;
static struct owner the_owner;
static int calls;

static struct item *new_item(int id) {
    struct item *item = calloc(1, sizeof *item);
    item->id = id;
    item->value = id * id;
    snprintf(item->name, sizeof item->name, "n%d", id);
    return item;
}

static struct owner *owner(void) {
    calls++;
    return &the_owner;
}

#define FIND_USER(number, out) HASH_FIND_INT(users, &number, out)

/* Every way out of a loop. */
static int leave(int id) {
    struct item *item, *next;
    HASH_ITER(hh, users, item, next) {
        if (item->id == id)
            return item->value;
        if (item->id == 1)
            continue;
        if (item->id > 100)
            break;
        if (item->id == id - 1000)
            goto out;
    }
    return -1;
out:
    return -2;
}

static struct item *find(struct item *head, int id) {
    struct item *item;
    HASH_FIND_INT(head, &id, item);
    return item;
}

static void add(struct item **head, struct item *item) {
    HASH_ADD(hh, *head, id, sizeof(int), item);
}

static int by_id(struct item *a, struct item *b) { return a->id - b->id; }

static int is_odd(void *item) { return ((struct item *)item)->id % 2; }

int main(void) {
    struct item *item, *next, *old;
    for (int i = 0; i < 20; i++)
        if (item = new_item(19 - i), i & 1)
            HASH_ADD_INT(users, id, item);
        else
            add(&users, item);
    int seven = 7;
    FIND_USER(seven, item);
    printf("%d %d\n", item->value, find(users, 8)->value);
    printf("%d %d %d\n", leave(5), leave(500), leave(1009));
    HASH_SORT(users, by_id);
    switch (HASH_COUNT(users)) {
    case 20:
        HASH_FIND_INT(users, &seven, item);
        break;
    default:
        item = NULL;
    }
    printf("%d\n", item ? item->id : -1);
    HASH_SELECT(by_name, selected, hh, users, is_odd);
    printf("%u %d\n", HASH_CNT(by_name, selected), HASH_OVERHEAD(hh, users) > 0);
    HASH_ITER(by_name, selected, item, next)
    printf("%s ", item->name);
    HASH_CLEAR(by_name, selected);
    HASH_ITER(hh, users, item, next)
    if (item->id % 3) {
        HASH_DEL(users, item);
        free(item);
    } else
        for (int i = 0; i < 2; i++)
            printf("%d ", item->id + i);
    item = new_item(9);
    item->value = 1;
    HASH_REPLACE_INT(users, id, item, old);
    printf("\n%d\n", old ? old->value : -1);
    free(old);
    item = new_item(1);
    HASH_ADD_INT(owner()->items, id, item);
    int before = calls;
    unsigned count = HASH_COUNT(owner()->items);
    printf("%u %d\n", count, calls > before);
    do {
        HASH_DEL(users, users);
    } while (HASH_COUNT(users) > 2 || HASH_COUNT(users) == 100);
    HASH_ITER(hh, users, item, next) {
        printf("%d ", item->id);
        HASH_DELETE(hh, users, item);
        free(item);
    }
    HASH_CLEAR(hh, the_owner.items);
    printf("%d %d\n", users == NULL, the_owner.items == NULL);
    return 0;
}
