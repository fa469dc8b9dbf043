/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=uthash+pthread, note=find hands the element out through an
// out-parameter, in another file
/*
 * An account database's find function stores a pointer to the element through an out-parameter
 * and unlocks. Its caller, in another file, changes the balance without any lock and while the
 * element may be deleted.
 */
#include "accounts.h"
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t accounts_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct account *accounts;

static struct account *find_locked(int number) {
    struct account *a;
    HASH_FIND_INT(accounts, &number, a);
    return a;
}

bool accounts_open(int number, long balance) {
    bool opened = false;
    struct account *a = malloc(sizeof(*a));
    if (!a)
        return false;
    a->number = number;
    a->balance = balance;
    pthread_mutex_lock(&accounts_mutex);
    if (!find_locked(number)) {
        HASH_ADD_INT(accounts, number, a);
        opened = true;
    }
    pthread_mutex_unlock(&accounts_mutex);
    if (!opened)
        free(a);
    return opened;
}

bool accounts_close(int number) {
    struct account *a;
    pthread_mutex_lock(&accounts_mutex);
    a = find_locked(number);
    if (a)
        HASH_DEL(accounts, a);
    pthread_mutex_unlock(&accounts_mutex);
    free(a);
    return a != NULL;
}

bool accounts_find(int number, struct account **account) {
    pthread_mutex_lock(&accounts_mutex);
    *account = find_locked(number); // BAD(escaping-reference)
    pthread_mutex_unlock(&accounts_mutex);
    return *account != NULL;
}

long accounts_total(void) {
    struct account *a, *next;
    long total = 0;
    pthread_mutex_lock(&accounts_mutex);
    HASH_ITER(hh, accounts, a, next)
    total += a->balance;
    pthread_mutex_unlock(&accounts_mutex);
    return total;
}
