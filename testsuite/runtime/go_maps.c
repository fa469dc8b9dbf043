/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The situations of the race detector's tests for maps in Go (runtime/race/testdata/map_test.go),
 * in C and under the same names. A map is a GHashTable; a channel of one is a semaphore. What Go
 * watches besides maps, the variable that holds a map and the bytes of large keys and values, is
 * here an object with a tag of its own, used through the access API. There is no collector: a map
 * that is replaced is destroyed.
 */
#define MAPSAN_ENABLED
#include <glib.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "mapsan/mapsan.h"

static GHashTable *m;
static sem_t channel;

/* Data that is written and copied as a whole, or in parts. */
struct big {
    struct mapsan_tag tag;
    int x[1000];
};
static struct big k, v;

static void set_part(struct big *big) {
    MAPSAN_WRITE_BEGIN(big, &big->tag, "big");
    big->x[8] = 1;
    MAPSAN_WRITE_END(&big->tag);
}

/* A key by value: all of it is read. */
static gpointer copy(struct big *big) {
    MAPSAN_READ_BEGIN(big, &big->tag, "big");
    gpointer result = g_memdup2(big->x, sizeof big->x);
    MAPSAN_READ_END(&big->tag);
    return result;
}

static void load(struct big *big) {
    gpointer found = g_hash_table_lookup(m, "value");
    MAPSAN_WRITE_BEGIN(big, &big->tag, "big");
    if (found)
        memcpy(big->x, found, sizeof big->x);
    MAPSAN_WRITE_END(&big->tag);
}

static guint hash_big(gconstpointer key) { return (guint) * (const int *)key; }
static gboolean equal_big(gconstpointer one, gconstpointer other) {
    return memcmp(one, other, sizeof k.x) == 0;
}

/* The variable m, as something that is itself read and written. */
static struct mapsan_tag variable;

static void make(void) { m = g_hash_table_new_full(NULL, NULL, NULL, NULL); }
static void make_of_big(void) { m = g_hash_table_new_full(hash_big, equal_big, g_free, NULL); }

static void replace(void) {
    MAPSAN_WRITE_BEGIN(&m, &variable, "m");
    make();
    MAPSAN_WRITE_END(&variable);
}

static GHashTable *current(void) {
    MAPSAN_READ_BEGIN(&m, &variable, "m");
    GHashTable *result = m;
    MAPSAN_READ_END(&variable);
    return result;
}

#define KEY(number) GINT_TO_POINTER(number)

static void get(void) { (void)g_hash_table_lookup(m, KEY(1)); }
static void get2(void) { (void)g_hash_table_lookup_extended(m, KEY(1), NULL, NULL); }
static void set(void) { g_hash_table_insert(m, KEY(1), KEY(1)); }
static void set2(void) { g_hash_table_insert(m, KEY(2), KEY(2)); }
static void delete(void) { g_hash_table_remove(m, KEY(1)); }
static void len(void) { (void)g_hash_table_size(m); }

static void range(void) {
    GHashTableIter iterator;
    gpointer key, value;
    g_hash_table_iter_init(&iterator, m);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        ;
}

static void count_one(gpointer key, gpointer value, gpointer sum) {
    (void)key, (void)value;
    ++*(int *)sum;
}

static void range2(void) {
    int sum = 0;
    g_hash_table_foreach(m, count_one, &sum);
}

static void set_current(void) { g_hash_table_insert(current(), KEY(1), KEY(1)); }
static void get_current(void) { (void)g_hash_table_lookup(current(), KEY(1)); }

static void change_key(void) { set_part(&k); }
static void change_value(void) { set_part(&v); }
static void load_value(void) { load(&v); }

static void get_big(void) {
    gpointer key = copy(&k);
    (void)g_hash_table_lookup(m, key);
    g_free(key);
}

static void get_big2(void) {
    gpointer key = copy(&k);
    (void)g_hash_table_contains(m, key);
    g_free(key);
}

static void delete_big(void) {
    gpointer key = copy(&k);
    g_hash_table_remove(m, key);
    g_free(key);
}

static void set_big(void) { g_hash_table_insert(m, copy(&k), KEY(1)); }
static void set_value(void) { g_hash_table_insert(m, KEY(1), copy(&v)); }

/* conns[1][0] on both sides: the element, of which the map knows only the address. */
static void make_conns(void) {
    make();
    g_hash_table_insert(m, KEY(1), &v);
}
static void set_conn(void) { set_part(g_hash_table_lookup(m, KEY(1))); }
static void get_conn(void) { g_free(copy(g_hash_table_lookup(m, KEY(1)))); }

static const struct {
    const char *name;
    void (*prepare)(void), (*goroutine)(void), (*here)(void);
} tests[] = {
    {"TestRaceMapRW", make, get, set},
    {"TestRaceMapRW2", make, get2, set},
    {"TestRaceMapRWArray", make, get, set2},
    {"TestNoRaceMapRR", make, get2, get},
    {"TestRaceMapRange", make, range, set},
    {"TestRaceMapRange2", make, range2, set},
    {"TestNoRaceMapRangeRange", make_conns, range, range},
    {"TestRaceMapLen", make, len, set},
    {"TestRaceMapDelete", make, delete, set},
    {"TestRaceMapLenDelete", make, delete, len},
    {"TestRaceMapVariable", make, replace, replace},
    {"TestRaceMapVariable2", make, set_current, replace},
    {"TestRaceMapVariable3", make, get_current, replace},
    {"TestRaceMapLookupPartKey", make_of_big, change_key, get_big},
    {"TestRaceMapLookupPartKey2", make_of_big, change_key, get_big2},
    {"TestRaceMapDeletePartKey", make_of_big, change_key, delete_big},
    {"TestRaceMapInsertPartKey", make_of_big, change_key, set_big},
    {"TestRaceMapInsertPartVal", make, change_value, set_value},
    {"TestRaceMapAssignMultipleReturn", make_conns, set_conn, get_conn},
    {"TestRaceMapBigKeyAccess1", make_of_big, get_big, change_key},
    {"TestRaceMapBigKeyAccess2", make_of_big, get_big2, change_key},
    {"TestRaceMapBigKeyInsert", make_of_big, set_big, change_key},
    {"TestRaceMapBigKeyDelete", make_of_big, delete_big, change_key},
    {"TestRaceMapBigValInsert", make, set_value, change_value},
    {"TestRaceMapBigValAccess1", make, load_value, change_value},
    {"TestRaceMapBigValAccess2", make, load_value, change_value},
};

static void *goroutine(void *body) {
    (*(void (*const *)(void))body)();
    sem_post(&channel);
    return NULL;
}

int main(int count, char **arguments) {
    pthread_t thread;
    sem_init(&channel, 0, 0);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        if (count < 2) {
            puts(tests[i].name);
        } else if (strcmp(arguments[1], tests[i].name) == 0) {
            tests[i].prepare();
            pthread_create(&thread, NULL, goroutine, (void *)&tests[i].goroutine);
            tests[i].here();
            sem_wait(&channel);
        }
    }
    return 0;
}
