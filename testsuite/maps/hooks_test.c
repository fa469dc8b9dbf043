/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Typed maps of a program built with MAPSAN_ENABLED, linked to a library built without: each misuse
 * ends in the runtime's report, and none of the twins that do it right does. Each case runs in a
 * child.
 */
#include "testing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <mapsan/maps/btreemap.h>
#include <mapsan/maps/rawmap.h>
#include <mapsan/maps/rcumap.h>
#include <mapsan/maps/rwmap.h>
#include <mapsan/maps/shardmap.h>
#include <mapsan/maps/swissmap.h>
#include <mapsan/maps/syncmap.h>
#include <mapsan/maps/triemap.h>

MAPSAN_MAP_DEFINE(hmap, plain, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, swiss, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(btreemap, ordered, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(rwmap, guarded, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(rcumap, snapshots, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(triemap, trie, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(syncmap, sync, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(shardmap, sharded, MAPSAN_KEY_U64, uint64_t)

static struct plain *map;
static struct swiss *swiss_map;
static struct ordered *ordered_map;
static struct rawmap *raw_map;
static struct rawmap_spmc *spmc_map;
static struct guarded *guarded_map;
static _Atomic bool stop;

static void *write_plain(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++) {
        (void)plain_put(map, i % 1000, i);
        (void)plain_remove(map, (i + 500) % 1000);
    }
    return unused;
}

static void *read_plain(void *unused) {
    uint64_t value;
    for (uint64_t i = 0; !atomic_load(&stop); i++)
        (void)plain_get(map, i % 1000, &value);
    return unused;
}

static void *write_swiss(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++) {
        (void)swiss_put(swiss_map, i % 1000, i);
        (void)swiss_remove(swiss_map, (i + 500) % 1000);
    }
    return unused;
}

static void *read_swiss(void *unused) {
    uint64_t value;
    for (uint64_t i = 0; !atomic_load(&stop); i++)
        (void)swiss_get(swiss_map, i % 1000, &value);
    return unused;
}

static void *write_ordered(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++) {
        (void)ordered_put(ordered_map, i % 1000, i);
        (void)ordered_remove(ordered_map, (i + 500) % 1000);
    }
    return unused;
}

static void *seek_ordered(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++)
        (void)ordered_seek(ordered_map, i % 1000, BTREEMAP_ABOVE, NULL, NULL);
    return unused;
}

static void *write_raw(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++) {
        (void)rawmap_put(raw_map, i % 1000, i);
        (void)rawmap_remove(raw_map, (i + 500) % 1000);
    }
    return unused;
}

static void *read_raw(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++)
        (void)rawmap_get(raw_map, i % 1000, NULL);
    return unused;
}

static void *write_spmc(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++)
        (void)rawmap_spmc_put(spmc_map, i % 1000, i);
    return unused;
}

static void *read_spmc(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++)
        (void)rawmap_spmc_get(spmc_map, i % 1000, NULL);
    return unused;
}

static bool visit(void *unused, const uint64_t *key, const uint64_t *value) {
    (void)unused, (void)key, (void)value;
    return true;
}

static void *iterate_plain(void *unused) {
    while (!atomic_load(&stop))
        (void)plain_each(map, visit, NULL);
    return unused;
}

static void *use_guarded(void *unused) {
    for (uint64_t i = 0; !atomic_load(&stop); i++) {
        uint64_t value = i;
        (void)guarded_put(guarded_map, i % 1000, value);
        (void)guarded_get(guarded_map, i * 7 % 1000, &value);
        (void)guarded_remove(guarded_map, (i + 500) % 1000);
        if (i % 64 == 0)
            (void)guarded_each(guarded_map, visit, NULL);
    }
    return unused;
}

static void run_pair(void *(*first)(void *), void *(*second)(void *), unsigned milliseconds) {
    pthread_t ids[2];
    struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    for (uint64_t i = 0; map != NULL && i < 1000; i++)
        (void)plain_put(map, i, i);
    atomic_store(&stop, false);
    CHECK(pthread_create(&ids[0], NULL, first, NULL) == 0);
    CHECK(pthread_create(&ids[1], NULL, second, NULL) == 0);
    nanosleep(&time, NULL);
    atomic_store(&stop, true);
    CHECK(pthread_join(ids[0], NULL) == 0);
    CHECK(pthread_join(ids[1], NULL) == 0);
}

static void two_writers(void) {
    map = plain_new(NULL);
    run_pair(write_plain, write_plain, 10000);
}

static void reader_and_writer(void) {
    map = plain_new(NULL);
    run_pair(read_plain, write_plain, 10000);
}

static void iteration_and_writer(void) {
    map = plain_new(NULL);
    run_pair(iterate_plain, write_plain, 10000);
}

static void swiss_two_writers(void) {
    swiss_map = swiss_new(NULL);
    run_pair(write_swiss, write_swiss, 10000);
}

static void swiss_reader_and_writer(void) {
    swiss_map = swiss_new(NULL);
    run_pair(read_swiss, write_swiss, 10000);
}

static void swiss_two_readers(void) {
    swiss_map = swiss_new(NULL);
    for (uint64_t i = 0; i < 1000; i++)
        (void)swiss_put(swiss_map, i, i);
    run_pair(read_swiss, read_swiss, 100);
    swiss_free(swiss_map);
}

static void ordered_two_writers(void) {
    ordered_map = ordered_new(NULL);
    run_pair(write_ordered, write_ordered, 10000);
}

static void ordered_seek_and_writer(void) {
    ordered_map = ordered_new(NULL);
    run_pair(seek_ordered, write_ordered, 10000);
}

static void ordered_two_seeks(void) {
    ordered_map = ordered_new(NULL);
    for (uint64_t i = 0; i < 1000; i++)
        (void)ordered_put(ordered_map, i, i);
    run_pair(seek_ordered, seek_ordered, 100);
    ordered_free(ordered_map);
}

static void raw_two_writers(void) {
    raw_map = rawmap_new(NULL);
    run_pair(write_raw, write_raw, 10000);
}

static void raw_reader_and_writer(void) {
    raw_map = rawmap_new(NULL);
    run_pair(read_raw, write_raw, 10000);
}

static void spmc_two_writers(void) {
    spmc_map = rawmap_spmc_new(NULL);
    run_pair(write_spmc, write_spmc, 10000);
}

static void spmc_reader_and_writer(void) {
    spmc_map = rawmap_spmc_new(NULL);
    run_pair(read_spmc, write_spmc, 200);
    rawmap_spmc_free(spmc_map);
}

static bool put_while_visiting(void *unused, const uint64_t *key, const uint64_t *value) {
    (void)unused;
    (void)plain_put(map, *key + 1, *value);
    return false;
}

static void callback_writes(void) {
    map = plain_new(NULL);
    (void)plain_put(map, 1, 1);
    (void)plain_each(map, put_while_visiting, NULL);
}

static void two_readers(void) {
    map = plain_new(NULL);
    run_pair(read_plain, iterate_plain, 300);
    plain_free(map);
}

static void locked(void) {
    guarded_map = guarded_new(NULL);
    run_pair(use_guarded, use_guarded, 300);
    guarded_free(guarded_map);
}

/* Maps that threads share: only free must not meet another operation. Freed under a reader's hands,
 * what the reader still does is no access to freed memory: the map is never given back. */
#define SHARED_CASES(design)                                                                       \
    static struct design *design##_map;                                                            \
    static bool design##_dwell(void *unused, const uint64_t *key, const uint64_t *value) {         \
        (void)unused, (void)key, (void)value;                                                      \
        usleep(1000);                                                                              \
        return true;                                                                               \
    }                                                                                              \
    static void *design##_use(void *unused) {                                                      \
        for (uint64_t i = 0; !atomic_load(&stop); i++) {                                           \
            uint64_t value = i;                                                                    \
            (void)design##_put(design##_map, i % 1000, value);                                     \
            (void)design##_get(design##_map, i * 7 % 1000, &value);                                \
            (void)design##_remove(design##_map, (i + 500) % 1000);                                 \
        }                                                                                          \
        return unused;                                                                             \
    }                                                                                              \
    static void *design##_visit_slowly(void *unused) {                                             \
        (void)design##_each(design##_map, design##_dwell, NULL);                                   \
        return unused;                                                                             \
    }                                                                                              \
    static void *design##_end(void *unused) {                                                      \
        usleep(20000);                                                                             \
        design##_free(design##_map);                                                               \
        return unused;                                                                             \
    }                                                                                              \
    static void design##_shared(void) {                                                            \
        design##_map = design##_new(NULL);                                                         \
        run_pair(design##_use, design##_use, 200);                                                 \
        design##_free(design##_map);                                                               \
    }                                                                                              \
    static void design##_freed_in_use(void) {                                                      \
        design##_map = design##_new(NULL);                                                         \
        for (uint64_t i = 0; i < 1000; i++)                                                        \
            (void)design##_put(design##_map, i, i);                                                \
        run_pair(design##_visit_slowly, design##_end, 2000);                                       \
    }

SHARED_CASES(sync)
SHARED_CASES(sharded)
SHARED_CASES(snapshots)
SHARED_CASES(trie)

/* hmap's iterators allow it. */
static void one_thread_removes_in_iteration(void) {
    struct plain_iter iter;
    uint64_t key;
    map = plain_new(NULL);
    for (uint64_t i = 0; i < 1000; i++)
        (void)plain_put(map, i, i);
    plain_iter_init(&iter, map);
    while (plain_iter_next(&iter, &key, NULL))
        CHECK(plain_remove(map, key) == 1);
    plain_clear(map);
    CHECK(plain_len(map) == 0);
    plain_free(map);
}

/* One of the titles, separated by '|', must be reported; NULL: nothing at all. */
static void expect(void (*run)(void), const char *name, const char *titles) {
    int out[2], status;
    static char report[65536];
    size_t length = 0;
    test_context = name;
    CHECK(pipe(out) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        close(out[0]);
        close(out[1]);
        run();
        exit(0);
    }
    close(out[1]);
    for (ssize_t got; length < sizeof report - 1 &&
                      (got = read(out[0], report + length, sizeof report - 1 - length)) > 0;)
        length += (size_t)got;
    report[length] = '\0';
    close(out[0]);
    CHECK(waitpid(child, &status, 0) == child);
    char *title = strstr(report, "mapsan: fatal: ");
    bool right = titles == NULL ? title == NULL && WIFEXITED(status) && WEXITSTATUS(status) == 0
                                : title != NULL && WIFSIGNALED(status);
    if (right && titles != NULL) {
        size_t size = strcspn(title += strlen("mapsan: fatal: "), "\n(");
        right = size > 0 && strstr(titles, (title[size] = '\0', title)) != NULL;
    }
    if (!right)
        fprintf(stderr, "expected %s, got status %d:\n%s\n", titles != NULL ? titles : "silence",
                status, report);
    CHECK(right);
}

int main(void) {
    expect(two_writers, "two writers", "concurrent map writes");
    expect(reader_and_writer, "reader and writer", "concurrent map read and map write");
    expect(iteration_and_writer, "iteration and writer", "concurrent map iteration and map write");
    expect(callback_writes, "callback writes", "map modified while iterating");
    expect(swiss_two_writers, "swissmap: two writers", "concurrent map writes");
    expect(swiss_reader_and_writer, "swissmap: reader and writer",
           "concurrent map read and map write");
    expect(swiss_two_readers, "swissmap: two readers", NULL);
    expect(ordered_two_writers, "btreemap: two writers", "concurrent map writes");
    expect(ordered_seek_and_writer, "btreemap: seek and writer",
           "concurrent map read and map write");
    expect(ordered_two_seeks, "btreemap: two seeks", NULL);
    expect(raw_two_writers, "rawmap: two writers", "concurrent map writes");
    expect(raw_reader_and_writer, "rawmap: reader and writer", "concurrent map read and map write");
    expect(spmc_two_writers, "rawmap_spmc: two writers", "concurrent map writes");
    expect(spmc_reader_and_writer, "rawmap_spmc: reader and writer", NULL);
    expect(two_readers, "two readers", NULL);
    expect(locked, "locked", NULL);
    expect(sync_shared, "syncmap: shared", NULL);
    expect(sync_freed_in_use, "syncmap: freed in use", "map destroyed while in use");
    expect(sharded_shared, "shardmap: shared", NULL);
    expect(sharded_freed_in_use, "shardmap: freed in use", "map destroyed while in use");
    expect(snapshots_shared, "rcumap: shared", NULL);
    expect(snapshots_freed_in_use, "rcumap: freed in use", "map destroyed while in use");
    expect(trie_shared, "triemap: shared", NULL);
    expect(trie_freed_in_use, "triemap: freed in use", "map destroyed while in use");
    expect(one_thread_removes_in_iteration, "one thread removes in iteration", NULL);
    return 0;
}
