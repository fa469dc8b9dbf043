/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=routing table exchanged atomically and the old one
// freed at once, while readers walk it
/*
 * A resolver publishes its zone as an atomic pointer. Readers load it and walk; the reload exchanges the
 * pointer and frees the old zone immediately. The fix holds a reader lock around the walk, and takes it for
 * writing once between the exchange and the free.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct record {
    struct record *next;
    unsigned name, address;
};

struct zone {
    unsigned serial;
    struct record *records[8];
};

static _Atomic(struct zone *) current_zone;

static void zone_free(struct zone *z) {
    if (!z)
        return;
    for (int i = 0; i < 8; i++)
        while (z->records[i]) {
            struct record *r = z->records[i];
            z->records[i] = r->next;
            free(r);
        }
    free(z);
}

static struct zone *zone_parse(unsigned serial) {
    struct zone *z = calloc(1, sizeof(*z));
    if (!z)
        return NULL;
    z->serial = serial;
    for (unsigned name = 0; name < 40; name++) {
        struct record *r = malloc(sizeof(*r));
        if (!r)
            break;
        r->name = name;
        r->address = name * serial;
        r->next = z->records[name & 7];
        z->records[name & 7] = r;
    }
    return z;
}

static int zone_reload(unsigned serial) {
    struct zone *fresh = zone_parse(serial), *old;
    if (!fresh)
        return -1;
    old = atomic_exchange(&current_zone, fresh);
    zone_free(old); // BAD(unsafe-publication,destroy-in-use)
    return 0;
}

static unsigned zone_lookup(unsigned name) {
    unsigned address = 0;
    struct zone *z = atomic_load(&current_zone);
    for (struct record *r = z ? z->records[name & 7] : NULL; r; r = r->next)
        if (r->name == name) {
            address = r->address;
            break;
        }
    return address;
}

static void *answer_main(void *arg) {
    unsigned seed = *(unsigned *)arg, sum = 0;
    for (int i = 0; i < 5000; i++) {
        seed = seed * 69069u + 1u;
        sum += zone_lookup(seed >> 26);
    }
    printf("%u\n", sum);
    return NULL;
}

static void *control_main(void *arg) {
    (void)arg;
    for (unsigned serial = 2; serial < 300; serial++)
        if (zone_reload(serial) != 0)
            break;
    return NULL;
}

int main(void) {
    pthread_t control, answers[2];
    unsigned seeds[2] = {5, 6};
    if (zone_reload(1) != 0 || pthread_create(&control, NULL, control_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&answers[i], NULL, answer_main, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(answers[i], NULL);
    pthread_join(control, NULL);
    zone_free(atomic_load(&current_zone));
    return 0;
}
