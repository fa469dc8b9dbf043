/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=pointer published with release order and read with acquire order;
// append-only list walked without a lock
/*
 * Symbol cache of a tracer: nodes are filled, then linked at the head under the writer's mutex with a
 * release store. Nothing is ever removed while threads run, so readers walk the list without a lock from an
 * acquire load. A compare-and-swap publishes the lazily made header exactly once.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct symbol {
    struct symbol *next;
    unsigned long address;
    char name[16];
};

struct header {
    unsigned long base;
    unsigned version;
};

static pthread_mutex_t add_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct symbol *) symbols;
static _Atomic(struct header *) header;

static struct header *header_get(void) {
    struct header *h = atomic_load_explicit(&header, memory_order_acquire), *fresh;
    if (h)
        return h;
    fresh = malloc(sizeof(*fresh));
    if (!fresh)
        abort();
    fresh->base = 0x400000;
    fresh->version = 3;
    if (atomic_compare_exchange_strong_explicit(&header, &h, fresh, memory_order_acq_rel, memory_order_acquire))
        return fresh;
    free(fresh);
    return h;
}

static const struct symbol *symbol_find(const struct symbol *s, unsigned long address) {
    for (; s; s = s->next)
        if (s->address == address)
            return s;
    return NULL;
}

static const struct symbol *symbol_get(unsigned long address) {
    const struct symbol *known = symbol_find(atomic_load_explicit(&symbols, memory_order_acquire), address);
    struct symbol *s;

    if (known)
        return known;
    pthread_mutex_lock(&add_mutex);
    s = atomic_load_explicit(&symbols, memory_order_relaxed); /* only written under the mutex */
    known = symbol_find(s, address);
    if (!known) {
        struct symbol *fresh = malloc(sizeof(*fresh));
        if (!fresh)
            abort();
        fresh->address = address;
        snprintf(fresh->name, sizeof(fresh->name), "sub_%lx", address);
        fresh->next = s;
        atomic_store_explicit(&symbols, fresh, memory_order_release);
        known = fresh;
    }
    pthread_mutex_unlock(&add_mutex);
    return known;
}

static void *trace_main(void *arg) {
    unsigned long seed = *(unsigned long *)arg;
    unsigned sum = 0;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 6364136223846793005ul + 1442695040888963407ul;
        const struct symbol *s = symbol_get(header_get()->base + (seed >> 58) * 16);
        sum += (unsigned char)s->name[4];
    }
    printf("%u\n", sum);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    unsigned long seeds[3] = {1, 22, 333};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, trace_main, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (struct symbol *s = atomic_load(&symbols), *next; s; s = next) {
        next = s->next;
        free(s);
    }
    free(atomic_load(&header));
    return 0;
}
