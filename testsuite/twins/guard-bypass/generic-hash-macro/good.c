/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=khash-like generated table, SCOPED_LOCK macro on
// the cleanup attribute
/*
 * An interner generates its table with a macro in the way of khash and guards it with a
 * SCOPED_LOCK macro built on the cleanup attribute. The statistics function lacks the
 * SCOPED_LOCK line. Here it has one.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_DECLARE(name, value_type)                                                            \
    typedef struct {                                                                               \
        uint32_t size, used;                                                                       \
        uint64_t *keys;                                                                            \
        value_type *values;                                                                        \
    } table_##name##_t;                                                                            \
    static inline uint32_t table_find_##name(const table_##name##_t *t, uint64_t key) {            \
        uint32_t i = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 40) & (t->size - 1);                \
        while (t->keys[i] && t->keys[i] != key)                                                    \
            i = (i + 1) & (t->size - 1);                                                           \
        return i;                                                                                  \
    }                                                                                              \
    static inline value_type *table_put_##name(table_##name##_t *t, uint64_t key) {                \
        uint32_t i;                                                                                \
        if (t->used + 1 >= t->size)                                                                \
            return NULL;                                                                           \
        i = table_find_##name(t, key);                                                             \
        if (!t->keys[i]) {                                                                         \
            t->keys[i] = key;                                                                      \
            t->used++;                                                                             \
        }                                                                                          \
        return &t->values[i];                                                                      \
    }

static inline pthread_mutex_t *scoped_enter(pthread_mutex_t *mutex) {
    pthread_mutex_lock(mutex);
    return mutex;
}

static inline void scoped_leave(pthread_mutex_t **mutex) { pthread_mutex_unlock(*mutex); }

#define SCOPED_LOCK(m)                                                                             \
    pthread_mutex_t *scoped_##__LINE__ __attribute__((cleanup(scoped_leave), unused)) =            \
        scoped_enter(m)

TABLE_DECLARE(hits, unsigned)

struct intern {
    pthread_mutex_t mutex;
    table_hits_t table;
    const char *label;
};

static int intern_init(struct intern *in, const char *label, uint32_t size) {
    memset(in, 0, sizeof(*in));
    in->label = label;
    in->table.size = size;
    in->table.keys = calloc(size, sizeof(*in->table.keys));
    in->table.values = calloc(size, sizeof(*in->table.values));
    if (!in->table.keys || !in->table.values)
        return -1;
    return pthread_mutex_init(&in->mutex, NULL);
}

static int intern_hit(struct intern *in, uint64_t key) {
    SCOPED_LOCK(&in->mutex);
    unsigned *hits = table_put_hits(&in->table, key + 1);
    if (!hits)
        return -1;
    (*hits)++;
    return 0;
}

static unsigned intern_hits(struct intern *in, uint64_t key) {
    SCOPED_LOCK(&in->mutex);
    uint32_t i = table_find_hits(&in->table, key + 1);
    if (!in->table.keys[i])
        return 0;
    return in->table.values[i];
}

static unsigned intern_load(struct intern *in) {
    SCOPED_LOCK(&in->mutex);
    return in->table.used * 100 / in->table.size;
}

static void intern_clear(struct intern *in) {
    SCOPED_LOCK(&in->mutex);
    memset(in->table.keys, 0, in->table.size * sizeof(*in->table.keys));
    memset(in->table.values, 0, in->table.size * sizeof(*in->table.values));
    in->table.used = 0;
}

static struct intern strings;

static void *tokenizer_main(void *arg) {
    uint64_t base = *(uint64_t *)arg;
    size_t full = 0;
    for (uint64_t i = 0; i < 500; i++) {
        if (intern_hit(&strings, base + i % 90) != 0) {
            full++;
            intern_clear(&strings);
        }
        if (intern_hits(&strings, base + i % 80) > 100)
            break;
    }
    return (void *)full;
}

static void *watch_main(void *arg) {
    unsigned *peak = arg;
    for (int i = 0; i < 100; i++) {
        unsigned load = intern_load(&strings);
        if (load > *peak)
            *peak = load;
    }
    return NULL;
}

int main(void) {
    pthread_t tokenizers[2], watch;
    uint64_t bases[2] = {0, 60};
    unsigned peak = 0;
    if (intern_init(&strings, "strings", 128) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&tokenizers[i], NULL, tokenizer_main, &bases[i]) != 0)
            return 1;
    if (pthread_create(&watch, NULL, watch_main, &peak) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(tokenizers[i], NULL);
    pthread_join(watch, NULL);
    printf("%s: peak load %u %%\n", strings.label, peak);
    free(strings.table.keys);
    free(strings.table.values);
    return 0;
}
