/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Synchronisation objects are found by address in a hash table of lists; a spin lock for each
 * stripe of lists guards the objects there and their clocks. A thread's own clock needs no lock.
 *
 * Two shortcuts make the common case, a lock that goes to and fro between few threads, independent
 * of the number of lanes. An object whose clock is all of what one lane knew (its owner) holds
 * nothing for a thread that knows that moment of the owner. And an owner that has learnt nothing
 * since its last release has but its own time to write.
 */
#include "clocks.h"

#include <string.h>

#include "memory.h"
#include "spin.h"

enum { HEADS = 1 << 16, STRIPES = 256, LEAST_LANES = 8 };
#define NO_OWNER UINT32_MAX

struct object {
    const void *address;
    struct object *next;
    struct mapsan_vector *clock;
    uint64_t gained; /* the owner's, when it released */
    uint32_t owner;
};

bool mapsan_clocks_lost;

static struct object **heads;
static uint32_t stripes[STRIPES];
static struct mapsan_lane **lanes;
static uint32_t lane_count, lanes_lock;
static struct mapsan_lane *first_free, **last_free = &first_free;

static size_t bytes_of(uint32_t capacity) {
    return sizeof(struct mapsan_vector) + capacity * sizeof(uint64_t);
}

/* Room for that many components; false, and nothing changed, when there is no memory. */
static bool make_room(struct mapsan_vector **place, uint32_t size) {
    struct mapsan_vector *old = *place;
    if (old && old->capacity >= size)
        return true;
    /* The head takes two words: the whole is a power of two, as memory comes. */
    uint32_t capacity = LEAST_LANES - 1;
    while (capacity < size)
        capacity = 2 * capacity + 1;
    struct mapsan_vector *grown = mapsan_memory_take(bytes_of(capacity));
    if (!grown) {
        mapsan_clocks_lost = true;
        return false;
    }
    if (old)
        memcpy(grown, old, bytes_of(old->size));
    grown->capacity = capacity;
    *place = grown;
    if (old)
        mapsan_memory_give(old, bytes_of(old->capacity));
    return true;
}

/* How one clock relates to another that is joined into it. */
struct joined {
    bool gained;  /* it knows more than before */
    bool covered; /* the other knows all that it knows now */
};

static struct joined join(struct mapsan_vector **into, const struct mapsan_vector *from) {
    struct joined joined = {false, true};
    if (!make_room(into, from->size))
        return (struct joined){false, false};
    struct mapsan_vector *to = *into;
    for (uint32_t i = to->size; i < from->size; i++)
        to->at[i] = 0;
    if (to->size < from->size)
        to->size = from->size;
    for (uint32_t i = 0; i < from->size; i++) {
        joined.gained |= from->at[i] > to->at[i];
        joined.covered &= from->at[i] >= to->at[i];
        to->at[i] = from->at[i] > to->at[i] ? from->at[i] : to->at[i];
    }
    for (uint32_t i = from->size; i < to->size; i++)
        joined.covered &= to->at[i] == 0;
    return joined;
}

static uint32_t hash(const void *address) {
    return (uint32_t)(((uintptr_t)address * UINT64_C(0x9e3779b97f4a7c15)) >> 40) % HEADS;
}

static struct object **seek(const void *address) {
    struct object **place = &heads[hash(address)];
    while (*place && (*place)->address != address)
        place = &(*place)->next;
    return place;
}

void mapsan_clocks_release(struct mapsan_lane *lane, const void *address) {
    uint32_t *stripe = &stripes[hash(address) % STRIPES];
    mapsan_spin_lock(stripe);
    struct object **place = seek(address), *object = *place;
    if (!object && (object = *place = mapsan_memory_take(sizeof *object))) {
        object->address = address;
        object->owner = NO_OWNER;
    }
    if (!object) {
        mapsan_clocks_lost = true;
    } else if (object->owner == lane->number && object->gained == lane->gained) {
        object->clock->at[lane->number] = lane->known->at[lane->number];
    } else {
        object->owner = join(&object->clock, lane->known).covered ? lane->number : NO_OWNER;
        object->gained = lane->gained;
    }
    mapsan_spin_unlock(stripe);
    lane->known->at[lane->number]++;
}

void mapsan_clocks_acquire(struct mapsan_lane *lane, const void *address) {
    uint32_t *stripe = &stripes[hash(address) % STRIPES];
    mapsan_spin_lock(stripe);
    const struct object *object = *seek(address);
    if (object && object->clock) {
        const uint32_t owner = object->owner;
        const bool known = owner != NO_OWNER && owner < lane->known->size &&
                           lane->known->at[owner] >= object->clock->at[owner];
        if (!known && join(&lane->known, object->clock).gained)
            lane->gained++;
    }
    mapsan_spin_unlock(stripe);
}

void mapsan_clocks_forget(const void *address) {
    uint32_t *stripe = &stripes[hash(address) % STRIPES];
    mapsan_spin_lock(stripe);
    struct object **place = seek(address), *object = *place;
    if (object) {
        *place = object->next;
        if (object->clock)
            mapsan_memory_give(object->clock, bytes_of(object->clock->capacity));
        mapsan_memory_give(object, sizeof *object);
    }
    mapsan_spin_unlock(stripe);
}

static struct mapsan_lane *fresh_lane(void) {
    struct mapsan_lane *lane = mapsan_memory_take(sizeof *lane);
    if (!lane || !make_room(&lane->known, lane_count + 1))
        return NULL;
    lane->number = lane_count;
    lane->known->size = lane_count + 1;
    lane->known->at[lane_count] = 1;
    lanes[lane_count++] = lane;
    return lane;
}

struct mapsan_lane *mapsan_clocks_join(void) {
    mapsan_spin_lock(&lanes_lock);
    struct mapsan_lane *lane = first_free;
    if (lane_count < MAPSAN_LANES_FRESH || (!lane && lane_count < MAPSAN_LANES)) {
        lane = fresh_lane();
    } else if (lane) {
        first_free = lane->next_free;
        if (!first_free)
            last_free = &first_free;
        lane->next_free = NULL;
    }
    mapsan_spin_unlock(&lanes_lock);
    return lane;
}

void mapsan_clocks_leave(struct mapsan_lane *lane) {
    lane->known->at[lane->number]++;
    mapsan_spin_lock(&lanes_lock);
    *last_free = lane;
    last_free = &lane->next_free;
    mapsan_spin_unlock(&lanes_lock);
}

bool mapsan_clocks_start(void) {
    heads = mapsan_memory_reserve(HEADS * sizeof *heads);
    lanes = mapsan_memory_reserve(MAPSAN_LANES * sizeof *lanes);
    return heads && lanes;
}

void mapsan_clocks_after_fork(void) {
    memset(stripes, 0, sizeof stripes);
    lanes_lock = 0;
    mapsan_memory_after_fork();
}
