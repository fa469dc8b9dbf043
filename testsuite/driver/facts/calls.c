/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Calls: direct, through pointers, arguments and results as paths, builtins. */
struct object { int n; int (*method)(struct object *, int); };
extern struct object *make(int);
extern struct object objects[];
int callee(struct object *o, int n);
typedef int (*handler)(struct object *, int);
extern handler handlers[4];
struct pair { long a, b; };
struct pair pair(struct pair p);

int direct(struct object *o) { return callee(o, 3) + callee(&objects[1], o->n); }
// CHECK-LABEL: function direct
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = callee(o, 3)
// CHECK-NEXT:     read o->n
// CHECK-NEXT:     call r2 = callee(&objects[1], o->n)
// CHECK-NEXT:     return
int through(struct object *o, handler h, int i) { return o->method(o, 1) + (*h)(o, 2) + handlers[i](o, 3); }
// CHECK-LABEL: function through
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read o->method
// CHECK-NEXT:     call r1 = (*o->method)(o, 1)
// CHECK-NEXT:     call r2 = (*h)(o, 2)
// CHECK-NEXT:     read handlers[i]
// CHECK-NEXT:     call r3 = (*handlers[i])(o, 3)
// CHECK-NEXT:     return
int result(void) { struct object *o = make(1); return make(2)->n + o->n; }
// CHECK-LABEL: function result
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = make(1)
// CHECK-NEXT:     write o = r1 [initialise]
// CHECK-NEXT:     call r2 = make(2)
// CHECK-NEXT:     read r2->n
// CHECK-NEXT:     read o->n
// CHECK-NEXT:     return
handler pick(int i) { handlers[0] = callee; handlers[1] = &callee; return i ? callee : 0; }
// CHECK-LABEL: function pick
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write handlers = callee
// CHECK-NEXT:     write handlers[1] = callee
// CHECK-NEXT:     if i != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     return callee
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return 0
void by_value(struct pair *p) { struct pair q = pair(*p); *p = pair(q); }
// CHECK-LABEL: function by_value
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read *p
// CHECK-NEXT:     call r1 = pair(*p)
// CHECK-NEXT:     copy q = r1 [initialise]
// CHECK-NEXT:     call r2 = pair(q)
// CHECK-NEXT:     copy *p = r2
// CHECK-NEXT:     scope-end q
void builtins(void *d, const void *s, unsigned n) {
    __builtin_memcpy(d, s, n);
    __builtin___memset_chk(d, 0, n, __builtin_object_size(d, 0));
    if (__builtin_constant_p(n) || __builtin_clz(n) > 3) __builtin_prefetch(d);
}
// CHECK-LABEL: function builtins
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = memcpy(d, s, n)
// CHECK-NEXT:     call r2 = memset(d, 0, n, ?)
void old_style();
void unprototyped(int a) { old_style(a, 1); }
// CHECK-LABEL: function unprototyped
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call old_style(a, 1)
