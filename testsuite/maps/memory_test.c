/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Out of memory at every allocation, one at a time and from one on: the operation says so, the map
 * is as it was, and goes on when there is memory again. All that was allocated is given back, with
 * the size and alignment it was asked for; freed memory is poisoned, so that whoever still reads it
 * is found out.
 */
#include "model.h"
#include "suite.h"
#include "testing.h"

static struct model model;

/* Every block carries its size and alignment. */
struct block {
    size_t size;
    size_t alignment;
};

static struct {
    uint64_t calls;
    uint64_t fail_at;   /* number of the call that fails; 0: none */
    uint64_t fail_upto; /* the last one that fails */
    uint64_t live;
} heap;

static size_t header_size(size_t alignment) {
    return alignment > sizeof(struct block) ? alignment : sizeof(struct block);
}

static void *allocate(void *context, size_t size, size_t alignment) {
    CHECK(context == &heap && size > 0);
    CHECK(alignment > 0 && (alignment & (alignment - 1)) == 0);
    heap.calls++;
    if (heap.fail_at != 0 && heap.calls >= heap.fail_at && heap.calls <= heap.fail_upto)
        return NULL;
    size_t header = header_size(alignment), total = header + size;
    char *memory = aligned_alloc(header, (total + header - 1) & ~(header - 1));
    CHECK(memory != NULL);
    struct block block = {size, alignment};
    memcpy(memory + header - sizeof block, &block, sizeof block);
    memset(memory + header, 0, size);
    heap.live++;
    return memory + header;
}

static void release(void *context, void *memory, size_t size, size_t alignment) {
    struct block block;
    CHECK(context == &heap);
    memcpy(&block, (char *)memory - sizeof block, sizeof block);
    CHECK(block.size == size && block.alignment == alignment);
    memset(memory, 0xdd, size);
    heap.live--;
    free((char *)memory - header_size(alignment));
}

static const struct mapsan_map_allocator counting = {allocate, release, &heap};

static void reset_heap(uint64_t fail_at, uint64_t fail_upto) {
    heap.calls = 0;
    heap.fail_at = fail_at;
    heap.fail_upto = fail_upto;
}

/* The same steps each time, so that the n-th allocation is the same one. An operation may be
 * refused; the model checks that it then did nothing. Iterators are open all along, to keep old
 * memory in play. */
static void scenario(const struct map_driver *driver, uint64_t keys, unsigned steps) {
    struct mapsan_map_options options = {.seed = 3, .allocator = &counting};
    _Alignas(16) char iter[ITERATOR_ROOM], key[KEY_ROOM];
    uint64_t value;
    bool iterating = false;
    memset(&model, 0, sizeof model);
    model.driver = driver;
    model.random = 11;
    model.map = driver->create(&options);
    if (model.map == NULL)
        return;
    for (unsigned i = 0; i < steps; i++) {
        if (driver->iter_init != NULL && i % 64 == 0 && !iterating) {
            driver->iter_init(iter, model.map);
            iterating = true;
        }
        if (iterating && i % 7 == 0)
            iterating = driver->iter_next(iter, key, &value);
        uint64_t len = model.len;
        model_step(&model, keys, 5, i % 512 < 400 ? 80 : 5);
        if (model.no_memory)
            CHECK(len == model.len);
        if (model.no_memory && heap.fail_upto == heap.fail_at)
            model_verify(&model);
    }
    if (iterating)
        driver->iter_end(iter);
    model_verify(&model);
    model_free(&model);
}

static void fail_each(const struct map_driver *driver) {
    uint64_t keys = driver->keys < 150 ? driver->keys : 150;
    unsigned steps = 1500;
    reset_heap(0, 0);
    scenario(driver, keys, steps);
    CHECK(heap.live == 0);
    if (heap.calls > steps / 4) {
        /* One for each entry: the time goes with the square of the steps. */
        steps = 200;
        reset_heap(0, 0);
        scenario(driver, keys, steps);
    }
    uint64_t calls = heap.calls;
    CHECK(calls > 3);
    for (uint64_t n = 1; n <= calls; n++) {
        reset_heap(n, n);
        scenario(driver, keys, steps);
        CHECK(heap.live == 0);
    }
}

static void fail_for_a_while(const struct map_driver *driver) {
    uint64_t keys = driver->keys < 400 ? driver->keys : 400;
    for (uint64_t n = 1; n <= 24; n++) {
        reset_heap(n, n + 1000);
        scenario(driver, keys, 3000);
        CHECK(heap.live == 0);
    }
}

static void clear_gives_memory_back(const struct map_driver *driver) {
    struct mapsan_map_options options = {.seed = 3, .allocator = &counting};
    reset_heap(0, 0);
    model_init(&model, driver, &options);
    uint64_t live = heap.live;
    for (uint64_t i = 0; i < driver->keys / 2; i++)
        model_put(&model, i);
    CHECK(heap.live > live);
    model_clear(&model);
    CHECK(heap.live == live);
    model_free(&model);
    CHECK(heap.live == 0);
}

/* Without the growth to the same size, churn would string empty overflow buckets together for ever.
 */
static void churn_does_not_accumulate(const struct map_driver *driver) {
    struct mapsan_map_options options = {.seed = 9, .allocator = &counting};
    uint64_t window = driver->keys / 10, peak = 0;
    reset_heap(0, 0);
    model_init(&model, driver, &options);
    for (uint64_t i = 0; i < 40 * driver->keys && i < 200000; i++) {
        model_put(&model, i % driver->keys);
        model_remove(&model, (i + driver->keys - window) % driver->keys);
        if (i == 2 * driver->keys)
            peak = heap.live;
        if (i > 2 * driver->keys)
            CHECK(heap.live <= 2 * peak + 8 + driver->garbage);
    }
    model_verify(&model);
    model_free(&model);
    CHECK(heap.live == 0);
}

static void impossible_capacity(const struct map_driver *driver) {
    static const uint64_t sizes[] = {UINT64_MAX, UINT64_MAX / 2, UINT64_C(1) << 62,
                                     UINT64_C(1) << 60};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct mapsan_map_options options = {.capacity = sizes[i]};
        CHECK(driver->create(&options) == NULL);
    }
}

static void free_of_null(const struct map_driver *driver) { driver->destroy(NULL); }

static const struct test tests[] = {
    {"fail each allocation", fail_each},
    {"fail for a while", fail_for_a_while},
    {"clear gives memory back", clear_gives_memory_back},
    {"churn does not accumulate", churn_does_not_accumulate},
    {"impossible capacity", impossible_capacity},
    {"free of null", free_of_null},
};

int main(int argc, char **argv) {
    return run_suite(argc, argv, NULL, tests, sizeof tests / sizeof *tests);
}
