/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=the count of an append-only array is raised before the slot
// is filled; readers take no lock
/*
 * Codec registry of a player: append-only, readers scan up to the count without a lock. The writer raises the
 * count first. The fix fills the slot and then stores the count with release order; readers load with acquire.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define CODECS 64

struct codec {
    const char *name;
    int (*decode)(int);
    unsigned fourcc;
};

static struct codec codecs[CODECS];
static atomic_uint codec_count;
static pthread_mutex_t register_mutex = PTHREAD_MUTEX_INITIALIZER;

static int decode_copy(int v) { return v; }
static int decode_invert(int v) { return ~v; }

static int codec_register(const char *name, unsigned fourcc, int (*decode)(int)) {
    unsigned n;
    pthread_mutex_lock(&register_mutex);
    n = atomic_load_explicit(&codec_count, memory_order_relaxed);
    if (n == CODECS) {
        pthread_mutex_unlock(&register_mutex);
        return -1;
    }
    codecs[n].name = name;
    codecs[n].decode = decode;
    codecs[n].fourcc = fourcc;
    atomic_store_explicit(&codec_count, n + 1, memory_order_release);
    pthread_mutex_unlock(&register_mutex);
    return (int)n;
}

static const struct codec *codec_find(unsigned fourcc) {
    unsigned n = atomic_load_explicit(&codec_count, memory_order_acquire);
    for (unsigned i = 0; i < n; i++)
        if (codecs[i].fourcc == fourcc)
            return &codecs[i];
    return NULL;
}

static void *play_main(void *arg) {
    int sum = *(int *)arg;
    for (unsigned i = 0; i < 20000; i++) {
        const struct codec *c = codec_find(i % 70);
        if (c)
            sum += c->decode((int)strlen(c->name));
    }
    printf("%d\n", sum != 0);
    return NULL;
}

static void *load_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    for (unsigned i = 0; i < 30; i++)
        codec_register(i % 2 ? "pcm" : "adpcm", base + i, i % 2 ? decode_copy : decode_invert);
    return NULL;
}

int main(void) {
    pthread_t players[2], loaders[2];
    int seeds[2] = {1, 2};
    unsigned bases[2] = {0, 30};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&players[i], NULL, play_main, &seeds[i]) ||
            pthread_create(&loaders[i], NULL, load_main, &bases[i]))
            return 1;
    for (int i = 0; i < 2; i++) {
        pthread_join(players[i], NULL);
        pthread_join(loaders[i], NULL);
    }
    return 0;
}
