/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=two locks in either order, but the second is only tried
/*
 * Accounts of a game server: a trade locks its own side and tries the other; when that fails it gives
 * its own back and starts again. The order differs, a deadlock cannot come of it.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

struct purse {
    pthread_mutex_t lock;
    long gold;
    unsigned trades;
};

static struct purse purses[4];

static void lock_pair(struct purse *mine, struct purse *other) {
    for (;;) {
        pthread_mutex_lock(&mine->lock);
        if (pthread_mutex_trylock(&other->lock) == 0)
            return;
        pthread_mutex_unlock(&mine->lock);
        sched_yield();
    }
}

static void unlock_pair(struct purse *mine, struct purse *other) {
    pthread_mutex_unlock(&other->lock);
    pthread_mutex_unlock(&mine->lock);
}

static int trade(struct purse *from, struct purse *to, long gold) {
    int done = 0;

    if (from == to)
        return 0;
    lock_pair(from, to);
    if (from->gold >= gold) {
        from->gold -= gold;
        to->gold += gold;
        from->trades++;
        to->trades++;
        done = 1;
    }
    unlock_pair(from, to);
    return done;
}

static long wealth(void) {
    long sum = 0;
    for (int i = 0; i < 4; i++)
        pthread_mutex_lock(&purses[i].lock);
    for (int i = 0; i < 4; i++)
        sum += purses[i].gold;
    for (int i = 4; i-- > 0;)
        pthread_mutex_unlock(&purses[i].lock);
    return sum;
}

static void *player(void *arg) {
    unsigned seed = *(unsigned *)arg;
    long done = 0;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 1103515245u + 12345u;
        done += trade(&purses[seed >> 30], &purses[(seed >> 20) & 3], (long)(seed & 15));
        if (i % 500 == 0 && wealth() != 400)
            abort();
    }
    return (void *)done;
}

int main(void) {
    pthread_t players[3];
    unsigned seeds[3] = {2, 71, 828};

    for (int i = 0; i < 4; i++) {
        pthread_mutex_init(&purses[i].lock, NULL);
        purses[i].gold = 100;
    }
    for (int i = 0; i < 3; i++)
        if (pthread_create(&players[i], NULL, player, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *done;
        pthread_join(players[i], &done);
        printf("%ld trades\n", (long)done);
    }
    return 0;
}
