/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Ways through a function: switch, goto, calls that never return, asm, setjmp, arrays of variable size. */
#include <setjmp.h>
#include <stdlib.h>
extern int f(void);
void a(void), b(void), c(void);
_Noreturn void die(void);
extern jmp_buf env;
extern int shared;
enum color { RED, GREEN };

void choose(int x) { switch (x) { case 1: a(); break; case 2: b(); case 3: c(); break; default: a(); } }
// CHECK-LABEL: function choose
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x == 1 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call a()
// CHECK-NEXT:     goto 7
// CHECK-NEXT:   block 2
// CHECK-NEXT:     if x == 2 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call b()
// CHECK-NEXT:     goto 5
// CHECK-NEXT:   block 4
// CHECK-NEXT:     if x == 3 goto 5 else 6
// CHECK-NEXT:   block 5
// CHECK-NEXT:     call c()
// CHECK-NEXT:     goto 7
// CHECK-NEXT:   block 6
// CHECK-NEXT:     call a()
// CHECK-NEXT:     goto 7
// CHECK-NEXT:   block 7
void choose_result(void) { switch (f()) { case 0: a(); break; } b(); }
// CHECK-LABEL: function choose_result
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call a()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call b()
void choose_range(int x) { switch (x) { case 1 ... 5: a(); break; case 7: b(); } }
// CHECK-LABEL: function choose_range
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1 or 2 or 3
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call b()
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call a()
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
int choose_all(enum color k) { switch (k) { case RED: return f(); case GREEN: return 2; } __builtin_unreachable(); }
// CHECK-LABEL: function choose_all
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if k == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     return r1
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return 2
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
int jump(int x) { if (x) goto out; a(); again: b(); if (f()) goto again; out: c(); return 0; }
// CHECK-LABEL: function jump
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x != 0 goto 3 else 1
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call a()
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2 loop
// CHECK-NEXT:     call b()
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 != 0 goto 2 else 3
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call c()
// CHECK-NEXT:     return 0
void *labels[2];
int computed(int x) { static void *to[] = { &&one, &&two }; goto *to[x]; one: a(); return 1; two: b(); return 2; }
// CHECK-LABEL: function computed
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read computed.to[x]
// CHECK-NEXT:     goto 1 or 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call b()
// CHECK-NEXT:     return 2
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call a()
// CHECK-NEXT:     return 1
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void fails(int x) { if (x) die(); if (f()) exit(1); if (f() == 2) abort(); if (x == 3) __builtin_trap(); a(); }
// CHECK-LABEL: function fails
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call die()
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     if r1 != 0 goto 3 else 4
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call exit(1)
// CHECK-NEXT:   block 4
// CHECK-NEXT:     call r2 = f()
// CHECK-NEXT:     if r2 == 2 goto 5 else 6
// CHECK-NEXT:   block 5
// CHECK-NEXT:     call abort()
// CHECK-NEXT:   block 6
// CHECK-NEXT:     if x == 3 goto 7 else 8
// CHECK-NEXT:   block 7
// CHECK-NEXT:     call __builtin_unreachable()
// CHECK-NEXT:   block 8
// CHECK-NEXT:     call a()
int returns_twice(void) { if (setjmp(env) == 0) { a(); return 1; } b(); return 0; }
// CHECK-LABEL: function returns_twice
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = _setjmp(&env)
// CHECK-NEXT:     if r1 == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call a()
// CHECK-NEXT:     return 1
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call b()
// CHECK-NEXT:     return 0
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void variable(int n) { int v[n]; v[0] = f(); shared = v[n - 1]; }
// CHECK-LABEL: function variable
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = f()
// CHECK-NEXT:     write v = r1
// CHECK-NEXT:     write shared = v[?]
void assembly(int x) {
    int out;
    __asm__ volatile("mov %1, %0" : "=r"(out) : "r"(shared));
    __asm__ volatile("lock; addl %1, %0" : "+m"(shared) : "ir"(x));
}
// CHECK-LABEL: function assembly
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read shared
// CHECK-NEXT:     write out = ?
// CHECK-NEXT:     write shared = ? seq-cst [atomic modify]
// CHECK-NEXT:     scope-end out
int asm_jump(int x) { __asm__ goto("" : : "r"(x) : : there); a(); return 0; there: b(); return 1; }
// CHECK-LABEL: function asm_jump
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1 or 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call a()
// CHECK-NEXT:     return 0
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call b()
// CHECK-NEXT:     return 1
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void stops(int x) { if (x) { a(); __builtin_trap(); } b(); }
// CHECK-LABEL: function stops
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call a()
// CHECK-NEXT:     call __builtin_unreachable()
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call b()
void indirectly(void (*end)(void) __attribute__((noreturn)), int x) { if (x) end(); b(); }
// CHECK-LABEL: function indirectly
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if x != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call (*end)()
// CHECK-NEXT:     call __builtin_unreachable()
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call b()
