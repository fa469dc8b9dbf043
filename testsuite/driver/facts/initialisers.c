/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Initialisers, local and static. */
// CHECK: global ops: struct op[5] [internal defined]
// CHECK: global numbers: int[3] [internal defined]
// CHECK: global names: const char *[2] [internal defined]
// CHECK: global hook: int (*)(void *) [defined]
// CHECK: global o: struct outer [defined]
// CHECK: global lock: pthread_mutex_t [defined]
// CHECK: global current: struct op * [internal defined]
// CHECK: global zero: int [defined]
// CHECK: global n: int
// CHECK: global counter.count: int [internal defined]
// CHECK: global counter.cached: struct op * [internal defined]
// CHECK: global unnamed: struct op * [defined]
// CHECK: global <literal>: struct op [internal defined]

#include <pthread.h>
struct op { const char *name; int (*run)(void *); int flags; };
struct outer { struct { int a, b; } in; int v[3]; union { int i; char *p; } u; struct op *ops; };
int run_a(void *), run_b(void *);
extern int n;
static struct op ops[] = {{"a", run_a, 1}, {.name = "b", .run = run_b}, [4] = {0, run_a}};
static int numbers[] = {1, 2, 3};
static const char *names[] = {"x", "y"};
int (*const hook)(void *) = run_a;
struct outer o = {.in = {1, 2}, .u.p = 0, .ops = &ops[1]};
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct op *current = ops + 1;
int zero;

void locals(void *p) {
    struct op x = {0};
    struct op y = {.run = run_b, .flags = n};
    int v[2] = {n, 4};
    char s[] = "text";
    struct op *two[] = {&x, &y};
    struct outer z = {.in.b = 7};
    y = (struct op){"c", run_a, 2};
    struct op *q = &(struct op){.flags = 3};
    q->run(&z); two[0]->run(v); q->run(s);
}
// CHECK-LABEL: function locals
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write x = 0 [initialise]
// CHECK-NEXT:     write x.name = 0 [initialise]
// CHECK-NEXT:     read n
// CHECK-NEXT:     write y = 0 [initialise]
// CHECK-NEXT:     write y.run = run_b [initialise]
// CHECK-NEXT:     write y.flags = n [initialise]
// CHECK-NEXT:     read n
// CHECK-NEXT:     write v = ? [initialise]
// CHECK-NEXT:     write s = ? [initialise]
// CHECK-NEXT:     write two = &x [initialise]
// CHECK-NEXT:     write two[1] = &y [initialise]
// CHECK-NEXT:     write z = 0 [initialise]
// CHECK-NEXT:     write z.in = 0 [initialise]
// CHECK-NEXT:     write z.in.b = 7 [initialise]
// CHECK-NEXT:     write <literal>.name = ? [initialise]
// CHECK-NEXT:     write <literal>.run = run_a [initialise]
// CHECK-NEXT:     write <literal>.flags = 2 [initialise]
// CHECK-NEXT:     copy y = <literal>
// CHECK-NEXT:     write <literal> = 0 [initialise]
// CHECK-NEXT:     write <literal>.flags = 3 [initialise]
// CHECK-NEXT:     write q = &<literal> [initialise]
// CHECK-NEXT:     read q->run
// CHECK-NEXT:     call r1 = (*q->run)(&z)
// CHECK-NEXT:     read two->run
// CHECK-NEXT:     call r2 = (*two->run)(&v)
// CHECK-NEXT:     read q->run
// CHECK-NEXT:     call r3 = (*q->run)(&s)
// CHECK-NEXT:     scope-end z
// CHECK-NEXT:     scope-end s
// CHECK-NEXT:     scope-end v
// CHECK-NEXT:     scope-end y
// CHECK-NEXT:     scope-end x
int counter(void) { static int count = 5; static struct op *cached = &ops[2]; return count++ + (cached != 0); }
// CHECK-LABEL: function counter
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write counter.count = ? [modify]
// CHECK-NEXT:     read counter.cached
// CHECK-NEXT:     return
struct op *const unnamed = &(struct op){.run = run_b};
// CHECK-LABEL: function <initialisers> [internal initialiser]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write ops.run = run_a [initialise]
// CHECK-NEXT:     write ops[1].run = run_b [initialise]
// CHECK-NEXT:     write ops[4].name = 0 [initialise]
// CHECK-NEXT:     write ops[4].run = run_a [initialise]
// CHECK-NEXT:     write hook = run_a [initialise]
// CHECK-NEXT:     write o.in.a = 1 [initialise]
// CHECK-NEXT:     write o.in.b = 2 [initialise]
// CHECK-NEXT:     write o.u.p = 0 [initialise]
// CHECK-NEXT:     write o.ops = &ops[1] [initialise]
// CHECK-NEXT:     write lock = ? [initialise]
// CHECK-NEXT:     write current = &ops[1] [initialise]
// CHECK-NEXT:     write counter.count = 5 [initialise]
// CHECK-NEXT:     write counter.cached = &ops[2] [initialise]
// CHECK-NEXT:     write <literal>.name = 0 [initialise]
// CHECK-NEXT:     write <literal>.run = run_b [initialise]
// CHECK-NEXT:     write <literal>.flags = 0 [initialise]
// CHECK-NEXT:     write unnamed = &<literal> [initialise]
