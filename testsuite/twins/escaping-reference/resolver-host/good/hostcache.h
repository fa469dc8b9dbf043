/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef HOSTCACHE_H
#define HOSTCACHE_H

#include <stdint.h>

struct host_entry {
    struct host_entry *next;
    uint32_t ip[4];
    int addresses;
    long expires;
    char name[40];
};

int hostcache_store(const char *name, const uint32_t *ip, int addresses, long expires);
int hostcache_find(const char *name, long now, struct host_entry *copy);
int hostcache_expire(long now);

#endif
