/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Atomic operations: C11, __atomic_*, __sync_*, _Atomic objects, fences. */
#include <stdatomic.h>
#include <stdbool.h>
extern _Atomic int a;
extern int n;
extern atomic_flag busy;
struct s { _Atomic(struct s *) next; int refs; };

int c11(int x) {
    atomic_store_explicit(&a, x, memory_order_release);
    int y = atomic_load_explicit(&a, memory_order_acquire);
    y += atomic_fetch_add(&a, 2);
    atomic_exchange_explicit(&a, 7, memory_order_relaxed);
    atomic_init(&a, 3);
    return y;
}
// CHECK-LABEL: function c11
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write a = x release [atomic]
// CHECK-NEXT:     read a -> r2 acquire [atomic]
// CHECK-NEXT:     write y = r2 [initialise]
// CHECK-NEXT:     write a = ? -> r3 seq-cst [atomic modify]
// CHECK-NEXT:     write y = ? [modify]
// CHECK-NEXT:     write a = 7 -> r4 relaxed [atomic modify]
// CHECK-NEXT:     write a = 3 [initialise]
// CHECK-NEXT:     return y
bool exchange(int *expected) { return atomic_compare_exchange_strong(&a, expected, 5); }
// CHECK-LABEL: function exchange
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write a = 5 -> r1 seq-cst [atomic modify compare]
// CHECK-NEXT:     write *expected = ?
// CHECK-NEXT:     return r1
void lock(void) { while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) { } atomic_flag_clear(&busy); }
// CHECK-LABEL: function lock
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     write busy._Value = 1 -> r1 acquire [atomic modify]
// CHECK-NEXT:     if r1 != 0 goto 1 else 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write busy._Value = 0 seq-cst [atomic]
int plain_syntax(struct s *s) { a = 1; a++; a += n; s->next = s; return a + (s->next != 0); }
// CHECK-LABEL: function plain_syntax
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write a = 1 seq-cst [atomic]
// CHECK-NEXT:     write a = ? seq-cst [atomic modify]
// CHECK-NEXT:     read n
// CHECK-NEXT:     write a = ? seq-cst [atomic modify]
// CHECK-NEXT:     write s->next = s seq-cst [atomic]
// CHECK-NEXT:     read a seq-cst [atomic]
// CHECK-NEXT:     read s->next seq-cst [atomic]
// CHECK-NEXT:     return
int gnu(struct s *s, int order) {
    int out, in = 4;
    __atomic_store_n(&n, 1, __ATOMIC_RELAXED);
    __atomic_load(&n, &out, __ATOMIC_ACQUIRE);
    __atomic_exchange(&n, &in, &out, order);
    if (__atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) == 0) out = 0;
    return out + __atomic_compare_exchange_n(&n, &in, 9, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}
// CHECK-LABEL: function gnu
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write in = 4 [initialise]
// CHECK-NEXT:     write n = 1 relaxed [atomic]
// CHECK-NEXT:     read n -> r2 acquire [atomic]
// CHECK-NEXT:     write out = r2
// CHECK-NEXT:     write n = in -> r3 seq-cst [atomic modify]
// CHECK-NEXT:     write out = r3
// CHECK-NEXT:     write s->refs = ? -> r4 acq-rel [atomic modify decrease]
// CHECK-NEXT:     if r4 == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     write out = 0
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     read out
// CHECK-NEXT:     write n = 9 -> r5 seq-cst [atomic modify compare]
// CHECK-NEXT:     write in = ?
// CHECK-NEXT:     return
// CHECK-NEXT:     scope-end in
// CHECK-NEXT:     scope-end out
int sync(struct s *s) {
    __sync_synchronize();
    __sync_fetch_and_add(&s->refs, 1);
    while (__sync_lock_test_and_set(&n, 1)) { }
    __sync_lock_release(&n);
    if (__sync_bool_compare_and_swap(&s->refs, 0, 1)) return 1;
    return __sync_val_compare_and_swap(&n, 2, 3);
}
// CHECK-LABEL: function sync
// CHECK-NEXT:   block 0
// CHECK-NEXT:     fence seq-cst
// CHECK-NEXT:     write s->refs = ? -> r1 seq-cst [atomic modify]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     write n = 1 -> r2 acquire [atomic modify]
// CHECK-NEXT:     if r2 != 0 goto 1 else 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write n = 0 release [atomic]
// CHECK-NEXT:     write s->refs = 1 -> r4 seq-cst [atomic modify compare]
// CHECK-NEXT:     if r4 != 0 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     return 1
// CHECK-NEXT:     goto 5
// CHECK-NEXT:   block 4
// CHECK-NEXT:     write n = 3 -> r5 seq-cst [atomic modify]
// CHECK-NEXT:     return r5
// CHECK-NEXT:     goto 5
// CHECK-NEXT:   block 5
void fences(void) { atomic_thread_fence(memory_order_release); atomic_signal_fence(memory_order_seq_cst); }
// CHECK-LABEL: function fences
// CHECK-NEXT:   block 0
// CHECK-NEXT:     fence release
