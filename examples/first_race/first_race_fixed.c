/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One thread writes a map while another reads it, as in first_race.c, but behind a lock. */
#include <inttypes.h>
#include <mapsan/maps/hmap.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct hmap *prices; /* article -> price; prices_lock guards it */
static pthread_mutex_t prices_lock = PTHREAD_MUTEX_INITIALIZER;

#define UPDATES 1000000
#define ARTICLES 10000

static void *update_prices(void *unused) {
    (void)unused;
    for (uint64_t i = 0; i < UPDATES; i++) {
        uint64_t article = i * 7919 % ARTICLES, price = i;
        pthread_mutex_lock(&prices_lock);
        if (i % 3 == 0)
            hmap_remove(prices, &article);
        else if (hmap_put(prices, &article, &price) < 0)
            abort();
        pthread_mutex_unlock(&prices_lock);
    }
    return NULL;
}

static void *serve_prices(void *unused) {
    uint64_t sum = 0;
    (void)unused;
    for (uint64_t i = 0; i < UPDATES; i++) {
        uint64_t article = i * 104729 % ARTICLES, price;
        pthread_mutex_lock(&prices_lock);
        if (hmap_get(prices, &article, &price))
            sum += price;
        pthread_mutex_unlock(&prices_lock);
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
