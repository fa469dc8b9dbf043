/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=c11, note=state tested under the lock, action started after it: two
// threads start it
/*
 * Session negotiation of a VPN daemon: the state says whether a rekey is under way. The test and the change
 * of state are two critical sections, and two workers begin the same rekey.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>

enum sa_state { SA_IDLE, SA_REKEYING };

struct sa {
    mtx_t mtx;
    enum sa_state state;
    unsigned used;
    unsigned key;
    unsigned rekeys;
};

static struct sa sas[3];

static unsigned derive(unsigned key) {
    for (int i = 0; i < 40; i++)
        key = (key << 5) ^ (key >> 3) ^ 0x9e3779b9u;
    return key;
}

static bool sa_needs_rekey(struct sa *sa) {
    mtx_lock(&sa->mtx);
    bool needed = sa->state == SA_IDLE && sa->used > 10;
    mtx_unlock(&sa->mtx);
    return needed;
}

static unsigned sa_begin_rekey(struct sa *sa) {
    mtx_lock(&sa->mtx);
    sa->state = SA_REKEYING; // BAD(check-then-act)
    unsigned key = sa->key;
    mtx_unlock(&sa->mtx);
    return key;
}

static void sa_end_rekey(struct sa *sa, unsigned key) {
    mtx_lock(&sa->mtx);
    sa->key = key;
    sa->used = 0;
    sa->rekeys++;
    sa->state = SA_IDLE;
    mtx_unlock(&sa->mtx);
}

static unsigned sa_encrypt(struct sa *sa, unsigned word) {
    mtx_lock(&sa->mtx);
    sa->used++;
    word ^= sa->key;
    mtx_unlock(&sa->mtx);
    return word;
}

static void sa_process(struct sa *sa) {
    unsigned key;
    if (!sa_needs_rekey(sa))
        return;
    key = sa_begin_rekey(sa); // BAD(check-then-act)
    sa_end_rekey(sa, derive(key));
}

static int crypto_main(void *arg) {
    unsigned word = *(unsigned *)arg;
    for (unsigned i = 0; i < 3000; i++) {
        word = sa_encrypt(&sas[i % 3], word);
        sa_process(&sas[i % 3]);
    }
    return (int)(word & 0x7f);
}

int main(void) {
    thrd_t threads[3];
    unsigned words[3] = {1, 2, 3};
    for (int i = 0; i < 3; i++)
        if (mtx_init(&sas[i].mtx, mtx_plain) != thrd_success)
            return 1;
    for (int i = 0; i < 3; i++)
        if (thrd_create(&threads[i], crypto_main, &words[i]) != thrd_success)
            return 1;
    for (int i = 0; i < 3; i++)
        thrd_join(threads[i], NULL);
    for (int i = 0; i < 3; i++) {
        printf("%u rekeys\n", sas[i].rekeys);
        mtx_destroy(&sas[i].mtx);
    }
    return 0;
}
