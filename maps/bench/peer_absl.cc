// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Peer: absl::flat_hash_map with Abseil's own hash.
#include "peer_flat.h"
#include <absl/container/flat_hash_map.h>

using Table = absl::flat_hash_map<uint64_t, uint64_t>;

#define BENCH_NAME absl_flat
#define BENCH_THREADS 0
#define BENCH_MAP Table
#define BENCH_CREATE() new Table()
#define BENCH_DESTROY(map) delete map
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) (*map)[key] = value
#define BENCH_REMOVE(map, key) map->erase(key)
#define BENCH_SUM(map) sum(map)
#include "loops.h"
