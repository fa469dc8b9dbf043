/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=glib, note=a program of one thread with locks left from its library
// form
/*
 * Correct: this tool never starts a thread. Its store locks in some functions, from its days as
 * a library, and the newer functions do not bother.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    GMutex mutex;
    GHashTable *symbols;
    guint lookups;
    GSList *sections;
} ObjectFile;

static ObjectFile *object_new(void) {
    ObjectFile *self = g_new0(ObjectFile, 1);
    g_mutex_init(&self->mutex);
    self->symbols = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

static void object_define(ObjectFile *self, const gchar *name, guint address) {
    g_mutex_lock(&self->mutex);
    g_hash_table_replace(self->symbols, g_strdup(name), GUINT_TO_POINTER(address));
    g_mutex_unlock(&self->mutex);
}

static guint object_address(ObjectFile *self, const gchar *name) {
    guint address;
    g_mutex_lock(&self->mutex);
    self->lookups++;
    address = GPOINTER_TO_UINT(g_hash_table_lookup(self->symbols, name));
    g_mutex_unlock(&self->mutex);
    return address;
}

static void object_add_section(ObjectFile *self, const gchar *name) {
    self->sections = g_slist_prepend(self->sections, g_strdup(name));
    g_hash_table_replace(self->symbols, g_strconcat("__start_", name, NULL), GUINT_TO_POINTER(1));
}

static gboolean is_local(gpointer key, gpointer value, gpointer data) {
    (void)value;
    return g_str_has_prefix(key, data);
}

static guint object_strip(ObjectFile *self) {
    return g_hash_table_foreach_remove(self->symbols, is_local, ".L");
}

static const gchar *object_first_name(ObjectFile *self) {
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, self->symbols);
    return g_hash_table_iter_next(&iter, &key, NULL) ? key : NULL;
}

static void object_free(ObjectFile *self) {
    g_slist_free_full(self->sections, g_free);
    g_hash_table_destroy(self->symbols);
    g_mutex_clear(&self->mutex);
    g_free(self);
}

int main(int argc, char **argv) {
    ObjectFile *object = object_new();
    const gchar *first;
    object_define(object, "main", 0x1000);
    object_define(object, ".L12", 0x1010);
    object_add_section(object, "text");
    for (int i = 1; i < argc; i++)
        object_define(object, argv[i], (guint)strlen(argv[i]));
    printf("%u stripped, main at %#x\n", object_strip(object), object_address(object, "main"));
    object->lookups = 0;
    first = object_first_name(object);
    if (first)
        printf("%s of %u\n", first, g_hash_table_size(object->symbols));
    object_free(object);
    return 0;
}
