/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=index and generation leave the lock; every use checks the generation
/*
 * Handles of a graphics server: an index and a generation, made under the lock. They may grow stale at any time;
 * every operation locks, compares the generation, and refuses a handle whose slot was used anew.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#define SLOTS 16

struct handle {
    unsigned index, generation;
};

static struct {
    unsigned generation;
    bool used;
    unsigned width, draws;
} surfaces[SLOTS];
static pthread_mutex_t surfaces_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned stale;

static bool surface_create(unsigned width, struct handle *h) {
    bool made = false;
    pthread_mutex_lock(&surfaces_lock);
    for (unsigned i = 0; i < SLOTS && !made; i++)
        if (!surfaces[i].used) {
            surfaces[i].used = true;
            surfaces[i].width = width;
            surfaces[i].draws = 0;
            h->index = i;
            h->generation = ++surfaces[i].generation;
            made = true;
        }
    pthread_mutex_unlock(&surfaces_lock);
    return made;
}

static bool valid_locked(struct handle h) {
    bool valid = h.index < SLOTS && surfaces[h.index].used && surfaces[h.index].generation == h.generation;
    if (!valid)
        stale++;
    return valid;
}

static unsigned surface_draw(struct handle h) {
    unsigned width = 0;
    pthread_mutex_lock(&surfaces_lock);
    if (valid_locked(h)) {
        surfaces[h.index].draws++;
        width = surfaces[h.index].width;
    }
    pthread_mutex_unlock(&surfaces_lock);
    return width;
}

static void surface_destroy(struct handle h) {
    pthread_mutex_lock(&surfaces_lock);
    if (valid_locked(h))
        surfaces[h.index].used = false;
    pthread_mutex_unlock(&surfaces_lock);
}

static bool surface_newest(struct handle *h) {
    bool found = false;
    pthread_mutex_lock(&surfaces_lock);
    for (unsigned i = 0; i < SLOTS; i++)
        if (surfaces[i].used && (!found || surfaces[i].generation > h->generation)) {
            h->index = i;
            h->generation = surfaces[i].generation;
            found = true;
        }
    pthread_mutex_unlock(&surfaces_lock);
    return found;
}

static void *client_main(void *arg) {
    unsigned width = *(unsigned *)arg, sum = 0;
    for (unsigned i = 0; i < 2000; i++) {
        struct handle mine, other;
        if (!surface_create(width + i, &mine))
            continue;
        sum += surface_draw(mine);
        if (surface_newest(&other)) {
            sum += surface_draw(other);
            if (i % 8 == 0)
                surface_destroy(other);
        }
        surface_destroy(mine);
    }
    return (void *)(size_t)sum;
}

int main(void) {
    pthread_t clients[3];
    unsigned widths[3] = {640, 800, 1024};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&clients[i], NULL, client_main, &widths[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(clients[i], NULL);
    printf("%s\n", stale ? "some stale" : "none stale");
    return 0;
}
