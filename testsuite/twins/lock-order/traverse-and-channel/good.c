/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=a traverse calls back under the container's lock, the
// callback locks the channel; the hangup does it the other way round
/*
 * Channels of a telephone switch stand in a container with a lock. The traverse, which calls a function
 * for each under the container's lock, meets the hangup, which holds the channel's lock and removes
 * itself from the container.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct chan {
    pthread_mutex_t lock;
    int id;
    int state;
    unsigned frames;
};

typedef int (*chan_cb)(struct chan *chan, void *arg);

struct chan_container {
    pthread_mutex_t lock;
    struct chan *items[16];
    int count;
};

static struct chan_container channels = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int container_callback(struct chan_container *c, chan_cb cb, void *arg) {
    int matches = 0;
    pthread_mutex_lock(&c->lock);
    for (int i = 0; i < c->count; i++)
        matches += cb(c->items[i], arg);
    pthread_mutex_unlock(&c->lock);
    return matches;
}

static void container_link(struct chan_container *c, struct chan *chan) {
    pthread_mutex_lock(&c->lock);
    if (c->count < 16)
        c->items[c->count++] = chan;
    pthread_mutex_unlock(&c->lock);
}

static void container_unlink(struct chan_container *c, const struct chan *chan) {
    pthread_mutex_lock(&c->lock);
    for (int i = 0; i < c->count; i++)
        if (c->items[i] == chan) {
            c->items[i] = c->items[--c->count];
            break;
        }
    pthread_mutex_unlock(&c->lock);
}

static void chan_lock(struct chan *chan) { pthread_mutex_lock(&chan->lock); }
static void chan_unlock(struct chan *chan) { pthread_mutex_unlock(&chan->lock); }

static int in_state(struct chan *chan, void *arg) {
    chan_lock(chan);
    int hit = chan->state == *(int *)arg;
    chan_unlock(chan);
    return hit;
}

static int count_state(int state) {
    return container_callback(&channels, in_state, &state);
}

static unsigned chan_hangup(struct chan *chan) {
    unsigned frames;
    chan_lock(chan);
    chan->state = 0;
    frames = chan->frames;
    chan_unlock(chan);
    container_unlink(&channels, chan);
    return frames;
}

static void chan_answer(struct chan *chan) {
    chan_lock(chan);
    chan->state = 1;
    chan->frames++;
    chan_unlock(chan);
    container_link(&channels, chan);
}

static void *pbx_thread(void *arg) {
    struct chan *chan = arg;
    unsigned frames = 0;
    for (int i = 0; i < 500; i++) {
        chan_answer(chan);
        frames += chan_hangup(chan);
    }
    return (void *)(size_t)frames;
}

static void *cli_thread(void *arg) {
    long seen = 0;
    (void)arg;
    for (int i = 0; i < 500; i++)
        seen += count_state(1);
    return (void *)seen;
}

int main(void) {
    pthread_t cli, pbx[2];
    struct chan chans[2];

    if (pthread_create(&cli, NULL, cli_thread, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++) {
        pthread_mutex_init(&chans[i].lock, NULL);
        chans[i].id = i;
        chans[i].state = 0;
        chans[i].frames = 0;
        if (pthread_create(&pbx[i], NULL, pbx_thread, &chans[i]) != 0)
            return 1;
    }
    for (int i = 0; i < 2; i++) {
        void *frames;
        pthread_join(pbx[i], &frames);
        printf("%d: %zu\n", chans[i].id, (size_t)frames);
    }
    pthread_join(cli, NULL);
    for (int i = 0; i < 2; i++)
        pthread_mutex_destroy(&chans[i].lock);
    return 0;
}
