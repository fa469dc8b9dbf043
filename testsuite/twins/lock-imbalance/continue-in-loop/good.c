/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=uthash+pthread, note=continue with the lock held, locked again
/*
 * A crawler's frontier locks per URL in a loop. A URL that was seen already is skipped with
 * continue before the unlock, and the next turn of the loop locks the same mutex again. Here the
 * branch unlocks before continue.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct page {
    char url[64];
    unsigned depth;
    UT_hash_handle hh;
};

struct frontier {
    pthread_mutex_t mutex;
    struct page *seen;
    unsigned limit;
    atomic_uint skipped;
};

struct batch {
    struct frontier *frontier;
    const char *host;
    unsigned added;
};

static struct page *page_new(const char *host, unsigned number) {
    struct page *p = calloc(1, sizeof(*p));
    if (p)
        snprintf(p->url, sizeof(p->url), "http://%s/%u", host, number);
    return p;
}

static unsigned frontier_add_links(struct frontier *f, const char *host, unsigned from,
                                   unsigned to) {
    unsigned added = 0;
    for (unsigned n = from; n < to; n++) {
        struct page *known, *p = page_new(host, n);
        if (!p)
            continue;
        pthread_mutex_lock(&f->mutex);
        HASH_FIND_STR(f->seen, p->url, known);
        if (known) {
            pthread_mutex_unlock(&f->mutex);
            atomic_fetch_add(&f->skipped, 1);
            free(p);
            continue;
        }
        if (HASH_COUNT(f->seen) >= f->limit) {
            pthread_mutex_unlock(&f->mutex);
            free(p);
            break;
        }
        HASH_ADD_STR(f->seen, url, p);
        added++;
        pthread_mutex_unlock(&f->mutex);
    }
    return added;
}

static void *crawler_main(void *arg) {
    struct batch *b = arg;
    for (unsigned n = 0; n < 100; n += 10)
        b->added += frontier_add_links(b->frontier, b->host, n, n + 15);
    return NULL;
}

static void frontier_clear(struct frontier *f) {
    struct page *p, *next;
    HASH_ITER(hh, f->seen, p, next) {
        HASH_DEL(f->seen, p);
        free(p);
    }
}

int main(void) {
    static struct frontier frontier = {.mutex = PTHREAD_MUTEX_INITIALIZER, .limit = 1000};
    struct batch batches[2] = {{&frontier, "one.example", 0}, {&frontier, "two.example", 0}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, crawler_main, &batches[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        printf("%s: %u pages\n", batches[i].host, batches[i].added);
    }
    printf("%u skipped\n", atomic_load(&frontier.skipped));
    frontier_clear(&frontier);
    return 0;
}
