/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Corners of C and of its extensions, for the plugin to pass by unharmed. */
#include <complex.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

typedef int vector __attribute__((vector_size(16)));
typedef union { int *i; float *f; } either __attribute__((transparent_union));
struct empty {};
struct flexible { int n; int rest[]; };
struct bits { unsigned a : 3, : 0, b : 5; _Bool c : 1; };
union punned { double d; unsigned long u; struct { int lo, hi; }; };
enum large { HUGE_VALUE = 0xffffffffffffffffu, SMALL = 1 };
_Atomic struct pair { int a, b; } atomic_pair;
extern int ifunc_target(void), alias_of(void) __attribute__((alias("aliased")));
int aliased(void) { return 1; }
static __int128 wide = ((__int128)1 << 100) + 5;
_Static_assert(sizeof(struct bits) > 0, "");

int old_style(a, b) int a; char *b; { return a + *b; }
vector vectors(vector v, int i) { v[i & 3] += 2; vector w = v * (vector){1, 2}; w[0]++; return w == v; }
double complexes(double complex z) { __real__ z = 1; __imag__ z += 2; return __real__(z * I); }
int choose(int x) { return __builtin_choose_expr(sizeof(int) == 4, x++, 0) + __builtin_types_compatible_p(int, long); }
int generic(int x) { return _Generic(x, int: x + 1, default: 0) + _Generic(&x, int *: *&x); }
int duff(char *to, const char *from, int n) {
    int rounds = (n + 3) / 4;
    switch (n % 4) { case 0: do { *to++ = *from++; case 3: *to++ = *from++; case 2: *to++ = *from++;
                     case 1: *to++ = *from++; } while (--rounds > 0); }
    return rounds;
}
int ranges(long x) { switch (x) { case 0 ... 9: return 1; case HUGE_VALUE: return 2; default:; } return 3; }
int inner_goto(int x) { return ({ if (x) goto out; 1; }) + ({ x; }); out: return 2; }
int labels(int i) { void *p = i ? &&a : &&b; goto *p; a: return (int)((char *)&&a - (char *)&&b); b: return 0; }
int asm_outputs(int x) { int y; __asm__ goto("" : "=r"(y) : "0"(x) : "memory" : far); return y; far: return 0; }
size_t variable(int n, int v[n][n], int (*w)[n]) { typedef int row[n]; row r; return sizeof r + sizeof(int[n++]) + v[1][2] + (*w)[0] + (r[0] = 1); }
int varargs(int n, ...) { va_list l, m; va_start(l, n); va_copy(m, l); int x = va_arg(l, int); va_end(l); va_end(m); return x; }
void atomics(struct pair p) { atomic_pair = p; p = atomic_pair; atomic_store(&atomic_pair, p); }
union punned cast_to_union(double d) { return (union punned)d; }
int takes_either(either e) { return *e.i; }
int call_either(int *i, float *f) { return takes_either(i) + takes_either((either){.f = f}); }
struct flexible *flex(struct flexible *f) { f->rest[f->n++] = 3; return &*f; }
int bits(struct bits *b) { b->a = b->b++; b->c ^= 1; return -b->a; }
int *compound(int n) { static int spare[3], *kept = spare; int *p = (int[4]){[1] = n, [0 ... 1] = 2}; return n ? p : kept; }
struct { struct pair p[2][2]; int (*f)(int); } nested = {.p[1][0].b = 4, .p = {[0] = {{1, 2}, 3, 4}}, .f = generic};
static int *literal = (int[]){1, 2, 3};
unsigned __int128 big(void) { return wide > 0 ? -1 : (unsigned _BitInt(77))5; }
int automatic(void) { __auto_type x = 5L; __typeof__(x) y = x; return (int)(x, y); }
struct empty nothing(struct empty e) { struct empty f = e, g = {}; return 1 ? f : g; }
int conditional_void(int x) { x ? (void)0 : (void)automatic(); return x ?: (x, 1) ? : 3; }
int conditional_records(int c, struct pair a, struct pair b) { return (c ? a : b).a + ({ struct pair p = a; p; }).b; }
int deep(int ****p) { return ****p + *(*(&(**p)[1])) + (*&***p)[0]; }
int function_pointers(int (*f)(int), int (**g)(int)) { return (&*f)(1) + (**f)(2) + (*g)(3) + (******generic)(4); }
int loops(int n) { while (n) { do { for (;; n--) { if (n == 3) break; if (n) continue; goto end; } } while (0); break; } end: return n; }
int unreachable_code(int x) { return x; x++; while (1) ; return 0; }
void empty_body(void) {}
void no_exit(void) { for (;;) ; }
void only_trap(void) { __builtin_trap(); }
int offsets(void) { return offsetof(struct pair, b) + __builtin_offsetof(struct flexible, rest[2]); }
int strings(int i) { return "abc"[i] + *"d" + i["xyz"] + sizeof "q" + __func__[0] + L"w"[0]; }
int null_calls(void) { return ((int (*)(void))0)() + *(int *)0; }
_Thread_local int per_thread; int *tls(void) { return &per_thread; }
int (*returns_function(int x))(int) { return x ? generic : 0; }
int overflow(int a, int b) { int r; return __builtin_add_overflow(a, b, &r) ? 0 : r; }
int shadow(int x) { { int x = 1; { extern int x; } (void)x; } return x; }
void drop(int *);
int cleanup_in_expression(int x) { return ({ __attribute__((cleanup(drop))) int y = x; y + 1; }); }
