/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A truth value that hangs on a result is stored and returned as the branch that it is. */
typedef struct lock lock_t;
int trylock(lock_t *), error(void);
_Bool wrapper(lock_t *l) { return trylock(l) == 0; }
// CHECK-LABEL: function wrapper
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = trylock(l)
// CHECK-NEXT:     if r1 == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     return 1
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return 0
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
int inverted(lock_t *l) { return !trylock(l); }
// CHECK-LABEL: function inverted
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = trylock(l)
// CHECK-NEXT:     if r1 == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     return 1
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return 0
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void kept(lock_t *l) { _Bool held = trylock(l) == 0; if (held) error(); }
// CHECK-LABEL: function kept
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = trylock(l)
// CHECK-NEXT:     if r1 == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     write held = 1 [initialise]
// CHECK-NEXT:     call r2 = error()
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write held = 0 [initialise]
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
int computed(int a, int b) { return (a & 1) == b; }
// CHECK-LABEL: function computed
// CHECK-NEXT:   block 0
// CHECK-NEXT:     return
int both(lock_t *l, int want) { return want && trylock(l) == 0; }
// CHECK-LABEL: function both
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if want != 0 goto 1 else 4
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r1 = trylock(l)
// CHECK-NEXT:     if r1 == 0 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return 1
// CHECK-NEXT:   block 3
// CHECK-NEXT:     return 0
// CHECK-NEXT:   block 4
// CHECK-NEXT:     return 0
