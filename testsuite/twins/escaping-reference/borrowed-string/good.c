/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=glib, note=getter returns a string that the table owns
/*
 * A configuration store returns the string it owns from a getter that locks. A concurrent set
 * frees that string while the caller still compares it. Here the getter returns a copy.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    GRWLock lock;
    GHashTable *options;
    guint reloads;
} Config;

static void config_init(Config *c) {
    g_rw_lock_init(&c->lock);
    c->options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    c->reloads = 0;
}

static void config_set(Config *c, const gchar *key, const gchar *value) {
    g_rw_lock_writer_lock(&c->lock);
    g_hash_table_replace(c->options, g_strdup(key), g_strdup(value));
    c->reloads++;
    g_rw_lock_writer_unlock(&c->lock);
}

static gchar *config_dup(Config *c, const gchar *key) {
    gchar *value;
    g_rw_lock_reader_lock(&c->lock);
    value = g_strdup(g_hash_table_lookup(c->options, key));
    g_rw_lock_reader_unlock(&c->lock);
    return value;
}

static gint64 config_get_int(Config *c, const gchar *key, gint64 fallback) {
    const gchar *text;
    gint64 number = fallback;
    g_rw_lock_reader_lock(&c->lock);
    text = g_hash_table_lookup(c->options, key);
    if (text)
        number = g_ascii_strtoll(text, NULL, 10);
    g_rw_lock_reader_unlock(&c->lock);
    return number;
}

static gpointer service_main(gpointer data) {
    Config *c = data;
    guint fast = 0;
    for (int i = 0; i < 300; i++) {
        g_autofree gchar *mode = config_dup(c, "mode");
        if (mode && strcmp(mode, "fast") == 0)
            fast++;
        if (config_get_int(c, "workers", 1) > 8)
            fast++;
    }
    return GUINT_TO_POINTER(fast);
}

static gpointer reload_main(gpointer data) {
    Config *c = data;
    for (int i = 0; i < 100; i++) {
        config_set(c, "mode", i % 2 ? "fast" : "safe");
        config_set(c, "workers", i % 3 ? "4" : "16");
    }
    return NULL;
}

int main(void) {
    Config config;
    GThread *service, *reload;
    config_init(&config);
    config_set(&config, "mode", "safe");
    service = g_thread_new("service", service_main, &config);
    reload = g_thread_new("reload", reload_main, &config);
    printf("fast %u times\n", GPOINTER_TO_UINT(g_thread_join(service)));
    g_thread_join(reload);
    printf("%u changes\n", config.reloads);
    g_hash_table_destroy(config.options);
    g_rw_lock_clear(&config.lock);
    return 0;
}
