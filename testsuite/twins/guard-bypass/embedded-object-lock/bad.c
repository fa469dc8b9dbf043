/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a worker callback from a table changes an object without the lock
// that macros reach through its base
/*
 * Devices of an input daemon derive from a base object with the lock. Operations are reached through a table of
 * handlers; the hot-plug handler was written last and forgets OBJECT_LOCK.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct object {
    pthread_mutex_t lock;
    unsigned serial;
};

#define OBJECT_LOCK(o) pthread_mutex_lock(&(o)->base.lock)
#define OBJECT_UNLOCK(o) pthread_mutex_unlock(&(o)->base.lock)

struct device {
    struct object base;
    int keys_down;
    int leds;
    int plugged;
    unsigned events;
};

typedef void (*handler_t)(struct device *dev, int value);

static void handle_key(struct device *dev, int value) {
    OBJECT_LOCK(dev);
    dev->keys_down += value ? 1 : -1;
    dev->events++;
    OBJECT_UNLOCK(dev);
}

static void handle_led(struct device *dev, int value) {
    OBJECT_LOCK(dev);
    dev->leds = value;
    dev->events++;
    OBJECT_UNLOCK(dev);
}

static void handle_plug(struct device *dev, int value) {
    dev->plugged = value; // BAD(guard-bypass,unlocked-access)
    if (!value) {
        dev->keys_down = 0; // BAD(guard-bypass,unlocked-access)
        dev->leds = 0; // BAD(guard-bypass,unlocked-access)
    }
    dev->events++; // BAD(guard-bypass,unlocked-access)
}

static int device_state(struct device *dev) {
    OBJECT_LOCK(dev);
    int state = dev->plugged ? dev->keys_down * 8 + dev->leds : -1;
    OBJECT_UNLOCK(dev);
    return state;
}

static const struct {
    const char *name;
    handler_t handle;
} handlers[] = {{"key", handle_key}, {"led", handle_led}, {"plug", handle_plug}};

static struct device *devices[2];

static void dispatch(unsigned type, struct device *dev, int value) {
    if (type < sizeof(handlers) / sizeof(handlers[0]))
        handlers[type].handle(dev, value);
}

static void *source_main(void *arg) {
    unsigned first = *(unsigned *)arg;
    for (unsigned i = 0; i < 3000; i++)
        dispatch((first + i) % 3, devices[i % 2], (int)(i & 1));
    return NULL;
}

static void *panel_main(void *arg) {
    long sum = 0;
    (void)arg;
    for (int i = 0; i < 3000; i++)
        sum += device_state(devices[i % 2]);
    printf("%s\n", sum ? "active" : "idle");
    return NULL;
}

int main(void) {
    pthread_t sources[2], panel;
    unsigned firsts[2] = {0, 1};
    for (unsigned i = 0; i < 2; i++) {
        devices[i] = calloc(1, sizeof(*devices[i]));
        if (!devices[i])
            return 1;
        pthread_mutex_init(&devices[i]->base.lock, NULL);
        devices[i]->base.serial = i;
    }
    if (pthread_create(&panel, NULL, panel_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&sources[i], NULL, source_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(sources[i], NULL);
    pthread_join(panel, NULL);
    for (int i = 0; i < 2; i++) {
        pthread_mutex_destroy(&devices[i]->base.lock);
        free(devices[i]);
    }
    return 0;
}
