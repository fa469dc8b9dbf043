/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The reference and the comparison with it; see model.h. */
#include "model.h"
#include "testing.h"

void model_init(struct model *model, const struct map_driver *driver,
                const struct mapsan_map_options *options) {
    memset(model, 0, sizeof *model);
    model->driver = driver;
    model->random = 1;
    model->map = driver->create(options);
    CHECK(model->map != NULL);
}

void model_free(struct model *model) { model->driver->destroy(model->map); }

uint64_t model_random(struct model *model, uint64_t bound) {
    return mapsan_random_next(&model->random) % bound;
}

struct test_key {
    _Alignas(16) char bytes[KEY_ROOM];
};

static struct test_key key_of(struct model *model, uint64_t number) {
    struct test_key key;
    model->driver->make_key(number, key.bytes);
    return key;
}

static uint64_t fresh_value(struct model *model) { return mapsan_random_next(&model->random); }

static bool refused(struct model *model, int result) {
    model->no_memory = result == MAPSAN_MAP_NO_MEMORY;
    return model->no_memory;
}

static void set(struct model *model, uint64_t number, uint64_t value) {
    model->len += !model->present[number];
    model->present[number] = true;
    model->value[number] = value;
}

static void unset(struct model *model, uint64_t number) {
    model->len -= model->present[number];
    model->present[number] = false;
}

void model_get(struct model *model, uint64_t number) {
    struct test_key key = key_of(model, number);
    uint64_t value = 0;
    model->no_memory = false;
    CHECK(model->driver->get(model->map, key.bytes, &value) == model->present[number]);
    CHECK(model->driver->get(model->map, key.bytes, NULL) == model->present[number]);
    CHECK(!model->present[number] || value == model->value[number]);
}

void model_put(struct model *model, uint64_t number) {
    struct test_key key = key_of(model, number);
    uint64_t value = fresh_value(model);
    int result = model->driver->put(model->map, key.bytes, &value);
    if (refused(model, result))
        return;
    CHECK(result == !model->present[number]);
    set(model, number, value);
}

void model_get_or_put(struct model *model, uint64_t number) {
    struct test_key key = key_of(model, number);
    uint64_t value = fresh_value(model), put = value;
    int result = model->driver->get_or_put(model->map, key.bytes, &value);
    if (refused(model, result))
        return;
    CHECK(result == !model->present[number]);
    CHECK(value == (model->present[number] ? model->value[number] : put));
    set(model, number, value);
}

void model_remove(struct model *model, uint64_t number) {
    struct test_key key = key_of(model, number);
    int result = model->driver->remove(model->map, key.bytes);
    if (refused(model, result))
        return;
    CHECK(result == model->present[number]);
    unset(model, number);
}

void model_take(struct model *model, uint64_t number) {
    struct test_key key = key_of(model, number), old;
    uint64_t value = 0;
    int result = model->driver->take(model->map, key.bytes, old.bytes, &value);
    if (refused(model, result))
        return;
    CHECK(result == model->present[number]);
    CHECK(!result || model->driver->key_number(old.bytes) == number);
    CHECK(!result || value == model->value[number]);
    unset(model, number);
}

struct decision {
    struct model *model;
    uint64_t number;
    uint64_t value;
    enum mapsan_map_decision answer;
    unsigned calls;
};

static enum mapsan_map_decision decide(void *context, const void *key, void *value, bool present) {
    struct decision *decision = context;
    struct model *model = decision->model;
    uint64_t old;
    memcpy(&old, value, sizeof old);
    decision->calls++;
    CHECK(model->driver->key_number(key) == decision->number);
    CHECK(present == model->present[decision->number]);
    CHECK(old == (present ? model->value[decision->number] : 0));
    if (decision->answer != MAPSAN_UPDATE_KEEP)
        memcpy(value, &decision->value, sizeof decision->value);
    return decision->answer;
}

void model_update(struct model *model, uint64_t number) {
    struct test_key key = key_of(model, number);
    struct decision decision = {model, number, fresh_value(model),
                                (enum mapsan_map_decision)model_random(model, 3), 0};
    bool was = model->present[number];
    int result = model->driver->update(model->map, key.bytes, decide, &decision);
    CHECK(decision.calls == (result == MAPSAN_MAP_NO_MEMORY ? 0 : 1));
    if (refused(model, result))
        return;
    CHECK(result == (decision.answer == MAPSAN_UPDATE_STORE ||
                     (decision.answer == MAPSAN_UPDATE_REMOVE && was)));
    if (decision.answer == MAPSAN_UPDATE_STORE)
        set(model, number, decision.value);
    if (decision.answer == MAPSAN_UPDATE_REMOVE)
        unset(model, number);
}

void model_compare_and_swap(struct model *model, uint64_t number) {
    struct test_key key = key_of(model, number);
    bool right = model_random(model, 2) != 0;
    uint64_t expected = model->value[number] + !right, desired = fresh_value(model);
    int result = model->driver->compare_and_swap(model->map, key.bytes, &expected, &desired);
    if (refused(model, result))
        return;
    CHECK(result == (right && model->present[number]));
    if (result)
        set(model, number, desired);
}

void model_clear(struct model *model) {
    model->driver->clear(model->map);
    memset(model->present, 0, sizeof model->present);
    model->len = 0;
}

void model_step(struct model *model, uint64_t keys, unsigned reads, unsigned puts) {
    uint64_t key = model_random(model, keys), dice = model_random(model, 100);
    if (dice < reads)
        model_get(model, key);
    else if (dice < reads + puts)
        model_random(model, 2) ? model_put(model, key) : model_get_or_put(model, key);
    else if (dice % 4 == 0)
        model_update(model, key);
    else if (dice % 4 == 1)
        model_compare_and_swap(model, key);
    else
        model_random(model, 2) ? model_remove(model, key) : model_take(model, key);
}

struct census {
    struct model *model;
    uint64_t seen;
    uint64_t stop_after;
    bool visited[TEST_KEYS];
};

static void count_entry(struct census *census, const void *key, const void *value_bytes) {
    uint64_t number = census->model->driver->key_number(key), value;
    memcpy(&value, value_bytes, sizeof value);
    CHECK(number < TEST_KEYS && census->model->present[number]);
    CHECK(census->model->value[number] == value);
    CHECK(!census->visited[number]);
    census->visited[number] = true;
    census->seen++;
}

static bool visit(void *context, const void *key, const void *value) {
    struct census *census = context;
    count_entry(census, key, value);
    return census->seen != census->stop_after;
}

static void verify_iteration(struct model *model) {
    struct census census = {.model = model};
    struct test_key key;
    _Alignas(16) char iter[ITERATOR_ROOM];
    uint64_t value;
    model->driver->iter_init(iter, model->map);
    while (model->driver->iter_next(iter, key.bytes, &value))
        count_entry(&census, key.bytes, &value);
    CHECK(census.seen == model->len);
    CHECK(!model->driver->iter_next(iter, key.bytes, &value));
    model->driver->iter_end(iter);
}

void model_verify(struct model *model) {
    const struct map_driver *driver = model->driver;
    CHECK(driver->len(model->map) == model->len);
    struct census all = {.model = model};
    CHECK(driver->each(model->map, visit, &all));
    CHECK(all.seen == model->len);
    if (model->len > 0) {
        struct census some = {.model = model, .stop_after = (model->len + 1) / 2};
        CHECK(!driver->each(model->map, visit, &some));
        CHECK(some.seen == some.stop_after);
    }
    if (driver->iter_init != NULL)
        verify_iteration(model);
    for (uint64_t number = 0; number < driver->keys; number++)
        model_get(model, number);
    if (driver->verify != NULL)
        driver->verify(model->map);
}
