/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=intrusive list macros, list_for_each_entry
/*
 * A daemon links its connections on an intrusive list under conns_lock. Accepting and closing
 * take the lock; the thread that answers the statistics request walks the list without it. Here
 * the walk is done under the lock.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct list_head {
    struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) {&(name), &(name)}
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define list_for_each_entry(pos, head, member)                                                     \
    for (pos = container_of((head)->next, __typeof__(*pos), member); &pos->member != (head);       \
         pos = container_of(pos->member.next, __typeof__(*pos), member))

static inline void list_add_tail(struct list_head *item, struct list_head *head) {
    item->prev = head->prev;
    item->next = head;
    head->prev->next = item;
    head->prev = item;
}

static inline void list_del(struct list_head *item) {
    item->prev->next = item->next;
    item->next->prev = item->prev;
    item->next = item->prev = NULL;
}

struct connection {
    struct list_head node;
    int fd;
    unsigned long received;
};

static struct list_head conns = LIST_HEAD_INIT(conns);
static pthread_mutex_t conns_lock = PTHREAD_MUTEX_INITIALIZER;
static const int verbose = 0;

static struct connection *connection_accept(int fd) {
    struct connection *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->fd = fd;
    pthread_mutex_lock(&conns_lock);
    list_add_tail(&c->node, &conns);
    pthread_mutex_unlock(&conns_lock);
    if (verbose)
        printf("accepted %d\n", fd);
    return c;
}

static void connection_close(struct connection *c) {
    pthread_mutex_lock(&conns_lock);
    list_del(&c->node);
    pthread_mutex_unlock(&conns_lock);
    free(c);
}

static void connection_data(struct connection *c, unsigned long bytes) {
    pthread_mutex_lock(&conns_lock);
    c->received += bytes;
    pthread_mutex_unlock(&conns_lock);
}

static unsigned stats_connections(unsigned long *bytes) {
    struct connection *c;
    unsigned count = 0;
    *bytes = 0;
    pthread_mutex_lock(&conns_lock);
    list_for_each_entry(c, &conns, node) {
        count++;
        *bytes += c->received;
    }
    pthread_mutex_unlock(&conns_lock);
    return count;
}

static void *stats_main(void *arg) {
    unsigned long bytes, peak = 0;
    (void)arg;
    for (int i = 0; i < 50; i++) {
        stats_connections(&bytes);
        if (bytes > peak)
            peak = bytes;
    }
    return (void *)peak;
}

static void *accept_main(void *arg) {
    int base = *(int *)arg;
    for (int i = 0; i < 300; i++) {
        struct connection *c = connection_accept(base + i);
        if (!c)
            break;
        connection_data(c, 100);
        connection_close(c);
    }
    return NULL;
}

int main(void) {
    pthread_t stats, acceptor;
    int first_fd = 10;
    void *peak;
    if (pthread_create(&acceptor, NULL, accept_main, &first_fd) != 0)
        return 1;
    if (pthread_create(&stats, NULL, stats_main, NULL) != 0)
        return 1;
    pthread_join(acceptor, NULL);
    pthread_join(stats, &peak);
    printf("peak %lu bytes\n", (unsigned long)peak);
    return 0;
}
