/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=observers run under the registry's lock and take the mixer's;
// the mixer publishes under its own
/*
 * A sound mixer observes events and publishes them. The registry calls observers under its lock; the
 * mixer's observer locks the mixer. mixer_set() publishes while it holds the mixer's lock. Observers are
 * never removed; the fixed registry calls copies outside its lock, and the mixer publishes outside its own.
 */
#include "registry.h"

#include <pthread.h>
#include <stdio.h>

struct mixer {
    pthread_mutex_t lock;
    int volume;
    int device_events;
};

static struct mixer mixer = {.lock = PTHREAD_MUTEX_INITIALIZER, .volume = 50};

static void mixer_event(int event, void *data) {
    struct mixer *m = data;
    if (event < 1000)
        return;
    pthread_mutex_lock(&m->lock); // BAD(lock-order)
    m->device_events++;
    if (event % 7 == 0)
        m->volume = 0;
    pthread_mutex_unlock(&m->lock);
}

static int mixer_set(struct mixer *m, int volume) {
    pthread_mutex_lock(&m->lock);
    m->volume = volume;
    int told = registry_publish(volume % 100); // BAD(lock-order)
    pthread_mutex_unlock(&m->lock);
    return told;
}

static void *ui_main(void *arg) {
    long told = 0;
    (void)arg;
    for (int i = 0; i < 1000; i++)
        told += mixer_set(&mixer, i);
    return (void *)told;
}

static void *hotplug_main(void *arg) {
    long told = 0;
    (void)arg;
    for (int i = 0; i < 1000; i++)
        told += registry_publish(1000 + i);
    return (void *)told;
}

int main(void) {
    pthread_t ui, hotplug;
    if (registry_subscribe(mixer_event, &mixer) < 0)
        return 1;
    if (pthread_create(&ui, NULL, ui_main, NULL) || pthread_create(&hotplug, NULL, hotplug_main, NULL))
        return 1;
    pthread_join(ui, NULL);
    pthread_join(hotplug, NULL);
    printf("volume %d, %d events\n", mixer.volume, mixer.device_events);
    return 0;
}
