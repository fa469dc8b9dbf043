/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Branches as comparisons: `if LEFT op RIGHT goto TRUE else FALSE`. */
#define likely(x) __builtin_expect(!!(x), 1)
extern int f(void), g(void);
extern int flag;
void t(void), e(void);

void truth(int x) { if (x) t(); else e(); }
// CHECK-LABEL: function truth
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void negation(int x) { if (!x) t(); if (!!x) e(); }
// CHECK-LABEL: function negation
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     if x != 0 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 4
void constant_left(int x) { if (0 == x) t(); if (3 < x) e(); }
// CHECK-LABEL: function constant_left
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     if x > 3 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 4
void assigned(void) { int r; if ((r = f()) != 0) t(); if (!(r = g())) e(); }
// CHECK-LABEL: function assigned
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     write r = r1
// CHECK-NEXT:     if r1 != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call r2 = g()
// CHECK-NEXT:     write r = r2
// CHECK-NEXT:     if r2 == 0 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 4
void stripped(int x) { if (likely(x > 2)) t(); if (__builtin_expect((x), 0)) e(); if ((long)x == -1L) t(); }
// CHECK-LABEL: function stripped
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x > 2 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     if x != 0 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 4
// CHECK-NEXT:     if x == -1 goto 5 else 6
// CHECK-NEXT:   block 5
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 6
// CHECK-NEXT:   block 6
void compared_truth(int x) { if ((x < 3) == 0) t(); if (!(x == 1) != 0) e(); }
// CHECK-LABEL: function compared_truth
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x >= 3 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     if x != 1 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 4
void unknown(int x) { if (x & 1) t(); if (x * 2 < flag) e(); }
// CHECK-LABEL: function unknown
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x & 1 != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     read flag
// CHECK-NEXT:     write <condition> = ?
// CHECK-NEXT:     if <condition> < flag goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 4
void conjunction(int a, int b) { if (a && b) t(); else e(); }
// CHECK-LABEL: function conjunction
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if a != 0 goto 1 else 3
// CHECK-NEXT:   block 1
// CHECK-NEXT:     if b != 0 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 4
void disjunction(int a) { if (a || f() == 3) t(); }
// CHECK-LABEL: function disjunction
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if a != 0 goto 2 else 1
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 == 3 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void negated_conjunction(int a) { if (!(a && f())) t(); }
// CHECK-LABEL: function negated_conjunction
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if a != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 != 0 goto 3 else 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void likely_conjunction(int a) { if (likely(a && f() == 0)) t(); else e(); }
// CHECK-LABEL: function likely_conjunction
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if a != 0 goto 1 else 3
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 == 0 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 4
// CHECK-NEXT:   block 4
int conjunction_value(int a) { int ok = a && f() == 0; if (ok) t(); return ok; }
// CHECK-LABEL: function conjunction_value
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if a != 0 goto 1 else 4
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 == 0 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write <value> = 1
// CHECK-NEXT:     goto 5
// CHECK-NEXT:   block 3
// CHECK-NEXT:     write <value> = 0
// CHECK-NEXT:     goto 5
// CHECK-NEXT:   block 4
// CHECK-NEXT:     write <value> = 0
// CHECK-NEXT:     goto 5
// CHECK-NEXT:   block 5
// CHECK-NEXT:     write ok = <value> [initialise]
// CHECK-NEXT:     if ok != 0 goto 6 else 7
// CHECK-NEXT:   block 6
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 7
// CHECK-NEXT:   block 7
// CHECK-NEXT:     return ok
int select(int c, int *p) { return *(c ? p : &flag); }
// CHECK-LABEL: function select
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if c != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     write <value> = p
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write <value> = &flag
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
// CHECK-NEXT:     read *<value>
// CHECK-NEXT:     return *<value>
int elvis(void) { return f() ?: g(); }
// CHECK-LABEL: function elvis
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     return r1
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call r2 = g()
// CHECK-NEXT:     return r2
void loop(int n) { for (int i = 0; i < n; i++) t(); while (f()) e(); do t(); while (g() > 0); }
// CHECK-LABEL: function loop
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write i = 0 [initialise]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     if i < n goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call t()
// CHECK-NEXT:     write i = ? [modify]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 3 loop
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 != 0 goto 4 else 5
// CHECK-NEXT:   block 4
// CHECK-NEXT:     call e()
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 5 loop
// CHECK-NEXT:     call t()
// CHECK-NEXT:     call r2 = g()
// CHECK-NEXT:     if r2 > 0 goto 5 else 6
// CHECK-NEXT:   block 6
void forever(void) { for (;;) { if (f()) break; t(); } }
// CHECK-LABEL: function forever
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 != 0 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 1
void pruned(int x) { if (0) t(); while (1) { if (x) return; } }
// CHECK-LABEL: function pruned
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     if x != 0 goto 2 else 1
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return
void statement(void) { if (({ int r = f(); r == 0; })) t(); }
// CHECK-LABEL: function statement
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     write r = r1 [initialise]
// CHECK-NEXT:     if r == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call t()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
