/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=fresh objects filled before insertion; removed objects
// freed after unlock
/*
 * Correct: an account is filled while nobody else knows it, inserted under the lock, and after
 * its removal under the lock it belongs to the remover, who changes and frees it without one.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 32

struct account {
    struct account *next;
    unsigned id;
    long balance;
    char owner[24];
    char *notes;
};

struct bank {
    pthread_mutex_t lock;
    struct account *buckets[BUCKETS];
    unsigned count;
};

static struct account *account_new(unsigned id, const char *owner) {
    struct account *a = calloc(1, sizeof(*a));
    if (!a)
        return NULL;
    a->notes = strdup("new");
    if (!a->notes) {
        free(a);
        return NULL;
    }
    a->id = id;
    snprintf(a->owner, sizeof(a->owner), "%s", owner);
    return a;
}

static void account_free(struct account *a) {
    if (!a)
        return;
    free(a->notes);
    free(a);
}

static struct account **bank_slot_locked(struct bank *b, unsigned id) {
    struct account **slot = &b->buckets[id % BUCKETS];
    while (*slot && (*slot)->id != id)
        slot = &(*slot)->next;
    return slot;
}

static bool bank_open(struct bank *b, unsigned id, const char *owner, long deposit) {
    struct account *a = account_new(id, owner), **slot;
    if (!a)
        return false;
    a->balance = deposit;
    pthread_mutex_lock(&b->lock);
    slot = bank_slot_locked(b, id);
    if (*slot) {
        pthread_mutex_unlock(&b->lock);
        a->balance = 0; /* still ours: it was never inserted */
        account_free(a);
        return false;
    }
    *slot = a;
    b->count++;
    pthread_mutex_unlock(&b->lock);
    return true;
}

static struct account *bank_take(struct bank *b, unsigned id) {
    struct account **slot, *a;
    pthread_mutex_lock(&b->lock);
    slot = bank_slot_locked(b, id);
    a = *slot;
    if (a) {
        *slot = a->next;
        b->count--;
    }
    pthread_mutex_unlock(&b->lock);
    return a;
}

static long bank_close(struct bank *b, unsigned id) {
    struct account *a = bank_take(b, id);
    long rest = 0;
    if (a) {
        rest = a->balance;
        a->balance = 0;
        a->notes[0] = '\0';
        account_free(a);
    }
    return rest;
}

static void *teller_main(void *arg) {
    struct bank *b = arg;
    long paid = 0;
    for (unsigned i = 0; i < 400; i++) {
        bank_open(b, i % 60, "somebody", (long)i);
        if (i % 3 == 0)
            paid += bank_close(b, (i + 7) % 60);
    }
    return (void *)paid;
}

int main(void) {
    static struct bank bank = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t tellers[2];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&tellers[i], NULL, teller_main, &bank) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(tellers[i], NULL);
    printf("%u accounts\n", bank.count);
    for (unsigned id = 0; id < 60; id++)
        bank_close(&bank, id);
    return 0;
}
