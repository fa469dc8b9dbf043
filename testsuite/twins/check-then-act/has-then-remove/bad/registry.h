/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef REGISTRY_H
#define REGISTRY_H
#include <glib.h>

struct device {
    char *path;
    unsigned long capacity;
    unsigned mounts;
};

void registry_init(void);
gboolean registry_has(const char *path);
gboolean registry_add(const char *path, unsigned long capacity);
struct device *registry_steal(const char *path); /* the caller frees it; NULL if not there */
unsigned registry_count(void);
void device_free(struct device *device);
#endif
