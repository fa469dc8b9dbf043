/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What C++ maps with the interface of std::unordered_map need to be driven; see loops.h. */
#ifndef MAPSAN_BENCH_PEER_FLAT_H
#define MAPSAN_BENCH_PEER_FLAT_H

#include <cstdint>

template <typename Map> static inline bool get(Map *map, uint64_t key, uint64_t *out) {
    auto found = map->find(key);
    if (found == map->end())
        return false;
    *out = found->second;
    return true;
}

template <typename Map> static uint64_t sum(Map *map) {
    uint64_t total = 0;
    for (auto &entry : *map)
        total += entry.second;
    return total;
}

#endif
