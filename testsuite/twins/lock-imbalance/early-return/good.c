/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=glib+pthread, note=error branch returns with the mutex held
/*
 * A geocoder's cache returns from the error branch of its refill, when the reply cannot be
 * parsed, without giving back the mutex; the next request hangs. Here the branch unlocks like
 * the others.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>

struct place {
    double lat, lon;
};

struct geocoder {
    pthread_mutex_t mutex;
    GHashTable *places;
    unsigned long lookups, parse_errors;
};

static int ask_service(const char *name, char *reply, size_t size) {
    if (name[0] == '?')
        return snprintf(reply, size, "error");
    return snprintf(reply, size, "%d.5,%d.25", name[0] - 'a', name[0] % 7);
}

static void geocoder_init(struct geocoder *g) {
    pthread_mutex_init(&g->mutex, NULL);
    g->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g->lookups = g->parse_errors = 0;
}

static int geocoder_find(struct geocoder *g, const char *name, struct place *out) {
    struct place *place, parsed;
    char reply[64];

    pthread_mutex_lock(&g->mutex);
    g->lookups++;
    place = g_hash_table_lookup(g->places, name);
    if (place) {
        *out = *place;
        pthread_mutex_unlock(&g->mutex);
        return 0;
    }
    if (ask_service(name, reply, sizeof(reply)) <= 0) {
        pthread_mutex_unlock(&g->mutex);
        return -1;
    }
    if (sscanf(reply, "%lf,%lf", &parsed.lat, &parsed.lon) != 2) {
        g->parse_errors++;
        pthread_mutex_unlock(&g->mutex);
        return -2;
    }
    place = g_new(struct place, 1);
    *place = parsed;
    g_hash_table_insert(g->places, g_strdup(name), place);
    pthread_mutex_unlock(&g->mutex);
    *out = parsed;
    return 0;
}

static void geocoder_clear(struct geocoder *g) {
    pthread_mutex_lock(&g->mutex);
    g_hash_table_remove_all(g->places);
    pthread_mutex_unlock(&g->mutex);
}

static void *request_main(void *arg) {
    static const char *const names[] = {"aachen", "bergen", "?", "delft"};
    struct geocoder *g = arg;
    struct place place;
    size_t failed = 0;
    for (int i = 0; i < 100; i++) {
        if (geocoder_find(g, names[i % 4], &place) != 0)
            failed++;
        if (i % 40 == 39)
            geocoder_clear(g);
    }
    return (void *)failed;
}

int main(int argc, char **argv) {
    struct geocoder geocoder;
    struct place place;
    pthread_t threads[2];
    geocoder_init(&geocoder);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, request_main, &geocoder) != 0)
            return 1;
    for (int i = 1; i < argc; i++)
        if (geocoder_find(&geocoder, argv[i], &place) == 0)
            printf("%s: %f %f\n", argv[i], place.lat, place.lon);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    g_hash_table_destroy(geocoder.places);
    pthread_mutex_destroy(&geocoder.mutex);
    return 0;
}
