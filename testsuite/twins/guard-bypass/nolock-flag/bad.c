/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a flag tells the lookup not to lock; one caller sets it without
// holding the lock
/*
 * Container of a media switch with search flags. OBJ_NOLOCK says that the caller has the container locked. The
 * destroy of a bridge sets it, and has not.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBJ_NOLOCK (1 << 0)
#define OBJ_UNLINK (1 << 1)

struct bridge {
    struct bridge *next;
    char name[16];
    int members;
};

struct container {
    pthread_mutex_t lock;
    struct bridge *first;
    int count;
};

static struct container bridges = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct bridge *container_find(struct container *c, const char *name, int flags) {
    struct bridge **link, *b;

    if (!(flags & OBJ_NOLOCK))
        pthread_mutex_lock(&c->lock);
    for (link = &c->first; (b = *link); link = &b->next) // BAD(guard-bypass,unlocked-access)
        if (strcmp(b->name, name) == 0)
            break;
    if (b && (flags & OBJ_UNLINK)) {
        *link = b->next; // BAD(guard-bypass,unlocked-access)
        c->count--; // BAD(guard-bypass,unlocked-access)
    }
    if (!(flags & OBJ_NOLOCK))
        pthread_mutex_unlock(&c->lock);
    return b;
}

static int bridge_join(const char *name) {
    struct bridge *b;
    int members = 0;
    pthread_mutex_lock(&bridges.lock);
    b = container_find(&bridges, name, OBJ_NOLOCK);
    if (!b && (b = calloc(1, sizeof(*b)))) {
        snprintf(b->name, sizeof(b->name), "%s", name);
        b->next = bridges.first;
        bridges.first = b;
        bridges.count++;
    }
    if (b)
        members = ++b->members;
    pthread_mutex_unlock(&bridges.lock);
    return members;
}

static int bridge_destroy(const char *name) {
    struct bridge *b = container_find(&bridges, name, OBJ_NOLOCK | OBJ_UNLINK); // BAD(guard-bypass,unlocked-access)
    int members = b ? b->members : 0;
    free(b);
    return members;
}

static int bridge_count(void) {
    pthread_mutex_lock(&bridges.lock);
    int count = bridges.count;
    pthread_mutex_unlock(&bridges.lock);
    return count;
}

static void *call_main(void *arg) {
    int base = *(int *)arg;
    long members = 0;
    for (int i = 0; i < 2000; i++) {
        char name[16];
        snprintf(name, sizeof(name), "conf-%d", (base + i) % 9);
        members += bridge_join(name);
        if (i % 4 == 0)
            members -= bridge_destroy(name);
    }
    return (void *)members;
}

int main(void) {
    pthread_t calls[3];
    int bases[3] = {0, 3, 6};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&calls[i], NULL, call_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(calls[i], NULL);
    printf("%d bridges\n", bridge_count());
    while (bridges.first)
        bridge_destroy(bridges.first->name);
    return 0;
}
