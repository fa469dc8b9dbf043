/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=urcu+pthread, note=RCU pointer replaced and the old
// version freed at once
/*
 * A DNS server replaces a zone behind an RCU-protected pointer and frees the old zone at once,
 * while readers may still be inside their read-side critical sections.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <urcu.h>

struct zone {
    unsigned serial;
    unsigned records;
    char origin[64];
};

static struct zone *current_zone;
static pthread_mutex_t zone_update = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool quit;
static atomic_ulong answers;

static struct zone *zone_load(unsigned serial) {
    struct zone *z = calloc(1, sizeof(*z));
    if (!z)
        return NULL;
    z->serial = serial;
    z->records = 100 + serial;
    strcpy(z->origin, "example.org.");
    return z;
}

static int zone_replace(unsigned serial) {
    struct zone *fresh = zone_load(serial), *old;
    if (!fresh)
        return -1;
    pthread_mutex_lock(&zone_update);
    old = current_zone;
    rcu_assign_pointer(current_zone, fresh);
    pthread_mutex_unlock(&zone_update);
    free(old); // BAD(unsafe-publication)
    return 0;
}

static unsigned zone_serial(void) {
    unsigned serial = 0;
    rcu_read_lock();
    struct zone *z = rcu_dereference(current_zone);
    if (z)
        serial = z->serial;
    rcu_read_unlock();
    return serial;
}

static int zone_answer(const char *name) {
    int status = -1;
    rcu_read_lock();
    struct zone *z = rcu_dereference(current_zone);
    if (z && strstr(name, z->origin))
        status = (int)(z->records % 7);
    rcu_read_unlock();
    return status;
}

static void *query_main(void *arg) {
    unsigned last = 0;
    (void)arg;
    rcu_register_thread();
    while (!atomic_load(&quit)) {
        if (zone_answer("www.example.org.") >= 0)
            atomic_fetch_add(&answers, 1);
        unsigned serial = zone_serial();
        if (serial < last)
            fprintf(stderr, "serial went back\n");
        last = serial;
    }
    rcu_unregister_thread();
    return NULL;
}

int main(void) {
    pthread_t queries[2];
    if (zone_replace(1) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&queries[i], NULL, query_main, NULL) != 0)
            return 1;
    for (unsigned serial = 2; serial < 50; serial++)
        if (zone_replace(serial) != 0)
            break;
    atomic_store(&quit, true);
    for (int i = 0; i < 2; i++)
        pthread_join(queries[i], NULL);
    printf("%lu answers, serial %u\n", atomic_load(&answers), current_zone->serial);
    free(current_zone);
    return 0;
}
