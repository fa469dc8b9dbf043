/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=uthash+pthread, note=labels added by workers while the scrape thread iterates;
// no lock anywhere
/*
 * Exporter of a storage daemon: request threads add labelled counters to a uthash table on first use, the scrape
 * thread iterates over it. The counters are atomic; the table has nothing.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct counter {
    char label[24];
    atomic_ulong value;
    UT_hash_handle hh;
};

static struct counter *counters;
static pthread_rwlock_t counters_lock = PTHREAD_RWLOCK_INITIALIZER;

static void counter_add(const char *label, unsigned long n) {
    struct counter *c;

    pthread_rwlock_rdlock(&counters_lock);
    HASH_FIND_STR(counters, label, c);
    if (c)
        atomic_fetch_add(&c->value, n);
    pthread_rwlock_unlock(&counters_lock);
    if (c)
        return;
    pthread_rwlock_wrlock(&counters_lock);
    HASH_FIND_STR(counters, label, c);
    if (!c) {
        c = calloc(1, sizeof(*c));
        if (c) {
            snprintf(c->label, sizeof(c->label), "%s", label);
            HASH_ADD_STR(counters, label, c);
        }
    }
    if (c)
        atomic_fetch_add(&c->value, n);
    pthread_rwlock_unlock(&counters_lock);
}

static unsigned long scrape(void) {
    unsigned long sum = 0;
    struct counter *c;
    pthread_rwlock_rdlock(&counters_lock);
    for (c = counters; c != NULL; c = c->hh.next)
        sum += atomic_load(&c->value);
    pthread_rwlock_unlock(&counters_lock);
    return sum;
}

static atomic_bool done;

static void *request_main(void *arg) {
    const char *method = arg;
    for (unsigned i = 0; i < 2000; i++) {
        char label[24];
        snprintf(label, sizeof(label), "%s_%u", method, i % 200);
        counter_add(label, i % 3);
    }
    return NULL;
}

static void *scrape_main(void *arg) {
    unsigned long last = 0;
    (void)arg;
    while (!atomic_load(&done))
        last = scrape();
    printf("%s\n", last ? "scraped" : "nothing");
    return NULL;
}

int main(void) {
    pthread_t requests[2], scraper;
    static char methods[2][8] = {"get", "put"};
    struct counter *c, *tmp;

    if (pthread_create(&scraper, NULL, scrape_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&requests[i], NULL, request_main, methods[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(requests[i], NULL);
    atomic_store(&done, 1);
    pthread_join(scraper, NULL);
    HASH_ITER(hh, counters, c, tmp) {
        HASH_DEL(counters, c);
        free(c);
    }
    return 0;
}
