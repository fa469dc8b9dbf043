/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whole records copied. */
struct in { int lock; };
struct s { struct in in; int n; };
extern struct s global;
struct s give(void);
int take(struct s s);

void assign(struct s *a, struct s *b) { *a = *b; a->in = b->in; }
// CHECK-LABEL: function assign
// CHECK-NEXT:   block 0
// CHECK-NEXT:     copy *a = *b
// CHECK-NEXT:     copy a->in = b->in
void declare(struct s *a) { struct s copy = *a; global = copy; }
// CHECK-LABEL: function declare
// CHECK-NEXT:   block 0
// CHECK-NEXT:     copy copy = *a [initialise]
// CHECK-NEXT:     copy global = copy
// CHECK-NEXT:     scope-end copy
void chained(struct s *a, struct s *b) { *a = *b = global; }
// CHECK-LABEL: function chained
// CHECK-NEXT:   block 0
// CHECK-NEXT:     copy *b = global
// CHECK-NEXT:     copy *a = *b
struct s returned(struct s *a) { return *a; }
// CHECK-LABEL: function returned
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read *a
// CHECK-NEXT:     return *a
int passed(struct s *a) { return take(*a) + take(give()); }
// CHECK-LABEL: function passed
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read *a
// CHECK-NEXT:     call r1 = take(*a)
// CHECK-NEXT:     call r2 = give()
// CHECK-NEXT:     call r3 = take(r2)
// CHECK-NEXT:     return
int part(void) { return give().n; }
// CHECK-LABEL: function part
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = give()
// CHECK-NEXT:     return
void choice(int c, struct s *a, struct s *b) { struct s x = c ? *a : *b; take(x); }
// CHECK-LABEL: function choice
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if c != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     read *a
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     read *b
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
// CHECK-NEXT:     copy x = ? [initialise]
// CHECK-NEXT:     call r1 = take(x)
// CHECK-NEXT:     scope-end x
