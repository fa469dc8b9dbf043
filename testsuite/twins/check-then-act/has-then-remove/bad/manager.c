/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "registry.h"
#include <pthread.h>
#include <stdio.h>

static unsigned long unplug(const char *path) {
    struct device *device;
    unsigned long capacity;
    if (!registry_has(path))
        return 0;
    device = registry_steal(path); // BAD(check-then-act)
    capacity = device->capacity; // BAD(check-then-act)
    device_free(device);
    return capacity;
}

static void *udev_main(void *arg) {
    const char *prefix = arg;
    char path[32];
    unsigned long total = 0;
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof(path), "/dev/%s%d", prefix, i % 12);
        registry_add(path, 1000);
        if (i % 2)
            total += unplug(path);
    }
    return (void *)total;
}

int main(void) {
    pthread_t threads[2];
    static char prefixes[2][4] = {"sd", "nv"};
    registry_init();
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, udev_main, prefixes[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%u devices left\n", registry_count());
    return 0;
}
