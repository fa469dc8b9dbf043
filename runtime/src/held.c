/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A thread makes the number of its set anew only after it has taken or given up a lock. The empty
 * set has a number too.
 */
#include "held.h"

#include "intern.h"

static struct mapsan_intern sets;

bool mapsan_held_start(void) { return mapsan_intern_start(&sets); }

uint32_t mapsan_held_set(struct mapsan_thread *self) {
    if (self->held_set && self->held_set_version == self->held_version)
        return self->held_set;
    if (self->held_count > MAPSAN_HELD)
        return 0;
    self->held_set =
        mapsan_intern(&sets, self->held, self->held_count * (uint32_t)sizeof *self->held);
    self->held_set_version = self->held_version;
    return self->held_set;
}

const struct mapsan_held *mapsan_held_locks(uint32_t set, uint32_t *count) {
    const struct mapsan_interned *found = mapsan_interned(&sets, set);
    if (!found)
        return NULL;
    *count = found->size / (uint32_t)sizeof(struct mapsan_held);
    return (const struct mapsan_held *)(const void *)found->bytes;
}
