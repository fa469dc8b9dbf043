/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=pointers to table entries are returned, and entries are never freed or
// changed while threads run
/*
 * Atom table of a window system: atoms are added under the lock and stay for ever, so that the pointer that
 * atom_intern() returns is good without a lock. Only the link changes after insertion, and only under the lock.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct atom {
    struct atom *next; /* guarded by atoms_lock */
    unsigned id;       /* constant */
    char name[20];     /* constant */
};

static pthread_mutex_t atoms_lock = PTHREAD_MUTEX_INITIALIZER;
static struct atom *atoms[32];
static unsigned atom_count;

static unsigned slot_of(const char *name) {
    unsigned h = 0;
    while (*name)
        h = h * 31 + (unsigned char)*name++;
    return h % 32;
}

static struct atom *atom_find(const char *name, unsigned slot) {
    for (struct atom *a = atoms[slot]; a; a = a->next)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

static const struct atom *atom_intern(const char *name) {
    unsigned slot = slot_of(name);
    struct atom *a;

    pthread_mutex_lock(&atoms_lock);
    a = atom_find(name, slot);
    if (!a && (a = malloc(sizeof(*a)))) {
        snprintf(a->name, sizeof(a->name), "%s", name);
        a->id = ++atom_count;
        a->next = atoms[slot];
        atoms[slot] = a;
    }
    pthread_mutex_unlock(&atoms_lock);
    return a;
}

static const struct atom *atom_lookup(const char *name) {
    pthread_mutex_lock(&atoms_lock);
    const struct atom *a = atom_find(name, slot_of(name));
    pthread_mutex_unlock(&atoms_lock);
    return a;
}

static void *client_main(void *arg) {
    unsigned seed = *(unsigned *)arg;
    unsigned long sum = 0;
    for (int i = 0; i < 3000; i++) {
        char name[20];
        seed = seed * 69069u + 1;
        snprintf(name, sizeof(name), "_NET_%u", seed >> 25);
        const struct atom *a = i % 3 ? atom_lookup(name) : atom_intern(name);
        if (a)
            sum += a->id + strlen(a->name);
    }
    return (void *)sum;
}

int main(void) {
    pthread_t clients[3];
    unsigned seeds[3] = {1, 2, 3};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&clients[i], NULL, client_main, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(clients[i], NULL);
    printf("%u atoms\n", atom_count);
    for (int i = 0; i < 32; i++)
        while (atoms[i]) {
            struct atom *a = atoms[i];
            atoms[i] = a->next;
            free(a);
        }
    return 0;
}
