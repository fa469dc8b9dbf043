/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=mixed-atomic, libs=glib, note=g_atomic_int elsewhere, plain read here
/*
 * A shared image's reference count is changed with g_atomic_int functions everywhere, except in
 * the copy-on-write test, which reads it plainly: what it decides on may be stale. Here the test
 * reads it atomically.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    gint ref_count;
    guint width, height;
    guint8 pixels[64];
} Image;

static GMutex shared_lock;
static Image *shared_image;

static Image *image_new(guint width, guint height) {
    Image *image = g_new0(Image, 1);
    g_atomic_int_set(&image->ref_count, 1);
    image->width = width;
    image->height = height;
    return image;
}

static Image *image_ref(Image *image) {
    g_atomic_int_inc(&image->ref_count);
    return image;
}

static void image_unref(Image *image) {
    if (g_atomic_int_dec_and_test(&image->ref_count))
        g_free(image);
}

/* Takes the caller's reference; returns one to an image that the caller may change. */
static Image *image_make_writable(Image *image) {
    Image *copy;
    if (g_atomic_int_get(&image->ref_count) == 1)
        return image;
    copy = image_new(image->width, image->height);
    memcpy(copy->pixels, image->pixels, sizeof(copy->pixels));
    image_unref(image);
    return copy;
}

static Image *shared_get(void) {
    g_mutex_lock(&shared_lock);
    Image *image = image_ref(shared_image);
    g_mutex_unlock(&shared_lock);
    return image;
}

static void shared_set(Image *image) {
    Image *old;
    g_mutex_lock(&shared_lock);
    old = shared_image;
    shared_image = image;
    g_mutex_unlock(&shared_lock);
    image_unref(old);
}

static gpointer filter_main(gpointer data) {
    guint8 value = (guint8)GPOINTER_TO_UINT(data);
    for (guint i = 0; i < 200; i++) {
        Image *image = image_make_writable(shared_get());
        memset(image->pixels, value, sizeof(image->pixels));
        if (i % 2)
            shared_set(image);
        else
            image_unref(image);
    }
    return NULL;
}

int main(void) {
    GThread *filters[2];
    shared_image = image_new(8, 8);
    filters[0] = g_thread_new("blur", filter_main, GUINT_TO_POINTER(1));
    filters[1] = g_thread_new("edge", filter_main, GUINT_TO_POINTER(2));
    for (int i = 0; i < 2; i++)
        g_thread_join(filters[i]);
    printf("%ux%u %u\n", shared_image->width, shared_image->height, shared_image->pixels[0]);
    image_unref(shared_image);
    return 0;
}
