/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H
#include <stdbool.h>
#include <uthash.h>

struct account {
    int number;
    long balance;
    UT_hash_handle hh;
};

bool accounts_open(int number, long balance);
bool accounts_close(int number);
bool accounts_find(int number, struct account **account);
long accounts_total(void);
#endif
