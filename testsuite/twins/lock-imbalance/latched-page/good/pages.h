/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef PAGES_H
#define PAGES_H
#include <pthread.h>
#include <stdint.h>

struct page {
    struct page *next;
    pthread_mutex_t latch;
    uint32_t number;
    uint32_t checksum;
    uint32_t words[32];
};

struct page *page_acquire(uint32_t number); /* latched, or NULL */
void page_release(struct page *page);
uint32_t page_sum(const struct page *page);
void pages_drop_all(void);

int store_put(uint32_t page, unsigned slot, uint32_t value);
int store_get(uint32_t page, unsigned slot, uint32_t *value);
#endif
