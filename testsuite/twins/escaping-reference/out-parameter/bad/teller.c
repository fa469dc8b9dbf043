/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "accounts.h"
#include <pthread.h>
#include <stdio.h>

static long deposit(int number, long amount) {
    struct account *account;
    if (!accounts_find(number, &account))
        return -1;
    account->balance += amount; // BAD(escaping-reference,unlocked-access,guard-bypass)
    return account->balance; // BAD(escaping-reference,unlocked-access,guard-bypass)
}

static void *teller_main(void *arg) {
    int first = *(int *)arg;
    size_t unknown = 0;
    for (int i = 0; i < 200; i++) {
        accounts_open(first + i % 10, 0);
        if (deposit(first + i % 15, 5) < 0)
            unknown++;
        if (i % 4 == 0)
            accounts_close(first + i % 10);
    }
    return (void *)unknown;
}

int main(void) {
    pthread_t tellers[2];
    int firsts[2] = {100, 500};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&tellers[i], NULL, teller_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(tellers[i], NULL);
    printf("total %ld\n", accounts_total());
    for (int n = 100; n < 520; n++)
        accounts_close(n);
    return 0;
}
