/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=lock wrappers two layers deep in another file
/*
 * A proxy keeps its backends in a list under a rwlock that is reached through two layers of
 * wrappers in another file. The health checker marks a backend down without taking it. Here the
 * health checker takes the write side.
 */
#include "sync.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int error, const char *what, const char *name) {
    if (error == 0)
        return;
    fprintf(stderr, "%s %s: %s\n", what, name, strerror(error));
    abort();
}

int sync_rw_init(sync_rw_t *lock, const char *name) {
    lock->name = name;
    return pthread_rwlock_init(&lock->native, NULL);
}

void sync_rw_read(sync_rw_t *lock) {
    must(pthread_rwlock_rdlock(&lock->native), "rdlock", lock->name);
}

void sync_rw_write(sync_rw_t *lock) {
    must(pthread_rwlock_wrlock(&lock->native), "wrlock", lock->name);
}

void sync_rw_done(sync_rw_t *lock) {
    must(pthread_rwlock_unlock(&lock->native), "unlock", lock->name);
}

void sync_rw_destroy(sync_rw_t *lock) { pthread_rwlock_destroy(&lock->native); }
