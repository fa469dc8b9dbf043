/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=wrong-lock, libs=pthread, note=two tables, two mutexes, copied code
/*
 * A streaming server has streams under streams_mutex and channels under channels_mutex.
 * channel_close was copied from stream_close and still takes the streams' mutex.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define STREAM_LOCK() pthread_mutex_lock(&streams_mutex)
#define STREAM_UNLOCK() pthread_mutex_unlock(&streams_mutex)
#define CHANNEL_LOCK() pthread_mutex_lock(&channels_mutex)
#define CHANNEL_UNLOCK() pthread_mutex_unlock(&channels_mutex)

struct stream {
    struct stream *next;
    int id, bitrate;
};

struct channel {
    struct channel *next;
    int id, listeners;
};

static pthread_mutex_t streams_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct stream *streams;
static pthread_mutex_t channels_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct channel *channels;

static bool stream_open(int id, int bitrate) {
    struct stream *s = malloc(sizeof(*s));
    if (!s)
        return false;
    s->id = id;
    s->bitrate = bitrate;
    STREAM_LOCK();
    s->next = streams;
    streams = s;
    STREAM_UNLOCK();
    return true;
}

static bool stream_close(int id) {
    struct stream **link, *s = NULL;
    STREAM_LOCK();
    for (link = &streams; *link; link = &(*link)->next) {
        if ((*link)->id != id)
            continue;
        s = *link;
        *link = s->next;
        break;
    }
    STREAM_UNLOCK();
    free(s);
    return s != NULL;
}

static bool channel_open(int id) {
    struct channel *c = calloc(1, sizeof(*c));
    if (!c)
        return false;
    c->id = id;
    CHANNEL_LOCK();
    c->next = channels;
    channels = c;
    CHANNEL_UNLOCK();
    return true;
}

static bool channel_listen(int id) {
    bool found = false;
    CHANNEL_LOCK();
    for (struct channel *c = channels; c && !found; c = c->next) {
        if (c->id == id) {
            c->listeners++;
            found = true;
        }
    }
    CHANNEL_UNLOCK();
    return found;
}

static bool channel_close(int id) {
    struct channel **link, *c = NULL;
    STREAM_LOCK();
    for (link = &channels; *link; link = &(*link)->next) { // BAD(wrong-lock,guard-bypass,unlocked-access)
        if ((*link)->id != id) // BAD(wrong-lock,guard-bypass,unlocked-access)
            continue;
        c = *link; // BAD(wrong-lock,guard-bypass,unlocked-access)
        *link = c->next; // BAD(wrong-lock,guard-bypass,unlocked-access)
        break;
    }
    STREAM_UNLOCK();
    free(c);
    return c != NULL;
}

static void *session_main(void *arg) {
    int base = *(int *)arg;
    for (int i = 0; i < 200; i++) {
        if (!stream_open(base + i, 128) || !channel_open(base + i))
            break;
        channel_listen(base + i);
        channel_close(base + i);
        stream_close(base + i);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    int bases[3] = {0, 1000, 2000};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, session_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("%s\n", channels || streams ? "leftovers" : "clean");
    return 0;
}
