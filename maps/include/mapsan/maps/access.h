/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * How the maps tell the mapsan runtime what they do. With MAPSAN_MAPS_HOOKS defined every operation
 * is bracketed by begin and end calls, and a program that uses a map from two threads without a
 * lock aborts with mapsan's report; link libmapsan_rt then. Without it nothing of this is left in
 * the code.
 */
#ifndef MAPSAN_MAPS_ACCESS_H
#define MAPSAN_MAPS_ACCESS_H

#ifdef MAPSAN_MAPS_HOOKS
#include <mapsan/hooks.h>

#define MAPSAN_MAP_SITE(operation, flags)                                                          \
    static const struct mapsan_site mapsan_site_ = {                                               \
        __func__, "", __FILE__, __func__, __LINE__, 0, operation, flags, MAPSAN_ABI, 0}
#define MAPSAN_MAP_READ_BEGIN(map)                                                                 \
    MAPSAN_MAP_SITE(MAPSAN_OP_READ, 0);                                                            \
    __mapsan_map_read_begin(map, &mapsan_site_)
#define MAPSAN_MAP_READ_END(map) __mapsan_map_read_end(map, &mapsan_site_)
#define MAPSAN_MAP_WRITE_BEGIN(map)                                                                \
    MAPSAN_MAP_SITE(MAPSAN_OP_WRITE, 0);                                                           \
    __mapsan_map_write_begin(map, &mapsan_site_)
#define MAPSAN_MAP_WRITE_END(map) __mapsan_map_write_end(map, &mapsan_site_)
#define MAPSAN_MAP_ITERATE_BEGIN(map)                                                              \
    MAPSAN_MAP_SITE(MAPSAN_OP_ITERATE, 0);                                                         \
    __mapsan_map_iterate_begin(map, &mapsan_site_)
/* One step: between steps the iterating thread may write. */
#define MAPSAN_MAP_STEP_BEGIN(map)                                                                 \
    MAPSAN_MAP_SITE(MAPSAN_OP_ITERATE, MAPSAN_SITE_STEP);                                          \
    __mapsan_map_iterate_begin(map, &mapsan_site_)
#define MAPSAN_MAP_ITERATE_END(map) __mapsan_map_iterate_end(map, &mapsan_site_)
#define MAPSAN_MAP_MADE(map)                                                                       \
    do {                                                                                           \
        MAPSAN_MAP_SITE(MAPSAN_OP_INIT, 0);                                                        \
        __mapsan_map_init(map, &mapsan_site_);                                                     \
    } while (0)
#define MAPSAN_MAP_DESTROY_BEGIN(map)                                                              \
    MAPSAN_MAP_SITE(MAPSAN_OP_DESTROY, 0);                                                         \
    __mapsan_map_destroy_begin(map, &mapsan_site_)
#define MAPSAN_MAP_DESTROY_END(map) __mapsan_map_destroy_end(map, &mapsan_site_)

#else
#define MAPSAN_MAP_READ_BEGIN(map) ((void)0)
#define MAPSAN_MAP_READ_END(map) ((void)0)
#define MAPSAN_MAP_WRITE_BEGIN(map) ((void)0)
#define MAPSAN_MAP_WRITE_END(map) ((void)0)
#define MAPSAN_MAP_ITERATE_BEGIN(map) ((void)0)
#define MAPSAN_MAP_STEP_BEGIN(map) ((void)0)
#define MAPSAN_MAP_ITERATE_END(map) ((void)0)
#define MAPSAN_MAP_MADE(map) ((void)0)
#define MAPSAN_MAP_DESTROY_BEGIN(map) ((void)0)
#define MAPSAN_MAP_DESTROY_END(map) ((void)0)
#endif

#endif
