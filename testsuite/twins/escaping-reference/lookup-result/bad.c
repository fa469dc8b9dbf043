/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=glib+pthread, note=pointer into the table used after the
// unlock
/*
 * A weather service looks a station up under its lock, gives the lock back, and then reads the
 * station's fields; the updater may have replaced, and so freed, the station meanwhile.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>

struct station {
    char *name;
    double temperature, pressure;
};

static pthread_mutex_t stations_mutex = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *stations;

static void station_free(gpointer data) {
    struct station *s = data;
    g_free(s->name);
    g_free(s);
}

static void station_update(const char *name, double temperature, double pressure) {
    struct station *s = g_new0(struct station, 1);
    s->name = g_strdup(name);
    s->temperature = temperature;
    s->pressure = pressure;
    pthread_mutex_lock(&stations_mutex);
    g_hash_table_replace(stations, s->name, s);
    pthread_mutex_unlock(&stations_mutex);
}

static int station_report(const char *name, char *text, size_t size) {
    struct station *s;
    pthread_mutex_lock(&stations_mutex);
    s = g_hash_table_lookup(stations, name);
    pthread_mutex_unlock(&stations_mutex);
    if (!s)
        return -1;
    return snprintf(text, size, "%.1f C, %.0f hPa", s->temperature, s->pressure); // BAD(escaping-reference)
}

static double station_mean(void) {
    GHashTableIter iter;
    gpointer value;
    double sum = 0;
    guint count;
    pthread_mutex_lock(&stations_mutex);
    g_hash_table_iter_init(&iter, stations);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        sum += ((struct station *)value)->temperature;
    count = g_hash_table_size(stations);
    pthread_mutex_unlock(&stations_mutex);
    return count ? sum / count : 0;
}

static void *updater_main(void *arg) {
    const char *const *names = arg;
    for (int i = 0; i < 300; i++)
        station_update(names[i % 3], 10 + i % 9, 1000 + i % 20);
    return NULL;
}

static void *http_main(void *arg) {
    const char *const *names = arg;
    char text[64];
    size_t bytes = 0;
    for (int i = 0; i < 2; i++) {
        int n = station_report(names[i % 3], text, sizeof(text));
        if (n > 0)
            bytes += (size_t)n;
    }
    return (void *)bytes;
}

int main(void) {
    static const char *const names[] = {"oslo", "rome", "cork"};
    pthread_t updater, http;
    stations = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, station_free);
    if (pthread_create(&updater, NULL, updater_main, (void *)names) != 0)
        return 1;
    if (pthread_create(&http, NULL, http_main, (void *)names) != 0)
        return 1;
    pthread_join(updater, NULL);
    pthread_join(http, NULL);
    printf("mean %.2f\n", station_mean());
    g_hash_table_destroy(stations);
    return 0;
}
