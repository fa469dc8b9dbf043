/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "tiles.h"

#include <stdio.h>
#include <string.h>

static struct tile_cache cache;

static void *render_thread(void *arg) {
    unsigned key = *(unsigned *)arg, sum = 0;
    for (unsigned i = 0; i < 4000; i++) {
        unsigned char pixels[32];
        key = key * 69069u + 1u;
        if (!tile_cache_get(&cache, key >> 26, pixels)) {
            memset(pixels, (int)(key >> 26), sizeof(pixels));
            tile_cache_put(&cache, key >> 26, pixels);
        }
        sum += pixels[i % 32];
    }
    printf("%u\n", sum);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    unsigned keys[3] = {1, 77, 4242};

    tile_cache_init(&cache, 40);
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, render_thread, &keys[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    tile_cache_clear(&cache);
    return 0;
}
