/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* rwmap_pthread under test. */
#include "driver.h"
#include "keys.h"

#include <mapsan/maps/rwmap_pthread.h>

MAPSAN_MAP_DEFINE(rwmap_pthread, rwmap_pthread_u64, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(rwmap_pthread, rwmap_pthread_string, MAPSAN_KEY_STRING, uint64_t)

DRIVER_TYPED(RWMAP_PTHREAD_OPERATIONS, rwmap_pthread_u64, uint64_t)
DRIVER_TYPED(RWMAP_PTHREAD_OPERATIONS, rwmap_pthread_string, const char *)
DRIVER_GENERIC(RWMAP_PTHREAD_OPERATIONS, rwmap_pthread)

static struct mapsan_map_type type;

static void *rwmap_pthread_generic_driver_create(const struct mapsan_map_options *options) {
    type = mapsan_map_type_bytes(TEST_BYTES_SIZE, sizeof(uint64_t), 1);
    return rwmap_pthread_new(&type, options);
}

static const struct map_driver drivers[] = {
    {DRIVER_TYPED_FIELDS(RWMAP_PTHREAD_OPERATIONS, rwmap_pthread_u64, TEST_KEYS, u64),
     .threads = true},
    {DRIVER_TYPED_FIELDS(RWMAP_PTHREAD_OPERATIONS, rwmap_pthread_string, TEST_KEYS, string)},
    {DRIVER_FIELDS(RWMAP_PTHREAD_OPERATIONS, rwmap_pthread_generic).name = "rwmap_pthread_generic",
     .create = rwmap_pthread_generic_driver_create, .keys = TEST_KEYS, .make_key = make_bytes,
     .key_number = number_of_bytes},
};

struct map_drivers rwmap_pthread_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
