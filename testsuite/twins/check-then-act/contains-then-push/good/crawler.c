/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=two atomic calls on a self-locking container are not one
/*
 * A crawler keeps the pages to fetch in a container that locks itself. Each fetcher asks whether a
 * page is queued and then queues it: two fetchers that found the same link queue it twice.
 */
#include "container.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct page {
    unsigned number;
};

static struct container *frontier;

static bool page_is(const void *item, const void *wanted) {
    return ((const struct page *)item)->number == *(const unsigned *)wanted;
}

static struct page *page_new(unsigned number) {
    struct page *p = malloc(sizeof(*p));
    if (p)
        p->number = number;
    return p;
}

static int found_link(unsigned number) {
    struct page *p;
    int queued = 0;

    container_lock(frontier);
    if (container_contains_nolock(frontier, page_is, &number))
        goto out;
    queued = -1;
    p = page_new(number);
    if (!p)
        goto out;
    if (container_push_nolock(frontier, p) != 0) {
        free(p);
        goto out;
    }
    queued = 1;
out:
    container_unlock(frontier);
    return queued;
}

static void *fetcher(void *arg) {
    unsigned seed = *(unsigned *)arg;
    unsigned fetched = 0;
    for (int i = 0; i < 1000; i++) {
        struct page *p = container_pop(frontier);
        unsigned number = p ? p->number : seed;
        free(p);
        fetched += p != NULL;
        for (unsigned link = 1; link < 4; link++)
            found_link((number * link + (unsigned)i) % 50);
    }
    return (void *)(size_t)fetched;
}

int main(void) {
    pthread_t threads[3];
    unsigned seeds[3] = {3, 14, 15};
    struct page *p;

    frontier = container_new();
    if (!frontier)
        return 1;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, fetcher, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *fetched;
        pthread_join(threads[i], &fetched);
        printf("%zu fetched\n", (size_t)fetched);
    }
    while ((p = container_pop(frontier)))
        free(p);
    container_free(frontier);
    return 0;
}
