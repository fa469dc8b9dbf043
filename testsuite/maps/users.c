/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The plainest program that shares each map that can be shared: two threads call the operations by
 * their names. For the analyzer, which sees from here who runs concurrently; it is never run. What
 * takes a callback is left out: the analyzer judges a lock less strictly around calls that it
 * cannot see into.
 */
/* A build that is about one design names it. */
#ifdef ONLY_DESIGN
#define HEADER_OF(design) <mapsan/maps/design.h>
#include HEADER_OF(ONLY_DESIGN)
#else
#include <mapsan/maps/rcumap.h>
#include <mapsan/maps/rwmap.h>
#include <mapsan/maps/rwmap_pthread.h>
#include <mapsan/maps/shardmap.h>
#include <mapsan/maps/syncmap.h>
#include <mapsan/maps/triemap.h>
#endif

#include <pthread.h>

#define USE(design)                                                                                \
    static struct design *design##_shared;                                                         \
    static void *design##_use(void *unused) {                                                      \
        for (uint64_t key = 0;; key++) {                                                           \
            uint64_t value = key;                                                                  \
            design##_put(design##_shared, &key, &value);                                           \
            design##_get(design##_shared, &key, &value);                                           \
            design##_get_or_put(design##_shared, &key, &value);                                    \
            design##_compare_and_swap(design##_shared, &key, &value, &key);                        \
            design##_remove(design##_shared, &key);                                                \
            design##_take(design##_shared, &key, NULL, &value);                                    \
            if (design##_len(design##_shared) > 1000)                                              \
                design##_clear(design##_shared);                                                   \
        }                                                                                          \
        return unused;                                                                             \
    }                                                                                              \
    static void design##_run(const struct mapsan_map_type *type) {                                 \
        pthread_t threads[2];                                                                      \
        design##_shared = design##_new(type, NULL);                                                \
        pthread_create(&threads[0], NULL, design##_use, NULL);                                     \
        pthread_create(&threads[1], NULL, design##_use, NULL);                                     \
        pthread_join(threads[0], NULL);                                                            \
        pthread_join(threads[1], NULL);                                                            \
        design##_free(design##_shared);                                                            \
    }

#define RUN(design) design##_run
#define EXPAND(macro, design) macro(design)

#ifdef ONLY_DESIGN
EXPAND(USE, ONLY_DESIGN)
#else
USE(rwmap)
USE(rwmap_pthread)
USE(syncmap)
USE(shardmap)
USE(rcumap)
USE(triemap)
#endif

int main(void) {
    static struct mapsan_map_type type;
    type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), sizeof(uint64_t));
#ifdef ONLY_DESIGN
    EXPAND(RUN, ONLY_DESIGN)(&type);
#else
    rwmap_run(&type);
    rwmap_pthread_run(&type);
    syncmap_run(&type);
    shardmap_run(&type);
    rcumap_run(&type);
    triemap_run(&type);
#endif
    return 0;
}
