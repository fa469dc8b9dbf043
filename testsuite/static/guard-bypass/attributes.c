/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Clang's attributes are read as truth: no majority has to prove what they say. */
#include <pthread.h>
#include <stdlib.h>

#define ATTR(x) __attribute__((x))
typedef pthread_mutex_t ATTR(capability("mutex")) mutex;
typedef pthread_rwlock_t ATTR(capability("mutex")) rwlock;

struct box {
    mutex lock;
    rwlock rw;
    int count ATTR(guarded_by(lock));
    int *cells ATTR(pt_guarded_by(lock));
    int size ATTR(guarded_by(&rw));
};

extern void box_lock(struct box *b) ATTR(acquire_capability(b->lock));
extern void box_unlock(struct box *b) ATTR(release_capability(b->lock));
extern int box_try(struct box *b) ATTR(try_acquire_capability(1, b->lock));
extern int box_try_posix(struct box *b) ATTR(try_acquire_capability(0, b->lock));
extern void box_read(struct box *b) ATTR(acquire_shared_capability(b->rw));
extern int box_try_read(struct box *b) ATTR(try_acquire_shared_capability(1, b->rw));
extern void box_leave(struct box *b) ATTR(release_shared_capability(b->rw));
extern void box_write(struct box *b) ATTR(acquire_capability(b->rw));
extern void box_end_write(struct box *b) ATTR(release_capability(b->rw));
extern void box_assert(struct box *b) ATTR(assert_capability(b->lock));

void guarded_ok(struct box *b) {
    box_lock(b);
    b->count++; // expected-note 0+ {{}}
    b->cells[0] = 1; // expected-note 0+ {{}}
    box_unlock(b);
    box_write(b);
    b->size++; // expected-note 0+ {{}}
    box_end_write(b);
}

void guarded_bad(struct box *b) {
    b->count++; // expected-warning {{write to `b->count` without holding `b->lock` (as declared)}}
}

/* The pointer itself is anybody's, what it points to is not. */
int *pointee_ok(struct box *b) {
    return b->cells;
}

void pointee_bad(struct box *b) {
    b->cells[1] = 2; // expected-warning {{without holding}}
}

void try_ok(struct box *b) {
    if (!box_try(b))
        return;
    b->count++;
    box_unlock(b);
}

void try_bad(struct box *b) {
    if (box_try(b))
        box_unlock(b);
    b->count = b->count + 2; // expected-warning 1+ {{`b->count` without holding `b->lock` (as declared)}}
}

void try_posix_ok(struct box *b) {
    if (box_try_posix(b) != 0)
        return;
    b->count++;
    box_unlock(b);
}

int try_shared_ok(struct box *b) {
    int size = 0;
    if (box_try_read(b)) {
        size = b->size;
        box_leave(b);
    }
    return size;
}

void assert_ok(struct box *b) {
    box_assert(b);
    b->count++;
}

void required_ok(struct box *b) ATTR(requires_capability(b->lock));
void required_ok(struct box *b) {
    b->count++;
}

void call_ok(struct box *b) {
    box_lock(b);
    required_ok(b);
    box_unlock(b);
}

void call_bad(struct box *b) {
    required_ok(b); // expected-warning {{required_ok() is called without holding `b->lock`, which it is declared to require}} expected-note@* {{declared here}}
}

void call_passed_on_ok(struct box *b) ATTR(requires_capability(b->lock));
void call_passed_on_ok(struct box *b) {
    required_ok(b);
}

void unchecked_ok(struct box *b) ATTR(no_thread_safety_analysis);
void unchecked_ok(struct box *b) {
    b->count++;
    required_ok(b);
}

struct box *new_ok(void) {
    struct box *b = calloc(1, sizeof *b);
    b->count = 1;
    required_ok(b);
    return b;
}
