/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=a lookup returns the entry itself; the expiry
// of another thread frees it
/*
 * Host cache of a transfer library, shared by its handles. hostcache_find() locks, and returns the
 * entry after the unlock; another handle's expiry frees it. The fixed lookup copies.
 */
#include "hostcache.h"

#include <pthread.h>
#include <stdio.h>

static uint32_t connect_to(const char *name, long now) {
    const struct host_entry *host = hostcache_find(name, now);
    if (!host) {
        uint32_t ip[2] = {(uint32_t)now, ~(uint32_t)now};
        hostcache_store(name, ip, 2, now + 20);
        return ip[0];
    }
    return host->ip[now % host->addresses]; // BAD(escaping-reference,guard-bypass,unlocked-access)
}

static void *transfer(void *arg) {
    long offset = *(long *)arg;
    uint32_t sum = 0;
    for (long now = 0; now < 3000; now++) {
        char name[32];
        snprintf(name, sizeof(name), "cdn%ld.example.com", (now + offset) % 37);
        sum ^= connect_to(name, now);
        if (now % 25 == 0)
            sum += (uint32_t)hostcache_expire(now);
    }
    printf("%08x\n", sum);
    return NULL;
}

int main(void) {
    pthread_t handles[2];
    long offsets[2] = {0, 5};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&handles[i], NULL, transfer, &offsets[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(handles[i], NULL);
    hostcache_expire(1L << 40);
    return 0;
}
