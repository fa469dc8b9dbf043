// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Peer: oneTBB's concurrent_hash_map, a lock per element.
#include <cstdint>
#include <tbb/concurrent_hash_map.h>

using Table = tbb::concurrent_hash_map<uint64_t, uint64_t>;

static inline bool get(Table *map, uint64_t key, uint64_t *out) {
    Table::const_accessor found;
    if (!map->find(found, key))
        return false;
    *out = found->second;
    return true;
}

static inline void put(Table *map, uint64_t key, uint64_t value) {
    Table::accessor found;
    map->insert(found, key);
    found->second = value;
}

static uint64_t sum(Table *map) {
    uint64_t total = 0;
    for (auto &entry : *map)
        total += entry.second;
    return total;
}

#define BENCH_NAME tbb_hash
#define BENCH_THREADS 1
#define BENCH_MAP Table
#define BENCH_CREATE() new Table()
#define BENCH_DESTROY(map) delete map
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) put(map, key, value)
#define BENCH_REMOVE(map, key) map->erase(key)
#define BENCH_SUM(map) sum(map)
#include "loops.h"
