/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Records, fields, types, variables. */
// CHECK: record only_typedef [complete]
// CHECK-NEXT:   field a: int
// CHECK: record tagged [complete]
// CHECK-NEXT:   field self: tagged_t *
// CHECK-NEXT:   field n: size_type
// CHECK-NEXT:   field name: const char *
// CHECK-NEXT:   field flag: int
// CHECK-NEXT:   field atomic: int
// CHECK-NEXT:   field in: only_typedef
// CHECK-NEXT:   field bits: int
// CHECK-NEXT:   field (anonymous): int
// CHECK: record nested [complete]
// CHECK-NEXT:   field in: {{.*}}records.c:{{[0-9]+:[0-9]+}}
// CHECK-NEXT:   field fn: int (*)(int)
// CHECK-NEXT:   field many: tagged_t[3]
// CHECK-NEXT:   field opaque: struct unknown *
// CHECK-NEXT:   field kind: enum e
// CHECK: record elsewhere [complete]
// CHECK-NEXT:   field hidden: int
// CHECK: record {{.*}}records.c:{{[0-9]+:[0-9]+}} [complete]
// CHECK-NEXT:   field x: int
// CHECK-NEXT:   field (anonymous): {{.*}}records.c:{{[0-9]+:[0-9]+}}
// CHECK: record {{.*}}records.c:{{[0-9]+:[0-9]+}} [union complete]
// CHECK-NEXT:   field i: int
// CHECK-NEXT:   field f: float
// CHECK: record pointed_only
// CHECK: record {{.*}}records.c:{{[0-9]+:[0-9]+}} [complete]
// CHECK-NEXT:   field z: int
// CHECK: record unknown
// CHECK: global per_thread: int [internal thread-local defined]
// CHECK: global p: struct pointed_only *
// CHECK: global f.calls: int [internal defined]
// CHECK: global same: int
// CHECK: global anonymous: {{.*}}records.c:{{[0-9]+:[0-9]+}} [defined]

typedef unsigned long size_type;
typedef struct { int a; } only_typedef;
typedef struct tagged tagged_t;
struct tagged { tagged_t *self; size_type n; const char *name; volatile int flag; _Atomic int atomic; only_typedef in; int bits : 3; int : 4; };
struct nested { struct { int x; union { int i; float f; }; } in; int (*fn)(int); tagged_t many[3]; struct unknown *opaque; enum e { E } kind; };
struct pointed_only;
struct elsewhere { int hidden; };
extern struct pointed_only *p;
static _Thread_local int per_thread;
extern __typeof__(per_thread) same;
int f(struct nested *n, struct elsewhere *e) { static int calls; return n->in.i + n->in.x + (e != 0) + (p != 0) + calls + per_thread + same; }
// CHECK-LABEL: function f
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read n->in.(anonymous).i
// CHECK-NEXT:     read n->in.x
// CHECK-NEXT:     read p
// CHECK-NEXT:     read f.calls
// CHECK-NEXT:     read per_thread
// CHECK-NEXT:     read same
// CHECK-NEXT:     return
struct { int z; } anonymous;
