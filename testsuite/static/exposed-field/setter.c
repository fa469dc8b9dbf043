/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Fields of a public struct, from outside of its module. */
#include "cache.h"
#include <stdlib.h>

static struct cache pictures = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int pictures_add_ok(void) {
    return cache_add(&pictures); // expected-note 0+ {{}}
}

static void pictures_resize_ok(int max) {
    cache_set_max(&pictures, max, calloc(8, sizeof(char *))); // expected-note 0+ {{}}
}

static void pictures_resize_bad(int max) {
    pictures.max = max; // expected-warning {{`pictures.max` is written directly here, past the functions that lock for it, such as cache_set_max()}} expected-note@cache.h:* {{here with the lock held}}
}

/* Through a view that is only to be read: others write. */
static const char *pictures_first_bad(const struct cache *view) {
    return view->names[0]; // expected-warning {{`view->names` is read directly here}} expected-note@cache.h:* {{here with the lock held}}
}

static void pictures_trim_ok(int max) {
    pthread_mutex_lock(&pictures.lock);
    if (pictures.max > max)
        pictures.max = max;
    pthread_mutex_unlock(&pictures.lock);
}

static int pictures_hits_ok(void) {
    return cache_max(&pictures) + pictures.hits;
}

static struct cache *cache_new_ok(int max) {
    struct cache *c = calloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    c->max = max;
    return c;
}

static void *shrink_main(void *data) {
    pictures_resize_bad(8); // expected-note 0+ {{}}
    pictures_resize_ok(4);
    pictures_trim_ok(2);
    return pictures_first_bad(&pictures) ? data : NULL; // expected-note 0+ {{}}
}

int main(void) {
    pthread_t thread;
    if (!cache_new_ok(4) || pthread_create(&thread, NULL, shrink_main, NULL) != 0) // expected-note 0+ {{}}
        return 1;
    for (int i = 0; i < 100; i++) {
        pictures_resize_ok(i); // expected-note 0+ {{}}
        if (pictures_add_ok() < pictures_hits_ok()) // expected-note 0+ {{}}
            break;
    }
    return pthread_join(thread, NULL);
}
