/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=uthash+pthread, note=lookup under the read lock removes what
// has expired
/*
 * Negative cache of a name service daemon. The lookup holds the lock shared; when it meets an entry
 * that has expired it deletes it on the spot. The fix leaves the removal to the writer.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct negent {
    char name[24];
    long expires;
    UT_hash_handle hh;
};

static struct {
    pthread_rwlock_t lock;
    struct negent *table;
    unsigned purged;
} neg = {.lock = PTHREAD_RWLOCK_INITIALIZER};

#define NEG_RDLOCK() pthread_rwlock_rdlock(&neg.lock)
#define NEG_WRLOCK() pthread_rwlock_wrlock(&neg.lock)
#define NEG_UNLOCK() pthread_rwlock_unlock(&neg.lock)

static void neg_drop(struct negent *e) {
    HASH_DEL(neg.table, e); // BAD(write-under-read-lock)
    neg.purged++; // BAD(write-under-read-lock)
    free(e);
}

static int neg_is_known(const char *name, long now) {
    struct negent *e;
    int known = 0;

    NEG_RDLOCK();
    HASH_FIND_STR(neg.table, name, e);
    if (e) {
        known = e->expires >= now;
        if (!known)
            neg_drop(e); // BAD(write-under-read-lock)
    }
    NEG_UNLOCK();
    return known;
}

static void neg_remember(const char *name, long expires) {
    struct negent *e;

    NEG_WRLOCK();
    HASH_FIND_STR(neg.table, name, e);
    if (!e && (e = calloc(1, sizeof(*e)))) {
        snprintf(e->name, sizeof(e->name), "%s", name);
        HASH_ADD_STR(neg.table, name, e);
    }
    if (e)
        e->expires = expires;
    NEG_UNLOCK();
}

static void neg_sweep(long now) {
    struct negent *e, *tmp;
    NEG_WRLOCK();
    HASH_ITER(hh, neg.table, e, tmp)
        if (e->expires < now)
            neg_drop(e);
    NEG_UNLOCK();
}

static void *lookup_thread(void *arg) {
    long skew = *(long *)arg, known = 0;
    for (long now = 0; now < 4000; now++) {
        char name[24];
        snprintf(name, sizeof(name), "user%ld", (now + skew) % 29);
        if (neg_is_known(name, now))
            known++;
        else
            neg_remember(name, now + 13);
        if (now % 500 == 499)
            neg_sweep(now);
    }
    return (void *)known;
}

int main(void) {
    pthread_t threads[3];
    long skews[3] = {0, 2, 9};

    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, lookup_thread, &skews[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *known;
        pthread_join(threads[i], &known);
        printf("%ld known\n", (long)known);
    }
    neg_sweep(1L << 40);
    printf("%u purged\n", neg.purged);
    return 0;
}
