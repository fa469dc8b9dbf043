/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=c11, note=a library's global list is reset by its fini function
// without the list's mutex
/*
 * A font library keeps the faces it has opened in a global list under a C11 mutex. The flush function,
 * which any client thread may call to drop memory, detaches the list without taking the mutex.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

struct face {
    struct face *next;
    unsigned refs;
    int size;
    char family[24];
};

static mtx_t face_mutex;
static once_flag face_once = ONCE_FLAG_INIT;
static struct face *open_faces;
static unsigned open_count;

static void face_setup(void) { mtx_init(&face_mutex, mtx_plain); }

static void lock_faces(void) {
    call_once(&face_once, face_setup);
    mtx_lock(&face_mutex);
}

static void unlock_faces(void) { mtx_unlock(&face_mutex); }

static struct face *face_acquire(const char *family, int size) {
    struct face *f;

    lock_faces();
    for (f = open_faces; f; f = f->next)
        if (f->size == size && !strcmp(f->family, family))
            break;
    if (f) {
        f->refs++;
        goto done;
    }
    f = calloc(1, sizeof(*f));
    if (!f)
        goto done;
    snprintf(f->family, sizeof(f->family), "%s", family);
    f->size = size;
    f->refs = 1;
    f->next = open_faces;
    open_faces = f;
    open_count++;
done:
    unlock_faces();
    return f;
}

static void face_release(struct face *f) {
    lock_faces();
    f->refs--;
    unlock_faces();
}

/* Drops what nobody uses. */
static unsigned faces_flush(void) {
    struct face **link, *f, *dead = NULL;
    unsigned dropped = 0;

    link = &open_faces;
    while ((f = *link)) { // BAD(guard-bypass,unlocked-access)
        if (f->refs > 0) { // BAD(guard-bypass,unlocked-access)
            link = &f->next;
            continue;
        }
        *link = f->next; // BAD(guard-bypass,unlocked-access)
        f->next = dead; // BAD(guard-bypass,unlocked-access)
        dead = f;
        open_count--; // BAD(guard-bypass,unlocked-access)
        dropped++;
    }
    while ((f = dead)) {
        dead = f->next;
        free(f);
    }
    return dropped;
}

static unsigned faces_open(void) {
    lock_faces();
    unsigned n = open_count;
    unlock_faces();
    return n;
}

static int layout(void *arg) {
    static const char *const families[] = {"Serif", "Sans", "Mono"};
    int width = 0, base = *(int *)arg;
    for (int i = 0; i < 2000; i++) {
        struct face *f = face_acquire(families[i % 3], base + i % 5);
        if (!f)
            return -1;
        width += f->size;
        face_release(f);
        if (i % 300 == 299)
            width -= (int)faces_flush();
    }
    return width & 0xff;
}

int main(void) {
    thrd_t threads[2];
    int bases[2] = {8, 10};

    for (int i = 0; i < 2; i++)
        if (thrd_create(&threads[i], layout, &bases[i]) != thrd_success)
            return 1;
    printf("%u open\n", faces_open());
    for (int i = 0; i < 2; i++)
        thrd_join(threads[i], NULL);
    faces_flush();
    return 0;
}
