/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=find returns the element latched; one caller
// forgets to release it
/*
 * A small database's page cache returns pages with their latch held. The caller gives it back
 * with page_release, except on the path where the checksum is wrong.
 */
#include "pages.h"
#include <stdlib.h>

#define PAGE_BUCKETS 16

static struct page *pages[PAGE_BUCKETS];
static pthread_mutex_t pages_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct page *page_create(uint32_t number) {
    struct page *page = calloc(1, sizeof(*page));
    if (!page)
        return NULL;
    if (pthread_mutex_init(&page->latch, NULL) != 0) {
        free(page);
        return NULL;
    }
    page->number = number;
    page->checksum = page_sum(page);
    return page;
}

struct page *page_acquire(uint32_t number) {
    struct page *page;
    pthread_mutex_lock(&pages_mutex);
    for (page = pages[number % PAGE_BUCKETS]; page; page = page->next)
        if (page->number == number)
            break;
    if (!page && (page = page_create(number)) != NULL) {
        page->next = pages[number % PAGE_BUCKETS];
        pages[number % PAGE_BUCKETS] = page;
    }
    pthread_mutex_unlock(&pages_mutex);
    if (page)
        pthread_mutex_lock(&page->latch); /* pages live until pages_drop_all */
    return page;
}

void page_release(struct page *page) { pthread_mutex_unlock(&page->latch); }

uint32_t page_sum(const struct page *page) {
    uint32_t sum = page->number;
    for (unsigned i = 0; i < 32; i++)
        sum = sum * 31 + page->words[i];
    return sum;
}

void pages_drop_all(void) {
    for (unsigned b = 0; b < PAGE_BUCKETS; b++) {
        while (pages[b]) {
            struct page *page = pages[b];
            pages[b] = page->next;
            pthread_mutex_destroy(&page->latch);
            free(page);
        }
    }
}
