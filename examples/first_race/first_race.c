/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The bug with which it all starts: one thread writes a map while another reads it. Go's run time
 * stops such a program ("concurrent map read and map write"); C lets it go on with whatever the
 * reader found in a table that was just being moved. first_race_fixed.c has a lock.
 */
#include <inttypes.h>
#include <mapsan/maps/hmap.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct hmap *prices; /* article -> price */

#define UPDATES 1000000
#define ARTICLES 10000

static void *update_prices(void *unused) {
    (void)unused;
    for (uint64_t i = 0; i < UPDATES; i++) {
        uint64_t article = i * 7919 % ARTICLES, price = i;
        if (i % 3 == 0)
            hmap_remove(prices, &article);
        else if (hmap_put(prices, &article, &price) < 0)
            abort();
    }
    return NULL;
}

static void *serve_prices(void *unused) {
    uint64_t sum = 0;
    (void)unused;
    for (uint64_t i = 0; i < UPDATES; i++) {
        uint64_t article = i * 104729 % ARTICLES, price;
        if (hmap_get(prices, &article, &price))
            sum += price;
    }
    printf("sum of the prices seen: %" PRIu64 "\n", sum);
    return NULL;
}

int main(void) {
    struct mapsan_map_type words =
        mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), _Alignof(uint64_t));
    pthread_t updater, server;

    prices = hmap_new(&words, NULL);
    if (!prices || pthread_create(&updater, NULL, update_prices, NULL) != 0 ||
        pthread_create(&server, NULL, serve_prices, NULL) != 0)
        abort();
    pthread_join(updater, NULL);
    pthread_join(server, NULL);
    hmap_free(prices);
    return 0;
}
