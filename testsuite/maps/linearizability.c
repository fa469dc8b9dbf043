/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The search behind linearizability.h. Each thread's operations are in order, so how far the search
 * has come is one position per thread and what the key holds; such configurations are remembered,
 * and none is explored twice. The next operation in a linearization is one that began before every
 * other thread's next one ended.
 */
#include "linearizability.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mapsan/maps/hash.h>

struct state {
    bool present;
    uint64_t value;
};

struct configuration {
    uint32_t position[HISTORY_THREADS];
    struct state state;
};

struct search {
    const struct history *threads; /* of one key */
    size_t count;
    uint64_t *visited; /* hashes of configurations; 0 is free */
    size_t mask, used;
    struct configuration *stack;
    size_t depth, room;
};

uint64_t history_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void set(struct state *state, uint64_t value) {
    state->present = true;
    state->value = value;
}

/* Does the operation to the state; false if it would have answered otherwise than recorded. */
static bool apply(const struct history_event *event, struct state *state) {
    bool was = state->present;
    uint64_t before = was ? state->value : 0;
    switch (event->operation) {
    case HISTORY_GET:
        return event->result == was && (!was || event->output == before);
    case HISTORY_PUT:
        set(state, event->input);
        return event->result == !was;
    case HISTORY_GET_OR_PUT:
        if (!was)
            set(state, event->input);
        return event->result == !was && event->output == state->value;
    case HISTORY_TAKE:
        state->present = false;
        return event->result == was && (!was || event->output == before);
    case HISTORY_COMPARE_AND_SWAP:
        if (was && before == event->expected)
            set(state, event->input);
        return event->result == (was && before == event->expected);
    case HISTORY_ADD:
        set(state, before + event->input);
        return event->result == was && event->output == before;
    }
    return false;
}

static void remember(struct search *search, uint64_t hash) {
    size_t at = hash & search->mask;
    while (search->visited[at] != 0)
        at = (at + 1) & search->mask;
    search->visited[at] = hash;
    search->used++;
}

static void double_visited(struct search *search) {
    uint64_t *old = search->visited;
    size_t count = search->mask + 1;
    search->visited = calloc(2 * count, sizeof *old);
    search->mask = 2 * count - 1;
    search->used = 0;
    for (size_t i = 0; i < count; i++)
        if (old[i] != 0)
            remember(search, old[i]);
    free(old);
}

/* True the first time. Two configurations with one hash of 64 bits are taken for one. */
static bool is_new(struct search *search, const struct configuration *configuration) {
    uint64_t words[2] = {configuration->state.present,
                         configuration->state.present ? configuration->state.value : 0};
    uint64_t hash = mapsan_hash_bytes(configuration->position, sizeof configuration->position,
                                      mapsan_hash_bytes(words, sizeof words, 1)) |
                    1;
    for (size_t at = hash & search->mask; search->visited[at] != 0; at = (at + 1) & search->mask)
        if (search->visited[at] == hash)
            return false;
    remember(search, hash);
    if (search->used * 2 > search->mask)
        double_visited(search);
    return true;
}

static void push(struct search *search, const struct configuration *configuration) {
    if (search->depth == search->room) {
        search->room = search->room * 2 + 64;
        search->stack = realloc(search->stack, search->room * sizeof *search->stack);
    }
    search->stack[search->depth++] = *configuration;
}

static const struct history_event *
next_of(const struct search *search, const struct configuration *configuration, size_t thread) {
    const struct history *history = &search->threads[thread];
    uint32_t position = configuration->position[thread];
    return position < history->count ? &history->events[position] : NULL;
}

/* The earliest end among the threads' next operations: what began later cannot come first. */
static uint64_t first_end(const struct search *search, const struct configuration *configuration) {
    uint64_t end = UINT64_MAX;
    for (size_t thread = 0; thread < search->count; thread++) {
        const struct history_event *event = next_of(search, configuration, thread);
        if (event != NULL && event->end < end)
            end = event->end;
    }
    return end;
}

static bool explore(struct search *search) {
    struct configuration start;
    memset(&start, 0, sizeof start);
    push(search, &start);
    while (search->depth > 0) {
        struct configuration now = search->stack[--search->depth];
        uint64_t end = first_end(search, &now);
        if (end == UINT64_MAX)
            return true;
        for (size_t thread = 0; thread < search->count; thread++) {
            const struct history_event *event = next_of(search, &now, thread);
            struct configuration then = now;
            if (event == NULL || event->begin > end || !apply(event, &then.state))
                continue;
            then.position[thread]++;
            if (is_new(search, &then))
                push(search, &then);
        }
    }
    return false;
}

static bool check_key(const struct history *all, size_t count, uint64_t key) {
    struct history own[HISTORY_THREADS];
    for (size_t thread = 0; thread < count; thread++) {
        own[thread].events = malloc((all[thread].count + 1) * sizeof *own[thread].events);
        own[thread].count = 0;
        for (size_t i = 0; i < all[thread].count; i++)
            if (all[thread].events[i].key == key)
                own[thread].events[own[thread].count++] = all[thread].events[i];
    }
    struct search search = {.threads = own, .count = count, .mask = 1023};
    search.visited = calloc(search.mask + 1, sizeof *search.visited);
    bool linearizable = explore(&search);
    for (size_t thread = 0; thread < count; thread++)
        free(own[thread].events);
    free(search.visited);
    free(search.stack);
    return linearizable;
}

static int by_number(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

bool history_is_linearizable(const struct history *threads, size_t count, uint64_t *key) {
    size_t total = 0, used = 0;
    for (size_t thread = 0; thread < count; thread++)
        total += threads[thread].count;
    uint64_t *keys = malloc((total + 1) * sizeof *keys);
    for (size_t thread = 0; thread < count; thread++)
        for (size_t i = 0; i < threads[thread].count; i++)
            keys[used++] = threads[thread].events[i].key;
    qsort(keys, used, sizeof *keys, by_number);
    bool linearizable = true;
    for (size_t i = 0; i < used && linearizable; i++) {
        if (i > 0 && keys[i] == keys[i - 1])
            continue;
        *key = keys[i];
        linearizable = check_key(threads, count, keys[i]);
    }
    free(keys);
    return linearizable;
}
