/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Thread-safety attributes and mapsan's own annotations. */
// CHECK: record mutex [complete]
// CHECK-NEXT:   capability mutex
// CHECK-NEXT:   field impl: int
// CHECK: record table [complete]
// CHECK-NEXT:   field lock: mutex_t
// CHECK-NEXT:   field other: mutex_t
// CHECK-NEXT:   field plain: int
// CHECK-NEXT:   field guarded: int
// CHECK-NEXT:     guarded-by self.lock
// CHECK-NEXT:   field pointee: int *
// CHECK-NEXT:     pointee-guarded-by self.lock
// CHECK-NEXT:   field both: int
// CHECK-NEXT:     guarded-by self.lock
// CHECK-NEXT:     effect nothing
// CHECK: global big: mutex_t [defined]
// CHECK: global small: mutex_t [defined]
// CHECK-NEXT:   acquired-after big
// CHECK: global total: int
// CHECK-NEXT:   guarded-by big

#define ATTR(x) __attribute__((x))
typedef struct ATTR(capability("mutex")) mutex { int impl; } mutex_t;
struct table {
    mutex_t lock, other;
    int plain;
    int guarded ATTR(guarded_by(lock));
    int *pointee ATTR(pt_guarded_by(lock));
    int both ATTR(guarded_by(lock)) ATTR(annotate("mapsan: nothing"));
};
mutex_t big;
mutex_t small ATTR(acquired_after(big));
extern int total ATTR(guarded_by(big));

void take(mutex_t *m) ATTR(acquire_capability(m));
void take_shared(struct table *t) ATTR(acquire_shared_capability(t->lock));
void drop(mutex_t *m) ATTR(release_capability(m));
int try_it(mutex_t *m) ATTR(try_acquire_capability(0, m));
int try_shared(mutex_t *m) ATTR(try_acquire_shared_capability(1, m));
void needs(struct table *t) ATTR(requires_capability(t->lock, &t->other));
void needs_shared(struct table *t) ATTR(requires_shared_capability(big));
void keeps_out(void) ATTR(locks_excluded(big));
void states(mutex_t *m) ATTR(assert_capability(m));
void lax(void) ATTR(no_thread_safety_analysis);
void *my_insert(void *map, const char *key) ATTR(annotate("mapsan: insert arg0")) ATTR(annotate("mapsan:key arg1"));
void other(void) ATTR(annotate("somebody else's"));

void needs(struct table *t) { t->guarded = total; }
// CHECK-LABEL: function take
// CHECK-NEXT:   acquires *arg0
// CHECK-LABEL: function take_shared
// CHECK-NEXT:   acquires-shared arg0->lock
// CHECK-LABEL: function drop
// CHECK-NEXT:   releases *arg0
// CHECK-LABEL: function try_it
// CHECK-NEXT:   try-acquires *arg0 (0)
// CHECK-LABEL: function try_shared
// CHECK-NEXT:   try-acquires-shared *arg0 (1)
// CHECK-LABEL: function needs_shared
// CHECK-NEXT:   requires-shared big
// CHECK-LABEL: function keeps_out
// CHECK-NEXT:   excludes big
// CHECK-LABEL: function states
// CHECK-NEXT:   asserts *arg0
// CHECK-LABEL: function lax
// CHECK-NEXT:   no-analysis
// CHECK-LABEL: function my_insert
// CHECK-NEXT:   effect insert arg0
// CHECK-NEXT:   effect key arg1
// CHECK-LABEL: function needs
// CHECK-NEXT:   requires t->lock
// CHECK-NEXT:   requires t->other
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read total
// CHECK-NEXT:     write t->guarded = total
void calls(struct table *t) {
    take(&t->lock), take_shared(t), drop(&t->lock), needs_shared(t), keeps_out(), states(&t->lock), lax(), other();
    small = big;
    my_insert(0, 0), try_it(&t->lock), try_shared(&t->lock);
}
// CHECK-LABEL: function calls
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call take(&t->lock)
// CHECK-NEXT:     call take_shared(t)
// CHECK-NEXT:     call drop(&t->lock)
// CHECK-NEXT:     call needs_shared(t)
// CHECK-NEXT:     call keeps_out()
// CHECK-NEXT:     call states(&t->lock)
// CHECK-NEXT:     call lax()
// CHECK-NEXT:     call other()
// CHECK-NEXT:     copy small = big
// CHECK-NEXT:     call r1 = my_insert(0, 0)
// CHECK-NEXT:     call r2 = try_it(&t->lock)
// CHECK-NEXT:     call r3 = try_shared(&t->lock)
