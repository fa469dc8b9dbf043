/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=pointer to the table read under the lock,
// table used after it
/*
 * A firewall swaps its whole rule set. match() copies the pointer to the current set under the
 * lock and walks the set after the unlock, while replace() frees the old one.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct rule {
    uint32_t from, to;
    int action;
};

struct ruleset {
    unsigned count;
    unsigned version;
    struct rule rules[];
};

static pthread_spinlock_t current_lock;
static struct ruleset *current;

static struct ruleset *ruleset_build(unsigned version, unsigned count) {
    struct ruleset *set = calloc(1, sizeof(*set) + count * sizeof(set->rules[0]));
    if (!set)
        return NULL;
    set->version = version;
    set->count = count;
    for (unsigned i = 0; i < count; i++) {
        set->rules[i].from = i * 100;
        set->rules[i].to = i * 100 + 50;
        set->rules[i].action = (int)((i + version) % 2);
    }
    return set;
}

static int match(uint32_t address) {
    struct ruleset *set;
    int action = 0;
    pthread_spin_lock(&current_lock);
    set = current;
    pthread_spin_unlock(&current_lock);
    for (unsigned i = 0; i < set->count; i++) { // BAD(escaping-reference,unsafe-publication)
        const struct rule *r = &set->rules[i]; // BAD(escaping-reference)
        if (address >= r->from && address <= r->to) { // BAD(escaping-reference)
            action = r->action; // BAD(escaping-reference)
            break;
        }
    }
    return action;
}

static int replace(unsigned version) {
    struct ruleset *fresh = ruleset_build(version, 10 + version % 5), *old;
    if (!fresh)
        return -1;
    pthread_spin_lock(&current_lock);
    old = current;
    current = fresh;
    pthread_spin_unlock(&current_lock);
    free(old);
    return 0;
}

static unsigned current_version(void) {
    pthread_spin_lock(&current_lock);
    unsigned version = current->version;
    pthread_spin_unlock(&current_lock);
    return version;
}

static void *packet_main(void *arg) {
    size_t accepted = 0;
    uint32_t seed = *(uint32_t *)arg;
    for (int i = 0; i < 2000; i++) {
        seed = seed * 1664525u + 1013904223u;
        accepted += (size_t)match(seed % 1500);
    }
    return (void *)accepted;
}

static void *admin_main(void *arg) {
    unsigned rounds = *(unsigned *)arg;
    for (unsigned v = 1; v <= rounds; v++) {
        if (replace(v) != 0)
            break;
        usleep(100);
    }
    return NULL;
}

int main(void) {
    pthread_t packets[2], admin;
    uint32_t seeds[2] = {1, 99};
    unsigned rounds = 1;
    pthread_spin_init(&current_lock, PTHREAD_PROCESS_PRIVATE);
    if (replace(0) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&packets[i], NULL, packet_main, &seeds[i]) != 0)
            return 1;
    if (pthread_create(&admin, NULL, admin_main, &rounds) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(packets[i], NULL);
    pthread_join(admin, NULL);
    printf("version %u\n", current_version());
    free(current);
    pthread_spin_destroy(&current_lock);
    return 0;
}
