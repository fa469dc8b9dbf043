/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Atomic here, plain there: on objects that callers pass, and on globals with known threads. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct stats {
    pthread_mutex_t lock;
    long hits, misses, bytes, errors;
    _Atomic long dropped;
    volatile long seen;
    int references;
};

void hit_ok(struct stats *s) {
    __atomic_fetch_add(&s->hits, 1, __ATOMIC_RELAXED);
}

void hits_load_bad(struct stats *s, long n) {
    s->hits += n; // expected-warning {{`s->hits` is modified plainly here, but atomically in hit_ok()}} expected-note@* {{atomically here}}
}

void miss_ok(struct stats *s) {
    __sync_fetch_and_add(&s->misses, 1);
}

long misses_bad(const struct stats *s) {
    return s->misses; // expected-warning {{`s->misses` is read plainly here}} expected-note@* {{`s->misses` is modified atomically here}}
}

/* Every access of an _Atomic object is atomic, however it is written. */
void drop_ok(struct stats *s) {
    s->dropped++;
    atomic_fetch_add(&s->dropped, 1);
}

long dropped_ok(const struct stats *s) {
    return s->dropped;
}

void see_ok(struct stats *s) {
    __atomic_fetch_add(&s->seen, 1, __ATOMIC_RELAXED);
}

long seen_ok(const struct stats *s) {
    return s->seen;
}

/* All writers hold the lock: who holds it too may read plainly. */
void bytes_add_ok(struct stats *s, long n) {
    pthread_mutex_lock(&s->lock);
    __atomic_store_n(&s->bytes, s->bytes + n, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&s->lock);
}

long bytes_ok(const struct stats *s) {
    return __atomic_load_n(&s->bytes, __ATOMIC_ACQUIRE);
}

/* Two readers do not collide. */
long errors_ok(const struct stats *s) {
    return __atomic_load_n(&s->errors, __ATOMIC_RELAXED) + s->errors;
}

struct stats *stats_new_ok(void) {
    struct stats *s = calloc(1, sizeof *s);
    if (s) {
        pthread_mutex_init(&s->lock, NULL);
        s->references = 1;
        s->hits = 0;
    }
    return s;
}

void stats_ref_ok(struct stats *s) {
    __atomic_fetch_add(&s->references, 1, __ATOMIC_RELAXED);
}

void stats_unref_ok(struct stats *s) {
    if (__atomic_sub_fetch(&s->references, 1, __ATOMIC_ACQ_REL) == 0)
        free(s);
}

/* Taken out of a pool, perhaps: whether others know it already cannot be told. */
void stats_reset_ok(struct stats *s) {
    s->references = 1;
}

/* That it may be the last to drop it does not make it the only one. */
int stats_release_bad(struct stats *s) {
    int last = 0;
    if (s->references == 1) // expected-warning {{`s->references` is read plainly here}} expected-note@* {{atomically here}}
        last = 1;
    stats_unref_ok(s);
    return last;
}
