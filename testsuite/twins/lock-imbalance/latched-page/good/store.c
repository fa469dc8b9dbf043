/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "pages.h"
#include <errno.h>
#include <stdio.h>

int store_put(uint32_t number, unsigned slot, uint32_t value) {
    struct page *page;
    if (slot >= 32)
        return -EINVAL;
    page = page_acquire(number);
    if (!page)
        return -ENOMEM;
    page->words[slot] = value;
    page->checksum = page_sum(page);
    page_release(page);
    return 0;
}

int store_get(uint32_t number, unsigned slot, uint32_t *value) {
    struct page *page;
    if (slot >= 32)
        return -EINVAL;
    page = page_acquire(number);
    if (!page)
        return -ENOMEM;
    if (page->checksum != page_sum(page)) {
        fprintf(stderr, "page %u: bad checksum\n", (unsigned)number);
        page_release(page);
        return -EIO;
    }
    *value = page->words[slot];
    page_release(page);
    return 0;
}

static void *client_main(void *arg) {
    uint32_t base = *(uint32_t *)arg, value;
    size_t errors = 0;
    for (uint32_t i = 0; i < 500; i++) {
        if (store_put(base + i % 9, i % 32, i) != 0)
            errors++;
        if (store_get(base + i % 7, i % 32, &value) != 0)
            errors++;
    }
    return (void *)errors;
}

int main(void) {
    pthread_t clients[3];
    uint32_t bases[3] = {0, 4, 8};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&clients[i], NULL, client_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *errors;
        pthread_join(clients[i], &errors);
        printf("client %d: %zu errors\n", i, (size_t)errors);
    }
    pages_drop_all();
    return 0;
}
