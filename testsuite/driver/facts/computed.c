/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Values that are computed: what they are computed from. */
struct table { unsigned count, limit; int *slots; };
unsigned hash(int key);

unsigned next(struct table *t, unsigned by) { unsigned sum = t->count * 2 + by; sum += t->limit; return sum - by; }
// CHECK-LABEL: function next
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read t->count
// CHECK-NEXT:     write sum = ? [initialise] from {{(by, t->count|t->count, by)$}}
// CHECK-NEXT:     read t->limit
// CHECK-NEXT:     write sum = ? [modify] from t->limit
// CHECK-NEXT:     return from {{(sum, by|by, sum)$}}
int full(const struct table *t) { return t->count == t->limit; }
// CHECK-LABEL: function full
// CHECK:          return from {{(t->limit, t->count|t->count, t->limit)$}}
unsigned bucket(struct table *t, int key) { unsigned b = hash(key) % 64; return b; }
// CHECK-LABEL: function bucket
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = hash(key)
// CHECK-NEXT:     write b = ? [initialise] from r1
// CHECK-NEXT:     return b
int room(struct table *t, unsigned wanted) { if (t->count + wanted > t->limit) return 0; return 1; }
// CHECK-LABEL: function room
// CHECK:          write <condition> = ? from {{(wanted, t->count|t->count, wanted)$}}
// CHECK-NEXT:     if <condition> > t->limit goto 1 else 2
