/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=glib, note=pool workers append to a global array without a lock
/*
 * Image indexer: a GThreadPool without exclusive threads decodes headers. The worker appends to a global
 * GPtrArray and keeps a running total, both bare; the main thread reads them after the pool is freed.
 */
#include <glib.h>

typedef struct {
    char *name;
    guint width, height;
} Image;

static GPtrArray *images;
static guint64 pixels;

static Image *image_probe(const char *name) {
    Image *image = g_new0(Image, 1);
    image->name = g_strdup(name);
    image->width = g_str_hash(name) % 4000;
    image->height = g_str_hash(name) / 4000 % 3000;
    return image;
}

static void image_free(gpointer data) {
    Image *image = data;
    g_free(image->name);
    g_free(image);
}

static void index_file(gpointer data, gpointer user_data) {
    g_autofree char *name = data;
    Image *image = image_probe(name);
    (void)user_data;

    g_ptr_array_add(images, image); // BAD(unlocked-access)
    pixels += (guint64)image->width * image->height; // BAD(unlocked-access)
}

int main(void) {
    GError *error = NULL;
    GThreadPool *pool = g_thread_pool_new(index_file, NULL, (gint)g_get_num_processors() + 2, FALSE, &error);

    if (!pool) {
        g_printerr("%s\n", error->message);
        g_error_free(error);
        return 1;
    }
    images = g_ptr_array_new_with_free_func(image_free);
    for (guint i = 0; i < 2000; i++)
        g_thread_pool_push(pool, g_strdup_printf("img_%04u.jpg", i), NULL);
    g_thread_pool_free(pool, FALSE, TRUE);
    g_print("%u images, %" G_GUINT64_FORMAT " pixels\n", images->len, pixels);
    g_ptr_array_unref(images);
    return 0;
}
