/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=double-checked creation with a plain pointer
/*
 * A codec registry is created on first use with a double check on a plain pointer: a thread that
 * sees the pointer without the lock need not see the table behind it. Here the pointer is an
 * atomic one, stored with release and loaded with acquire.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODECS 16

struct codec {
    char name[12];
    int quality;
};

struct codec_registry {
    unsigned count;
    struct codec codecs[CODECS]; /* never changed once published */
};

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct codec_registry *) registry;

static struct codec_registry *registry_build(void) {
    static const char *const names[] = {"opus", "vorbis", "flac", "mp3", "aac"};
    struct codec_registry *r = calloc(1, sizeof(*r));
    if (!r)
        return NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(r->codecs[i].name, sizeof(r->codecs[i].name), "%s", names[i]);
        r->codecs[i].quality = (int)(i * 10);
        r->count++;
    }
    return r;
}

static const struct codec_registry *registry_get(void) {
    struct codec_registry *r = atomic_load_explicit(&registry, memory_order_acquire);
    if (!r) {
        pthread_mutex_lock(&registry_mutex);
        r = atomic_load_explicit(&registry, memory_order_relaxed);
        if (!r) {
            r = registry_build();
            atomic_store_explicit(&registry, r, memory_order_release);
        }
        pthread_mutex_unlock(&registry_mutex);
    }
    return r;
}

static int codec_quality(const char *name) {
    const struct codec_registry *r = registry_get();
    for (unsigned i = 0; r && i < r->count; i++)
        if (strcmp(r->codecs[i].name, name) == 0)
            return r->codecs[i].quality;
    return -1;
}

static int codec_best(void) {
    const struct codec_registry *r = registry_get();
    int best = -1;
    for (unsigned i = 0; r && i < r->count; i++)
        if (r->codecs[i].quality > best)
            best = r->codecs[i].quality;
    return best;
}

static void *decoder_main(void *arg) {
    const char *name = arg;
    size_t total = 0;
    for (int i = 0; i < 100; i++)
        total += (size_t)(codec_quality(name) + codec_best());
    return (void *)total;
}

int main(void) {
    pthread_t decoders[3];
    static char names[3][8] = {"opus", "flac", "aac"};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&decoders[i], NULL, decoder_main, names[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *total;
        pthread_join(decoders[i], &total);
        printf("%s: %zu\n", names[i], (size_t)total);
    }
    free(atomic_load(&registry));
    return 0;
}
