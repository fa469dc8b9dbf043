/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Every macro of <mapsan/mapsan.h> used once, as a map's author would. header.cpp is the same in
 * C++.
 */
#include <mapsan/mapsan.h>

typedef struct MAPSAN_LOCK header_lock {
    int held;
} header_lock;
typedef struct MAPSAN_MAP header_map {
    struct mapsan_tag tag;
    int size;
} header_map;

MAPSAN_ACQUIRES(0) void header_take(header_lock *lock);
MAPSAN_ACQUIRES_SHARED(0) void header_take_shared(header_lock *lock);
MAPSAN_TRY_ACQUIRES(0, zero) int header_try(header_lock *lock);
MAPSAN_TRY_ACQUIRES_SHARED(0, nonzero) int header_try_shared(header_lock *lock);
MAPSAN_RELEASES(0) void header_release(header_lock *lock);
MAPSAN_ASSERTS_HELD(0) void header_assert(header_lock *lock);
MAPSAN_THREAD_ENTRY void header_thread(void *argument);

MAPSAN_MAP_INIT(0) void header_init(header_map *map);
MAPSAN_MAP_LOOKUP(0) int *header_get(header_map *map);
MAPSAN_MAP_READ(0) int header_size(header_map *map);
MAPSAN_MAP_INSERT(0) void header_put(header_map *map);
MAPSAN_MAP_REMOVE(0) void header_remove(header_map *map);
MAPSAN_MAP_WRITE(0) void header_sort(header_map *map);
MAPSAN_MAP_ITERATES(0) void header_each(header_map *map);
MAPSAN_MAP_DESTROYS(0) void header_destroy(header_map *map);

void header_init(header_map *map) {
    map->size = 0;
    MAPSAN_INIT(map, &map->tag, "header");
}

int header_size(header_map *map) {
    MAPSAN_READ_BEGIN(map, &map->tag, "header");
    const int size = map->size;
    MAPSAN_READ_END(&map->tag);
    return size;
}

void header_put(header_map *map) {
    MAPSAN_WRITE_BEGIN(map, &map->tag, "header");
    map->size++;
    MAPSAN_WRITE_END(&map->tag);
}

void header_remove(header_map *map) {
    MAPSAN_REENTRANT_WRITE_BEGIN(map, &map->tag, "header");
    map->size--;
    MAPSAN_WRITE_END(&map->tag);
}

void header_each(header_map *map) {
    MAPSAN_ITERATE_BEGIN(map, &map->tag, "header");
    MAPSAN_STEP_BEGIN(map, &map->tag, "header");
    MAPSAN_ITERATE_END(&map->tag);
    MAPSAN_ITERATOR_REMOVE_BEGIN(map, &map->tag, "header");
    MAPSAN_WRITE_END(&map->tag);
    MAPSAN_ITERATE_END(&map->tag);
}

void header_destroy(header_map *map) {
    MAPSAN_DESTROY_BEGIN(map, &map->tag, "header");
    map->size = 0;
    MAPSAN_DESTROY_END(&map->tag);
}
