/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The library's own count cannot be read; this one follows it from the map's making on. What was
 * done before a reference is dropped happens before the destruction that the last one brings.
 */
#include "references.h"

#include "operations.h"
#include "sync.h"
#include "table.h"

void mapsan_map_referenced(const void *map) {
    struct mapsan_tag *tag = map && mapsan_thread_enter() ? mapsan_table_find(map) : NULL;
    uint32_t *references = tag ? mapsan_table_references(tag) : NULL;
    uint32_t known = references ? __atomic_load_n(references, __ATOMIC_RELAXED) : 0;
    while (known && !__atomic_compare_exchange_n(references, &known, known + 1, true,
                                                 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
}

void mapsan_map_unref_begin(const void *map, const struct mapsan_site *site, uintptr_t pc,
                            uintptr_t frame) {
    struct mapsan_tag *tag = map && mapsan_thread_enter() ? mapsan_table_find(map) : NULL;
    uint32_t *references = tag ? mapsan_table_references(tag) : NULL;
    uint32_t known = references ? __atomic_load_n(references, __ATOMIC_RELAXED) : 0;
    if (known)
        mapsan_release(references);
    while (known && !__atomic_compare_exchange_n(references, &known, known - 1, true,
                                                 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        continue;
    if (known == 1) {
        mapsan_acquire(references);
        mapsan_map_begin_slow(map, site, pc, frame);
    }
}

void mapsan_map_unref_end(const void *map, const struct mapsan_site *site, uintptr_t frame) {
    const struct mapsan_thread *self = mapsan_self;
    for (uint32_t i = 0; map && self->slot && i <= self->nested; i++) {
        const struct mapsan_open *open = i ? &self->inner[i - 1] : &self->first;
        if (!mapsan_is_open(open) || open->site != site || open->tag->map != map)
            continue;
        mapsan_map_end_slow(map, site, frame);
        mapsan_map_forget(map);
        return;
    }
}
