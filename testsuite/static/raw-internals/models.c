/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The inside of a map that a model describes. */
#include <glib.h>
#include <string.h>

struct header {
    gsize size;
    gint mod;
};

guint table_size_bad(GHashTable *table) {
    const struct header *header = (const struct header *)table;
    return header->mod; // expected-warning {{the inside of a `GHashTable` is read here, past its interface}}
}

void table_reset_bad(GHashTable *table) {
    *(gsize *)((char *)table + 8) = 0; // expected-warning {{the inside of a `GHashTable` is written here, past its interface}}
}

void table_forge_bad(GHashTable *table, const struct header *header) {
    memcpy(table, header, sizeof *header); // expected-warning {{the inside of a `GHashTable` is written here}}
}

guint table_size_ok(GHashTable *table) {
    return g_hash_table_size(table);
}

/* Bytes of one's own. */
struct message {
    int length;
};

char message_byte_ok(struct message *m) {
    return ((char *)(m + 1))[0];
}

gpointer table_as_pointer_ok(GHashTable *table) {
    return (gpointer)table;
}

/* The public part of an array is its interface. */
guint array_length_ok(GPtrArray *array) {
    return array->len + (array->pdata[0] != NULL);
}
