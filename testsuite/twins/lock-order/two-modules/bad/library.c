/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "modules.h"
#include <pthread.h>

#define LIBRARY_MAX 128

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    unsigned track;
    bool unused;
} library[LIBRARY_MAX];
static unsigned library_size;

void library_add(unsigned track) {
    pthread_mutex_lock(&library_lock);
    if (library_size < LIBRARY_MAX) {
        library[library_size].track = track;
        library[library_size++].unused = false;
    }
    pthread_mutex_unlock(&library_lock);
}

void library_track_unused(unsigned track) {
    pthread_mutex_lock(&library_lock); // BAD(lock-order)
    for (unsigned i = 0; i < library_size; i++)
        if (library[i].track == track)
            library[i].unused = true;
    pthread_mutex_unlock(&library_lock);
}

unsigned library_sweep(void) {
    unsigned kept = 0, swept = 0;
    pthread_mutex_lock(&library_lock);
    for (unsigned i = 0; i < library_size; i++) {
        if (library[i].unused && !playlist_contains(library[i].track)) // BAD(lock-order)
            swept++;
        else
            library[kept++] = library[i];
    }
    library_size = kept;
    pthread_mutex_unlock(&library_lock);
    return swept;
}
