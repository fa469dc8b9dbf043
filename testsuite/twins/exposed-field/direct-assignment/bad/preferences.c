/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cache.h"
#include <stdio.h>

typedef struct {
    Cache *cache;
    guint rounds;
} Preferences;

static void preferences_apply(Preferences *p, guint size) {
    if (size < 10)
        size = 10;
    p->cache->max_entries = size; // BAD(exposed-field,guard-bypass,unlocked-access)
}

static gpointer dialog_main(gpointer data) {
    Preferences *p = data;
    for (guint i = 0; i < p->rounds; i++)
        preferences_apply(p, i % 40);
    return NULL;
}

static gpointer viewer_main(gpointer data) {
    Cache *cache = data;
    for (guint i = 0; i < 500; i++) {
        g_autofree gchar *value = cache_get(cache, i % 60);
        if (!value)
            cache_put(cache, i % 60, "picture");
    }
    return NULL;
}

int main(void) {
    Preferences preferences = {.cache = cache_new(30), .rounds = 100};
    GThread *dialog = g_thread_new("dialog", dialog_main, &preferences);
    GThread *viewer = g_thread_new("viewer", viewer_main, preferences.cache);
    g_thread_join(dialog);
    g_thread_join(viewer);
    printf("%u evictions\n", cache_evictions(preferences.cache));
    cache_free(preferences.cache);
    return 0;
}
