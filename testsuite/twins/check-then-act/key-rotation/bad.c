/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=expiry seen under the read lock, key rotated under
// the write lock without looking again: rotated twice
/*
 * Session ticket keys of a TLS proxy: a ring of three. Workers that see the newest key expired rotate.
 * Two that see it at once rotate twice, and the previous key, which clients still hold, is lost.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 3

struct ticket_key {
    uint8_t name[8];
    uint64_t secret;
    unsigned created;
};

static struct {
    pthread_rwlock_t rwlock;
    struct ticket_key keys[KEYS];
    unsigned rotations;
} tickets = {.rwlock = PTHREAD_RWLOCK_INITIALIZER};

static inline void tickets_rdlock(void) {
    if (pthread_rwlock_rdlock(&tickets.rwlock) != 0)
        abort();
}
static inline void tickets_wrlock(void) {
    if (pthread_rwlock_wrlock(&tickets.rwlock) != 0)
        abort();
}
static inline void tickets_unlock(void) {
    if (pthread_rwlock_unlock(&tickets.rwlock) != 0)
        abort();
}

static void key_generate(struct ticket_key *key, unsigned now) {
    uint64_t x = now * 6364136223846793005ull + 1442695040888963407ull;
    key->secret = x ^ (x >> 29);
    memcpy(key->name, &key->secret, sizeof(key->name));
    key->created = now;
}

static void keys_rotate(unsigned now) {
    memmove(&tickets.keys[1], &tickets.keys[0], (KEYS - 1) * sizeof(tickets.keys[0])); // BAD(check-then-act)
    key_generate(&tickets.keys[0], now); // BAD(check-then-act)
    tickets.rotations++; // BAD(check-then-act)
}

static uint64_t ticket_seal(unsigned now, uint64_t session, uint8_t name[8]) {
    uint64_t sealed;
    int expired;

    tickets_rdlock();
    expired = now > tickets.keys[0].created + 100;
    tickets_unlock();

    if (expired) {
        tickets_wrlock();
        keys_rotate(now); // BAD(check-then-act)
        tickets_unlock();
    }

    tickets_rdlock();
    sealed = session ^ tickets.keys[0].secret;
    memcpy(name, tickets.keys[0].name, sizeof(tickets.keys[0].name));
    tickets_unlock();
    return sealed;
}

static int ticket_open(const uint8_t name[8], uint64_t sealed, uint64_t *session) {
    int found = 0;
    tickets_rdlock();
    for (int i = 0; i < KEYS; i++)
        if (memcmp(tickets.keys[i].name, name, 8) == 0) {
            *session = sealed ^ tickets.keys[i].secret;
            found = 1;
            break;
        }
    tickets_unlock();
    return found;
}

static void *handshakes(void *arg) {
    uint64_t session = *(uint64_t *)arg;
    unsigned long lost = 0;
    for (unsigned now = 0; now < 5000; now++) {
        uint8_t name[8];
        uint64_t opened, sealed = ticket_seal(now, session, name);
        if (!ticket_open(name, sealed, &opened))
            lost++;
    }
    return (void *)lost;
}

int main(void) {
    pthread_t workers[4];
    uint64_t sessions[4] = {11, 22, 33, 44};

    key_generate(&tickets.keys[0], 0);
    for (int i = 0; i < 4; i++)
        if (pthread_create(&workers[i], NULL, handshakes, &sessions[i]) != 0)
            return 1;
    for (int i = 0; i < 4; i++) {
        void *lost;
        pthread_join(workers[i], &lost);
        printf("%lu lost\n", (unsigned long)lost);
    }
    printf("%u rotations\n", tickets.rotations);
    return 0;
}
