/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=pointer into a growing array kept over the
// unlock; the array moves
/*
 * Descriptor table of an event library. fd_get() returns a pointer into the array, the caller takes
 * the lock again to use it, and the array may have been moved by realloc() in between.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fd_entry {
    int fd;
    unsigned events;
    unsigned long fired;
};

struct fd_table {
    pthread_mutex_t lock;
    struct fd_entry *entries;
    int count, allocated;
};

static struct fd_table table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct fd_entry *fd_entry_at(struct fd_table *t, int fd) {
    for (int i = 0; i < t->count; i++)
        if (t->entries[i].fd == fd)
            return &t->entries[i];
    return NULL;
}

static bool fd_add(struct fd_table *t, int fd, unsigned events) {
    bool added = false;

    pthread_mutex_lock(&t->lock);
    if (fd_entry_at(t, fd))
        goto out;
    if (t->count == t->allocated) {
        int want = t->allocated ? t->allocated * 2 : 4;
        struct fd_entry *bigger = realloc(t->entries, (size_t)want * sizeof(*bigger));
        if (!bigger)
            goto out;
        t->entries = bigger;
        t->allocated = want;
    }
    t->entries[t->count++] = (struct fd_entry){.fd = fd, .events = events};
    added = true;
out:
    pthread_mutex_unlock(&t->lock);
    return added;
}

static struct fd_entry *fd_get(struct fd_table *t, int fd) {
    struct fd_entry *e;
    pthread_mutex_lock(&t->lock);
    e = fd_entry_at(t, fd);
    pthread_mutex_unlock(&t->lock);
    return e; // BAD(escaping-reference)
}

static bool fd_fire(struct fd_table *t, int fd, unsigned events) {
    struct fd_entry *e = fd_get(t, fd);
    bool wanted = false;

    if (!e)
        return false;
    pthread_mutex_lock(&t->lock);
    if (e->events & events) { // BAD(escaping-reference,check-then-act)
        e->fired++; // BAD(escaping-reference,check-then-act)
        wanted = true;
    }
    pthread_mutex_unlock(&t->lock);
    return wanted;
}

static void *dispatcher(void *arg) {
    unsigned long wanted = 0;
    (void)arg;
    for (int i = 0; i < 4000; i++)
        wanted += fd_fire(&table, i % 60, 1u << i % 3);
    return (void *)wanted;
}

static void *acceptor(void *arg) {
    unsigned long added = 0;
    (void)arg;
    for (int i = 0; i < 2000; i++)
        added += fd_add(&table, i % 200, (unsigned)i % 7 + 1);
    return (void *)added;
}

int main(void) {
    pthread_t threads[2];
    void *wanted, *added;

    if (pthread_create(&threads[0], NULL, dispatcher, NULL) || pthread_create(&threads[1], NULL, acceptor, NULL))
        return 1;
    pthread_join(threads[0], &wanted);
    pthread_join(threads[1], &added);
    printf("%lu fired, %lu added\n", (unsigned long)wanted, (unsigned long)added);
    free(table.entries);
    return 0;
}
