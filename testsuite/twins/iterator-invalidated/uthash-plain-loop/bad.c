/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=uthash+pthread, note=plain loop over hh.next with
// deletion, next element read from freed memory
/*
 * An ARP cache walks its uthash table with a plain loop over hh.next and deletes and frees old
 * entries inside; the loop then reads the next pointer of the freed entry.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct arp {
    unsigned ip;
    unsigned char mac[6];
    unsigned age;
    UT_hash_handle hh;
};

static pthread_rwlock_t arp_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct arp *arp_cache;
static atomic_uint hits, misses;

static int arp_learn(unsigned ip, unsigned char last) {
    struct arp *a;
    pthread_rwlock_wrlock(&arp_lock);
    HASH_FIND(hh, arp_cache, &ip, sizeof(ip), a);
    if (!a) {
        a = calloc(1, sizeof(*a));
        if (!a) {
            pthread_rwlock_unlock(&arp_lock);
            return -1;
        }
        a->ip = ip;
        HASH_ADD(hh, arp_cache, ip, sizeof(ip), a);
    }
    a->mac[5] = last;
    a->age = 0;
    pthread_rwlock_unlock(&arp_lock);
    return 0;
}

static int arp_resolve(unsigned ip, unsigned char mac[6]) {
    struct arp *a;
    pthread_rwlock_rdlock(&arp_lock);
    HASH_FIND(hh, arp_cache, &ip, sizeof(ip), a);
    if (a)
        memcpy(mac, a->mac, 6);
    pthread_rwlock_unlock(&arp_lock);
    atomic_fetch_add(a ? &hits : &misses, 1);
    return a ? 0 : -1;
}

static unsigned arp_expire(unsigned max_age) {
    struct arp *a;
    unsigned dropped = 0;
    pthread_rwlock_wrlock(&arp_lock);
    for (a = arp_cache; a != NULL; a = a->hh.next) { // BAD(iterator-invalidated)
        if (++a->age <= max_age)
            continue;
        HASH_DEL(arp_cache, a); // BAD(iterator-invalidated)
        free(a); // BAD(iterator-invalidated)
        dropped++;
    }
    pthread_rwlock_unlock(&arp_lock);
    return dropped;
}

static unsigned arp_oldest(void) {
    unsigned oldest = 0;
    pthread_rwlock_rdlock(&arp_lock);
    for (const struct arp *a = arp_cache; a != NULL; a = a->hh.next)
        if (a->age > oldest)
            oldest = a->age;
    pthread_rwlock_unlock(&arp_lock);
    return oldest;
}

static void *stack_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    unsigned char mac[6];
    for (unsigned i = 0; i < 300; i++) {
        if (arp_resolve(base + i % 30, mac) != 0 && arp_learn(base + i % 30, (unsigned char)i) != 0)
            break;
        if (i % 100 == 99)
            arp_expire(1000);
    }
    return NULL;
}

int main(void) {
    pthread_t stacks[2];
    unsigned bases[2] = {10, 25};
    struct arp *a, *next;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&stacks[i], NULL, stack_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(stacks[i], NULL);
    printf("%u hits, %u misses, oldest %u\n", atomic_load(&hits), atomic_load(&misses),
           arp_oldest());
    HASH_ITER(hh, arp_cache, a, next) {
        HASH_DEL(arp_cache, a);
        free(a);
    }
    return 0;
}
