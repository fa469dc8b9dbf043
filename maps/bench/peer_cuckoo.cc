// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Peer: libcuckoo, striped spin locks. Its default hash is the identity; it gets ours.
#include <libcuckoo/cuckoohash_map.hh>
#include <mapsan/maps/hash.h>

struct Hash {
    size_t operator()(uint64_t key) const { return mapsan_hash_word(key, 1); }
};
using Table = libcuckoo::cuckoohash_map<uint64_t, uint64_t, Hash>;

static uint64_t sum(Table *map) {
    uint64_t total = 0;
    auto locked = map->lock_table();
    for (auto &entry : locked)
        total += entry.second;
    return total;
}

#define BENCH_NAME cuckoo
#define BENCH_THREADS 1
#define BENCH_MAP Table
#define BENCH_CREATE() new Table()
#define BENCH_DESTROY(map) delete map
#define BENCH_GET(map, key, out) map->find(key, *(out))
#define BENCH_PUT(map, key, value) map->insert_or_assign(key, value)
#define BENCH_REMOVE(map, key) map->erase(key)
#define BENCH_SUM(map) sum(map)
#include "loops.h"
