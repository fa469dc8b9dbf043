/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Ends of scopes, and cleanup functions on every way out. */
struct guard { int *what; };
void leave(int **p);
void unlock(struct guard *g);
int f(void);
void use(int *p);
#define SCOPED __attribute__((cleanup(leave)))

void simple(void) { SCOPED int *p = 0; f(); }
// CHECK-LABEL: function simple
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write p = 0 [initialise]
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     call leave(&p) [cleanup]
int early(int x) { SCOPED int *p = 0; if (x) return f(); { struct guard g __attribute__((cleanup(unlock))) = {p}; f(); } return 0; }
// CHECK-LABEL: function early
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write p = 0 [initialise]
// CHECK-NEXT:     if x != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r2 = f()
// CHECK-NEXT:     return r2
// CHECK-NEXT:     call leave(&p) [cleanup]
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write g.what = p [initialise]
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     call unlock(&g) [cleanup]
// CHECK-NEXT:     scope-end g
// CHECK-NEXT:     return 0
// CHECK-NEXT:     call leave(&p) [cleanup]
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
int either(int *q) { SCOPED int *p = q; return q ? *q : 0; }
// CHECK-LABEL: function either
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write p = q [initialise]
// CHECK-NEXT:     if q != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     read *q
// CHECK-NEXT:     return *q
// CHECK-NEXT:     call leave(&p) [cleanup]
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return 0
// CHECK-NEXT:     call leave(&p) [cleanup]
void looped(void) { while (f()) { SCOPED int *p = 0; if (f()) continue; if (f()) break; use(p); } }
// CHECK-LABEL: function looped
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 != 0 goto 2 else 7
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write p = 0 [initialise]
// CHECK-NEXT:     call r2 = f()
// CHECK-NEXT:     if r2 != 0 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call leave(&p) [cleanup]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 4
// CHECK-NEXT:     call r3 = f()
// CHECK-NEXT:     if r3 != 0 goto 5 else 6
// CHECK-NEXT:   block 5
// CHECK-NEXT:     call leave(&p) [cleanup]
// CHECK-NEXT:     goto 7
// CHECK-NEXT:   block 6
// CHECK-NEXT:     call use(p)
// CHECK-NEXT:     call leave(&p) [cleanup]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 7
void lifetimes(void) { { int taken; use(&taken); } int plain = f(); use((int *)(long)plain); }
// CHECK-LABEL: function lifetimes
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call use(&taken)
// CHECK-NEXT:     scope-end taken
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     write plain = r1 [initialise]
// CHECK-NEXT:     call use(plain)
int jumps(void) { SCOPED int *p = 0; if (f()) goto out; f(); out: return 1; }
// CHECK-LABEL: function jumps
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write p = 0 [initialise]
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 != 0 goto 2 else 1
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r2 = f()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return 1
// CHECK-NEXT:     call leave(&p) [cleanup]
