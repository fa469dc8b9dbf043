/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

/* A container that locks itself; the methods ending in _nolock expect the caller to have it locked. */
struct container;

typedef bool (*container_match)(const void *item, const void *wanted);

struct container *container_new(void);
void container_free(struct container *c);
void container_lock(struct container *c);
void container_unlock(struct container *c);
int container_push(struct container *c, void *item);
int container_push_nolock(struct container *c, void *item);
bool container_contains(struct container *c, container_match match, const void *wanted);
bool container_contains_nolock(struct container *c, container_match match, const void *wanted);
void *container_pop(struct container *c);

#endif
