/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* khash: functions of a known form of name, and macros. */
// FLAGS: -I $DIR/include
#include "khash_like.h"
KHASH_INIT(m, int, long)
static khash_t(m) * h;
int show(int, long);

int store(int k) { int absent; khiter_t i = kh_put(m, h, k, &absent); kh_val(h, i) = 3; return absent; }
// CHECK-LABEL: function kh_put_m [internal inline]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read h->keys
// CHECK-NEXT:     write *h->keys = key
// CHECK-NEXT:     write *absent = 0
// CHECK-NEXT:     return 0
// CHECK-LABEL: function kh_get_m [internal inline]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read h->keys
// CHECK-NEXT:     read *h->keys [condition]
// CHECK-NEXT:     if *h->keys == key goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     return 0
// CHECK-NEXT:   block 2
// CHECK-NEXT:     read h->n_buckets
// CHECK-NEXT:     return h->n_buckets
// CHECK-LABEL: function store
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read h
// CHECK-NEXT:     call r2 = kh_put_m(h, k, &absent)
// CHECK-NEXT:     write i = r2 [initialise]
// CHECK-NEXT:     read h
// CHECK-NEXT:     call r1 = kh_val(h, i) [macro-call]
// CHECK-NEXT:     write *r1 = 3
// CHECK-NEXT:     read absent
// CHECK-NEXT:     return absent
// CHECK-NEXT:     scope-end absent
long load(int k) { khiter_t i = kh_get(m, h, k); if (i == kh_end(h)) return 0; return kh_val(h, i); }
// CHECK-LABEL: function load
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read h
// CHECK-NEXT:     call r3 = kh_get_m(h, k)
// CHECK-NEXT:     write i = r3 [initialise]
// CHECK-NEXT:     read h
// CHECK-NEXT:     call r1 = kh_end(h) [macro-call]
// CHECK-NEXT:     if i == r1 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     return 0
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     read h
// CHECK-NEXT:     call r2 = kh_val(h, i) [macro-call]
// CHECK-NEXT:     return r2
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void each(void) { int k; long v; kh_foreach(h, k, v, if (show(k, v)) break); }
// CHECK-LABEL: function each
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     read h
// CHECK-NEXT:     call r1 = kh_foreach(h, k, v, ?) [macro-call]
// CHECK-NEXT:     write k = r1
// CHECK-NEXT:     write v = r1
// CHECK-NEXT:     goto 3 or 1 or 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call r2 = show(k, v)
// CHECK-NEXT:     if r2 != 0 goto 3 else 1
// CHECK-NEXT:   block 3
