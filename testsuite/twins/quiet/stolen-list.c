/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=whole list taken under the lock and processed after it;
// container_of lists
/*
 * Correct: the flusher moves all dirty buffers to a list of its own under the lock and works on
 * them afterwards; they belong to it then. Removal from within a _safe loop is under the lock.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next, *prev;
};

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

struct dirty {
    unsigned block;
    unsigned tries;
    struct node link;
};

static struct node dirty_list = {&dirty_list, &dirty_list};
static pthread_mutex_t dirty_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned dirty_count;
static atomic_uint written;

static void node_init(struct node *n) { n->next = n->prev = n; }

static void node_insert(struct node *n, struct node *before) {
    n->next = before;
    n->prev = before->prev;
    before->prev->next = n;
    before->prev = n;
}

static void node_remove(struct node *n) {
    n->prev->next = n->next;
    n->next->prev = n->prev;
    node_init(n);
}

static void list_splice(struct node *from, struct node *to) {
    if (from->next == from)
        return;
    to->next = from->next;
    to->prev = from->prev;
    to->next->prev = to;
    to->prev->next = to;
    node_init(from);
}

static int dirty_add(unsigned block) {
    struct dirty *d = calloc(1, sizeof(*d));
    if (!d)
        return -1;
    d->block = block;
    pthread_mutex_lock(&dirty_lock);
    node_insert(&d->link, &dirty_list);
    dirty_count++;
    pthread_mutex_unlock(&dirty_lock);
    return 0;
}

static unsigned dirty_flush(void) {
    struct node batch;
    unsigned count = 0;
    node_init(&batch);
    pthread_mutex_lock(&dirty_lock);
    list_splice(&dirty_list, &batch);
    dirty_count = 0;
    pthread_mutex_unlock(&dirty_lock);
    while (batch.next != &batch) {
        struct dirty *d = container_of(batch.next, struct dirty, link);
        node_remove(&d->link);
        d->tries++;
        free(d);
        count++;
    }
    atomic_fetch_add(&written, count);
    return count;
}

static unsigned dirty_discard(unsigned first, unsigned last) {
    unsigned discarded = 0;
    pthread_mutex_lock(&dirty_lock);
    for (struct node *n = dirty_list.next, *next; n != &dirty_list; n = next) {
        struct dirty *d = container_of(n, struct dirty, link);
        next = n->next;
        if (d->block < first || d->block > last)
            continue;
        node_remove(n);
        dirty_count--;
        free(d);
        discarded++;
    }
    pthread_mutex_unlock(&dirty_lock);
    return discarded;
}

static void *writer_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    size_t discarded = 0;
    for (unsigned i = 0; i < 400; i++) {
        if (dirty_add(base + i) != 0)
            break;
        if (i % 50 == 49)
            discarded += dirty_discard(base + i - 5, base + i);
    }
    return (void *)discarded;
}

static void *flusher_main(void *arg) {
    int rounds = *(int *)arg;
    while (rounds-- > 0)
        dirty_flush();
    return NULL;
}

int main(void) {
    pthread_t writers[2], flusher;
    unsigned bases[2] = {0, 1000};
    int rounds = 50;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&writers[i], NULL, writer_main, &bases[i]) != 0)
            return 1;
    if (pthread_create(&flusher, NULL, flusher_main, &rounds) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(writers[i], NULL);
    pthread_join(flusher, NULL);
    dirty_flush();
    printf("%u written, %u left\n", atomic_load(&written), dirty_count);
    return 0;
}
