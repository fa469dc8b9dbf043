/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * For programs that call the hooks themselves, as instrumented code would: each operation on the
 * map found by address or on one with its own tag, whichever `use_tag` says, and steps that two
 * threads take in turn.
 */
#ifndef HOOKED_H
#define HOOKED_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "mapsan/hooks.h"

struct hooked_map {
    char body[48];
    struct mapsan_tag tag;
};

static bool use_tag;

#define SITE(operation, flags)                                                                     \
    ({                                                                                             \
        static const struct mapsan_site site_ = {                                                  \
            "hooked_" #operation,  "shared", __FILE__,   __func__, __LINE__, 0,                    \
            MAPSAN_OP_##operation, flags,    MAPSAN_ABI, 0};                                       \
        &site_;                                                                                    \
    })

#define BEGIN_FLAGS(kind, operation, map, flags)                                                   \
    do {                                                                                           \
        const struct mapsan_site *at_ = SITE(operation, flags);                                    \
        if (use_tag)                                                                               \
            __mapsan_tag_##kind##_begin(&(map)->tag, (map), at_);                                  \
        else                                                                                       \
            __mapsan_map_##kind##_begin((map), at_);                                               \
    } while (0)
#define END_OF(kind, operation, map)                                                               \
    do {                                                                                           \
        if (use_tag)                                                                               \
            __mapsan_tag_##kind##_end(&(map)->tag);                                                \
        else                                                                                       \
            __mapsan_map_##kind##_end((map), SITE(operation, 0));                                  \
    } while (0)

#define READ_BEGIN(map) BEGIN_FLAGS(read, READ, map, 0)
#define READ_END(map) END_OF(read, READ, map)
#define WRITE_BEGIN(map) BEGIN_FLAGS(write, WRITE, map, 0)
#define WRITE_END(map) END_OF(write, WRITE, map)
#define ITERATE_BEGIN(map) BEGIN_FLAGS(iterate, ITERATE, map, 0)
#define ITERATE_END(map) END_OF(iterate, ITERATE, map)
#define DESTROY_BEGIN(map) BEGIN_FLAGS(destroy, DESTROY, map, 0)
#define DESTROY_END(map) END_OF(destroy, DESTROY, map)

#define INIT(map)                                                                                  \
    do {                                                                                           \
        if (use_tag)                                                                               \
            __mapsan_tag_init(&(map)->tag, (map), SITE(INIT, 0));                                  \
        else                                                                                       \
            __mapsan_map_init((map), SITE(INIT, 0));                                               \
    } while (0)

/* Steps: a thread says that it has come to one, another waits until it has. Ordered, as by a lock.
 */
static int step_now;

static inline void reach(int step) { __atomic_store_n(&step_now, step, __ATOMIC_RELEASE); }

static inline void await(int step) {
    const struct timespec moment = {.tv_nsec = 50000};
    while (__atomic_load_n(&step_now, __ATOMIC_ACQUIRE) < step)
        nanosleep(&moment, NULL);
}

static inline void pause_ms(int ms) {
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

#endif
