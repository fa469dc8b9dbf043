/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Equal things once: sets of locks and stacks, of which the last accesses to maps only keep a
 * number. Lock-free and append-only; when it is full, new things get the number 0, "not known".
 */
#ifndef MAPSAN_INTERN_H
#define MAPSAN_INTERN_H

#include <stdbool.h>
#include <stdint.h>

struct mapsan_intern {
    struct mapsan_interned **slots;
};

struct mapsan_interned {
    uint32_t size;
    _Alignas(16) unsigned char bytes[];
};

/* False: there is no memory for it. */
bool mapsan_intern_start(struct mapsan_intern *table);

/* The number of these bytes, the same for the same bytes. */
uint32_t mapsan_intern(struct mapsan_intern *table, const void *bytes, uint32_t size);

/* What has this number; NULL for 0. */
const struct mapsan_interned *mapsan_interned(const struct mapsan_intern *table, uint32_t number);

#endif
