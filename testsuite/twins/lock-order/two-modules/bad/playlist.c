/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=two modules call each other with their own lock held
/*
 * The playlist module tells the library about a removed track while it holds its own lock; the
 * library, while it holds its lock, asks the playlist whether a track is queued. Each file looks
 * right by itself.
 */
#include "modules.h"
#include <pthread.h>
#include <string.h>

#define PLAYLIST_MAX 64

static struct {
    pthread_mutex_t lock;
    unsigned tracks[PLAYLIST_MAX];
    unsigned length;
} playlist = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void playlist_lock(void) { pthread_mutex_lock(&playlist.lock); }
static void playlist_unlock(void) { pthread_mutex_unlock(&playlist.lock); }

static int position_of(unsigned track) {
    for (unsigned i = 0; i < playlist.length; i++)
        if (playlist.tracks[i] == track)
            return (int)i;
    return -1;
}

bool playlist_contains(unsigned track) {
    playlist_lock(); // BAD(lock-order)
    bool found = position_of(track) >= 0;
    playlist_unlock();
    return found;
}

bool playlist_append(unsigned track) {
    bool done = false;
    playlist_lock();
    if (playlist.length < PLAYLIST_MAX) {
        playlist.tracks[playlist.length++] = track;
        done = true;
    }
    playlist_unlock();
    return done;
}

bool playlist_remove(unsigned track) {
    playlist_lock();
    int i = position_of(track);
    if (i >= 0) {
        playlist.length--;
        memmove(&playlist.tracks[i], &playlist.tracks[i + 1],
                (playlist.length - (unsigned)i) * sizeof(playlist.tracks[0]));
        library_track_unused(track); // BAD(lock-order)
    }
    playlist_unlock();
    return i >= 0;
}
