// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Peer: boost::unordered_flat_map with Boost's own hash and mixing.
#include "peer_flat.h"
#include <boost/unordered/unordered_flat_map.hpp>

using Table = boost::unordered_flat_map<uint64_t, uint64_t>;

#define BENCH_NAME boost_flat
#define BENCH_THREADS 0
#define BENCH_MAP Table
#define BENCH_CREATE() new Table()
#define BENCH_DESTROY(map) delete map
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) (*map)[key] = value
#define BENCH_REMOVE(map, key) map->erase(key)
#define BENCH_SUM(map) sum(map)
#include "loops.h"
