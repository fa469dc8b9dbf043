/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a status page in another file walks the lease table bare
/*
 * Lease table of a DHCP server. All functions of the table lock; the status page, which came later and in its own
 * file, walks the exported buckets without.
 */
#include "leasedb.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_bool quit;

static void *status_main(void *arg) {
    char page[2048];
    size_t longest = 0;
    (void)arg;
    while (!atomic_load(&quit)) {
        size_t n = status_dump(page, sizeof(page));
        longest = n > longest ? n : longest;
    }
    printf("%s\n", longest ? "leases" : "no lease");
    return NULL;
}

static void *server_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    for (unsigned i = 0; i < 3000; i++) {
        char name[24];
        snprintf(name, sizeof(name), "host-%u", i % 50);
        leasedb_bind(base + i % 50, name, (long)i + 20);
        if (i % 5 == 0)
            leasedb_release(base + i * 3 % 50);
        if (i % 40 == 0)
            leasedb_expire((long)i);
    }
    return NULL;
}

int main(void) {
    pthread_t status, servers[2];
    unsigned bases[2] = {100, 200};
    if (pthread_create(&status, NULL, status_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&servers[i], NULL, server_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(servers[i], NULL);
    atomic_store(&quit, true);
    pthread_join(status, NULL);
    leasedb_expire(1L << 40);
    return 0;
}
