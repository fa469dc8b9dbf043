/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=access list rebuilt by the signal thread while
// workers walk it, no lock
/*
 * A network daemon waits for signals in a thread of its own. SIGHUP rebuilds the access list, a
 * singly linked list in a global, which the workers walk for each connection. The history is of the
 * days when the daemon forked for each connection.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct acl {
    struct acl *next;
    uint32_t net;
    uint32_t mask;
    bool allow;
};

static struct acl *acl_head;
static unsigned acl_generation;

static struct acl *acl_add(struct acl *head, uint32_t net, uint32_t mask, bool allow) {
    struct acl *a = malloc(sizeof(*a));
    if (!a)
        return head;
    a->net = net;
    a->mask = mask;
    a->allow = allow;
    a->next = head;
    return a;
}

static void acl_free(struct acl *a) {
    while (a) {
        struct acl *next = a->next;
        free(a);
        a = next;
    }
}

static struct acl *acl_parse(unsigned version) {
    struct acl *head = acl_add(NULL, 0, 0, false);
    for (unsigned i = 0; i < 4 + version % 3; i++)
        head = acl_add(head, 0x0a000000u + (i << 16), 0xffff0000u, true);
    return head;
}

static void acl_reload(void) {
    struct acl *old;
    static unsigned version;

    struct acl *fresh = acl_parse(++version);
    old = acl_head; // BAD(unlocked-access,unsafe-publication)
    acl_head = fresh; // BAD(unlocked-access,unsafe-publication)
    acl_generation++; // BAD(unlocked-access)
    acl_free(old);
}

static bool acl_permits(uint32_t address) {
    bool allow = false;
    for (struct acl *a = acl_head; a; a = a->next) // BAD(unlocked-access,unsafe-publication)
        if ((address & a->mask) == a->net) {
            allow = a->allow;
            break;
        }
    return allow;
}

static void *signal_main(void *arg) {
    sigset_t *set = arg;
    for (;;) {
        int sig;
        if (sigwait(set, &sig) != 0)
            continue;
        if (sig == SIGTERM)
            return NULL;
        acl_reload();
    }
}

static void *serve(void *arg) {
    uint32_t address = *(uint32_t *)arg;
    long accepted = 0;
    for (int i = 0; i < 4000; i++)
        accepted += acl_permits(address + ((uint32_t)i << 12));
    return (void *)accepted;
}

int main(void) {
    pthread_t signals, workers[2];
    uint32_t addresses[2] = {0x0a000001u, 0xc0a80001u};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    acl_head = acl_parse(0);

    if (pthread_create(&signals, NULL, signal_main, &set) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&workers[i], NULL, serve, &addresses[i]) != 0)
            return 1;
    for (int i = 0; i < 5; i++) {
        kill(getpid(), SIGHUP);
        usleep(1000);
    }
    for (int i = 0; i < 2; i++) {
        void *accepted;
        pthread_join(workers[i], &accepted);
        printf("%ld accepted\n", (long)accepted);
    }
    kill(getpid(), SIGTERM);
    pthread_join(signals, NULL);
    printf("generation %u\n", acl_generation);
    acl_free(acl_head);
    return 0;
}
