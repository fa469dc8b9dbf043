/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=unlocked work on a copy, put back only if the generation is the same
/*
 * Rendering cache with optimistic update: the input is copied under the lock together with a generation,
 * the slow work runs without the lock, and the result is stored only if the generation has not changed.
 */
#include <glib.h>

typedef struct {
    GMutex lock;
    GHashTable *inputs; /* name -> text */
    GHashTable *results; /* name -> length */
    guint generation;
    guint discarded;
} Renderer;

static Renderer renderer;

static void renderer_set_input(Renderer *self, const char *name, const char *text) {
    g_mutex_lock(&self->lock);
    g_hash_table_replace(self->inputs, g_strdup(name), g_strdup(text));
    g_hash_table_remove(self->results, name);
    self->generation++;
    g_mutex_unlock(&self->lock);
}

static guint render(const char *text) {
    guint width = 0;
    for (const char *p = text; *p; p++)
        width += (guint)*p % 7 + 1;
    return width;
}

static guint renderer_width(Renderer *self, const char *name) {
    for (;;) {
        g_autofree char *text = NULL;
        guint generation, width;
        gpointer known;
        gboolean stored;

        g_mutex_lock(&self->lock);
        if (g_hash_table_lookup_extended(self->results, name, NULL, &known)) {
            width = GPOINTER_TO_UINT(known);
            g_mutex_unlock(&self->lock);
            return width;
        }
        text = g_strdup(g_hash_table_lookup(self->inputs, name));
        generation = self->generation;
        g_mutex_unlock(&self->lock);
        if (!text)
            return 0;

        width = render(text);

        g_mutex_lock(&self->lock);
        stored = generation == self->generation;
        if (stored)
            g_hash_table_insert(self->results, g_strdup(name), GUINT_TO_POINTER(width));
        else
            self->discarded++;
        g_mutex_unlock(&self->lock);
        if (stored)
            return width;
    }
}

static gpointer editor_main(gpointer unused) {
    (void)unused;
    for (guint i = 0; i < 1500; i++) {
        g_autofree char *name = g_strdup_printf("line %u", i % 10);
        g_autofree char *text = g_strdup_printf("text of revision %u", i);
        renderer_set_input(&renderer, name, text);
    }
    return NULL;
}

static gpointer view_main(gpointer unused) {
    guint sum = 0;
    (void)unused;
    for (guint i = 0; i < 1500; i++) {
        g_autofree char *name = g_strdup_printf("line %u", i % 12);
        sum += renderer_width(&renderer, name);
    }
    return GUINT_TO_POINTER(sum);
}

int main(void) {
    GThread *threads[3];

    g_mutex_init(&renderer.lock);
    renderer.inputs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    renderer.results = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    threads[0] = g_thread_new("editor", editor_main, NULL);
    threads[1] = g_thread_new("view", view_main, NULL);
    threads[2] = g_thread_new("view", view_main, NULL);
    for (int i = 0; i < 3; i++)
        g_thread_join(threads[i]);
    g_print("%u discarded\n", renderer.discarded);
    g_hash_table_unref(renderer.inputs);
    g_hash_table_unref(renderer.results);
    g_mutex_clear(&renderer.lock);
    return 0;
}
