/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=pthread, note=list_for_each_entry with a helper that
// unlinks and frees
/*
 * A lock manager releases the waiters of a client in a list_for_each_entry loop. The helper
 * called in the loop unlinks and frees the entry, and the loop then steps from the freed entry.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct list_head {
    struct list_head *next, *prev;
};

#define LIST_HEAD(name) struct list_head name = {&(name), &(name)}
#define list_entry(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define list_for_each_entry(pos, head, member)                                                     \
    for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head);         \
         pos = list_entry(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_safe(pos, n, head, member)                                             \
    for (pos = list_entry((head)->next, __typeof__(*pos), member),                                 \
        n = list_entry(pos->member.next, __typeof__(*pos), member);                                \
         &pos->member != (head); pos = n, n = list_entry(n->member.next, __typeof__(*n), member))

static inline void list_add(struct list_head *item, struct list_head *head) {
    item->next = head->next;
    item->prev = head;
    head->next->prev = item;
    head->next = item;
}

static inline void list_del(struct list_head *item) {
    item->prev->next = item->next;
    item->next->prev = item->prev;
}

struct waiter {
    struct list_head link;
    int client;
    int mode;
};

static LIST_HEAD(waiters);
static unsigned waiter_count;
static pthread_mutex_t waiters_mutex = PTHREAD_MUTEX_INITIALIZER;

static int waiter_add(int client, int mode) {
    struct waiter *w = malloc(sizeof(*w));
    if (!w)
        return -1;
    w->client = client;
    w->mode = mode;
    pthread_mutex_lock(&waiters_mutex);
    list_add(&w->link, &waiters);
    waiter_count++;
    pthread_mutex_unlock(&waiters_mutex);
    return 0;
}

static void waiter_grant(struct waiter *w) {
    list_del(&w->link);
    waiter_count--;
    free(w);
}

static unsigned client_gone(int client) {
    struct waiter *w;
    unsigned dropped = 0;
    pthread_mutex_lock(&waiters_mutex);
    list_for_each_entry(w, &waiters, link) { // BAD(iterator-invalidated)
        if (w->client != client)
            continue;
        waiter_grant(w); // BAD(iterator-invalidated)
        dropped++;
    }
    pthread_mutex_unlock(&waiters_mutex);
    return dropped;
}

static int grant_one(int mode) {
    struct waiter *w;
    int client = -1;
    pthread_mutex_lock(&waiters_mutex);
    list_for_each_entry(w, &waiters, link) {
        if (w->mode == mode) {
            client = w->client;
            waiter_grant(w);
            break;
        }
    }
    pthread_mutex_unlock(&waiters_mutex);
    return client;
}

static void *client_main(void *arg) {
    int client = *(int *)arg;
    size_t granted = 0;
    for (int i = 0; i < 100; i++) {
        if (waiter_add(client, i % 3) != 0)
            break;
        if (i % 2)
            granted += grant_one(i % 3) >= 0;
    }
    if (granted > 1000)
        client_gone(client);
    return (void *)granted;
}

int main(void) {
    pthread_t threads[2];
    int clients[2] = {1, 2};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, client_main, &clients[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%u waiting\n", waiter_count);
    while (grant_one(0) >= 0 || grant_one(1) >= 0 || grant_one(2) >= 0)
        ;
    return 0;
}
