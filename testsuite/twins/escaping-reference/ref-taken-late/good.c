/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=reference counted up after the table lock was
// given back
/*
 * Call table of a SIP switch. call_find() unlocks and only then takes the reference that it returns
 * to the caller; between the two another thread may drop the last one.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct call {
    atomic_int refs;
    uint32_t id;
    struct call *next;
    atomic_int packets;
};

#define CALL_HASH 32
static struct call *calls[CALL_HASH];
static pthread_mutex_t calls_lock = PTHREAD_MUTEX_INITIALIZER;

static struct call *call_ref(struct call *c) {
    atomic_fetch_add(&c->refs, 1);
    return c;
}

static void call_unref(struct call *c) {
    if (atomic_fetch_sub(&c->refs, 1) == 1)
        free(c);
}

static struct call *calls_find_locked(uint32_t id) {
    for (struct call *c = calls[id % CALL_HASH]; c; c = c->next)
        if (c->id == id)
            return c;
    return NULL;
}

/* Returns a reference. */
static struct call *call_find(uint32_t id) {
    struct call *c;

    pthread_mutex_lock(&calls_lock);
    c = calls_find_locked(id);
    if (c)
        call_ref(c);
    pthread_mutex_unlock(&calls_lock);
    return c;
}

/* The table holds one reference of its own. */
static int call_create(uint32_t id) {
    struct call *c = calloc(1, sizeof(*c));
    int created = 0;

    if (!c)
        return -1;
    c->id = id;
    atomic_init(&c->refs, 1);
    pthread_mutex_lock(&calls_lock);
    if (!calls_find_locked(id)) {
        c->next = calls[id % CALL_HASH];
        calls[id % CALL_HASH] = c;
        created = 1;
    }
    pthread_mutex_unlock(&calls_lock);
    if (!created)
        call_unref(c);
    return created;
}

static int call_hangup(uint32_t id) {
    struct call **link, *c;

    pthread_mutex_lock(&calls_lock);
    for (link = &calls[id % CALL_HASH]; (c = *link) && c->id != id;)
        link = &c->next;
    if (c)
        *link = c->next;
    pthread_mutex_unlock(&calls_lock);
    if (!c)
        return 0;
    call_unref(c);
    return 1;
}

static void *signalling(void *arg) {
    (void)arg;
    for (uint32_t i = 0; i < 4000; i++) {
        call_create(i % 23);
        if (i % 3 == 0)
            call_hangup(i * 7 % 23);
    }
    return NULL;
}

static void *media(void *arg) {
    long packets = 0;
    (void)arg;
    for (uint32_t i = 0; i < 4000; i++) {
        struct call *c = call_find(i % 23);
        if (!c)
            continue;
        packets += atomic_fetch_add(&c->packets, 1) >= 0;
        call_unref(c);
    }
    printf("%ld packets\n", packets);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    if (pthread_create(&threads[0], NULL, signalling, NULL) || pthread_create(&threads[1], NULL, media, NULL) ||
        pthread_create(&threads[2], NULL, media, NULL))
        return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (uint32_t id = 0; id < 23; id++)
        call_hangup(id);
    return 0;
}
