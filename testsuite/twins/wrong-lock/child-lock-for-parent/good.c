/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=wrong-lock, libs=glib, note=the child's mutex is taken for a table of the parent
/*
 * Multimedia elements with pads. Each has a mutex. pad_unlink() takes the pad's own mutex and then
 * changes the element's table of pads, which all others use under the element's.
 */
#include <glib.h>

typedef struct Element Element;

typedef struct {
    GMutex object_lock;
    char *name;
    Element *parent;
    guint buffers;
} Pad;

struct Element {
    GMutex object_lock;
    char *name;
    GHashTable *pads;
    guint pads_cookie;
};

#define OBJECT_LOCK(o) g_mutex_lock(&(o)->object_lock)
#define OBJECT_UNLOCK(o) g_mutex_unlock(&(o)->object_lock)

static void pad_free(gpointer data) {
    Pad *pad = data;
    g_mutex_clear(&pad->object_lock);
    g_free(pad->name);
    g_free(pad);
}

static Element *element_new(const char *name) {
    Element *e = g_new0(Element, 1);
    g_mutex_init(&e->object_lock);
    e->name = g_strdup(name);
    e->pads = g_hash_table_new(g_str_hash, g_str_equal);
    return e;
}

static Pad *element_request_pad(Element *e, const char *name) {
    Pad *pad = g_new0(Pad, 1);
    g_mutex_init(&pad->object_lock);
    pad->name = g_strdup(name);
    pad->parent = e;

    OBJECT_LOCK(e);
    if (!g_hash_table_insert(e->pads, pad->name, pad))
        g_warning("pad %s was there", name);
    e->pads_cookie++;
    OBJECT_UNLOCK(e);
    return pad;
}

static guint element_n_pads(Element *e, guint *cookie) {
    OBJECT_LOCK(e);
    guint n = g_hash_table_size(e->pads);
    *cookie = e->pads_cookie;
    OBJECT_UNLOCK(e);
    return n;
}

static gboolean element_has_pad(Element *e, const char *name) {
    OBJECT_LOCK(e);
    gboolean has = g_hash_table_contains(e->pads, name);
    OBJECT_UNLOCK(e);
    return has;
}

static void pad_push(Pad *pad) {
    OBJECT_LOCK(pad);
    pad->buffers++;
    OBJECT_UNLOCK(pad);
}

static void pad_unlink(Pad *pad) {
    Element *parent = pad->parent;

    OBJECT_LOCK(parent);
    g_hash_table_remove(parent->pads, pad->name);
    parent->pads_cookie++;
    OBJECT_UNLOCK(parent);
}

static Element *tee;

static gpointer stream_main(gpointer data) {
    guint number = GPOINTER_TO_UINT(data), seen = 0, cookie;
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *name = g_strdup_printf("src_%u_%u", number, i);
        Pad *pad = element_request_pad(tee, name);
        pad_push(pad);
        seen += element_n_pads(tee, &cookie) + element_has_pad(tee, name);
        pad_unlink(pad);
        pad_free(pad);
    }
    return GUINT_TO_POINTER(seen);
}

int main(void) {
    GThread *threads[2];
    guint cookie;

    tee = element_new("tee");
    for (guint i = 0; i < 2; i++)
        threads[i] = g_thread_new("stream", stream_main, GUINT_TO_POINTER(i));
    for (guint i = 0; i < 2; i++)
        g_thread_join(threads[i]);
    g_print("%u pads left\n", element_n_pads(tee, &cookie));
    g_hash_table_unref(tee->pads);
    g_mutex_clear(&tee->object_lock);
    g_free(tee->name);
    g_free(tee);
    return 0;
}
