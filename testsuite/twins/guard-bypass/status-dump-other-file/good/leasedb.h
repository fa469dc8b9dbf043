/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LEASEDB_H
#define LEASEDB_H

#include <stdbool.h>
#include <stddef.h>

struct lease {
    struct lease *next;
    unsigned ip;
    char hostname[24];
    long expires;
};

struct leasedb {
    struct lease *buckets[16];
    size_t count;
};

extern struct leasedb leasedb;

void leasedb_lock(void);
void leasedb_unlock(void);

bool leasedb_bind(unsigned ip, const char *hostname, long expires);
bool leasedb_release(unsigned ip);
unsigned leasedb_expire(long now);

size_t status_dump(char *out, size_t size);

#endif
