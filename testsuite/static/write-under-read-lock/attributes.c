/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shared capabilities, taken and tried through functions that only attributes describe. */
#include <pthread.h>

#define ATTR(x) __attribute__((x))
typedef pthread_rwlock_t ATTR(capability("mutex")) rwlock;

struct box {
    rwlock rw;
    int size ATTR(guarded_by(&rw));
};

extern void box_read(struct box *b) ATTR(acquire_shared_capability(b->rw));
extern int box_try_read(struct box *b) ATTR(try_acquire_shared_capability(1, b->rw));
extern void box_leave(struct box *b) ATTR(release_shared_capability(b->rw));

int read_ok(struct box *b) {
    box_read(b);
    int size = b->size; // expected-note 0+ {{}}
    box_leave(b);
    return size;
}

void write_bad(struct box *b) {
    box_read(b);
    b->size++; // expected-warning {{write to `b->size` while only a read lock is held on `b->rw` (as declared)}}
    box_leave(b);
}

void try_write_bad(struct box *b) {
    if (box_try_read(b)) {
        b->size++; // expected-warning {{write to `b->size` while only a read lock is held on `b->rw` (as declared)}}
        box_leave(b);
    }
}
