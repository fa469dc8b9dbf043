/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* stb_ds: macros that are expressions; the implementation is the library's own business. */
#define STB_DS_IMPLEMENTATION
#include <stb/stb_ds.h>
struct pair { char *key; int value; };
struct entry { int key; struct entry *value; };
struct server { struct entry *map; };
static struct pair *names;
int next(void);

int put(char *k) { shput(names, k, next()); return shget(names, k); }
// CHECK-LABEL: function put
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r3 = next()
// CHECK-NEXT:     call r1 = shput(names, k, r3) [macro-call]
// CHECK-NEXT:     call r2 = shget(names, k) [macro-call]
// CHECK-NEXT:     return r2
struct entry *get(struct server *s, int k) { struct entry *v = hmget(s->map, k); if (v) v->key = 1; return v; }
// CHECK-LABEL: function get
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = hmget(s->map, k) [macro-call]
// CHECK-NEXT:     write v = r1 [initialise]
// CHECK-NEXT:     if v != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     write v->key = 1
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return v
void drop(struct server *s) { (void)hmdel(s->map, s->map[0].key); hmfree(s->map); }
// CHECK-LABEL: function drop
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read s->map
// CHECK-NEXT:     read s->map->key
// CHECK-NEXT:     call r1 = hmdel(s->map, s->map->key) [macro-call]
// CHECK-NEXT:     call r2 = hmfree(s->map) [macro-call]
int walk(struct server *s) { int n = 0; for (int i = 0; i < hmlen(s->map); i++) n += s->map[i].key; return n; }
// CHECK-LABEL: function walk
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write n = 0 [initialise]
// CHECK-NEXT:     write i = 0 [initialise]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     call r1 = hmlen(s->map) [macro-call]
// CHECK-NEXT:     if i < r1 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     read s->map
// CHECK-NEXT:     read s->map[i].key
// CHECK-NEXT:     write n = ? [modify]
// CHECK-NEXT:     write i = ? [modify]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 3
// CHECK-NEXT:     return n
int pointer(struct server *s, int k) { struct entry *e = hmgetp_null(s->map, k); if (!e) return -1; return e->value->key; }
// CHECK-LABEL: function pointer
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = hmgetp_null(s->map, k) [macro-call]
// CHECK-NEXT:     write e = r1 [initialise]
// CHECK-NEXT:     if e == 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     return -1
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     read e->value
// CHECK-NEXT:     read e->value->key
// CHECK-NEXT:     return e->value->key
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
struct entry whole(struct server *s, int k) { struct entry e = hmgets(s->map, k); return e; }
// CHECK-LABEL: function whole
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = hmgets(s->map, k) [macro-call]
// CHECK-NEXT:     copy e = *r1 [initialise]
// CHECK-NEXT:     return e
// CHECK-NEXT:     scope-end e
#define MAX(a, b) ((a) > (b) ? (a) : (b))
int inner(struct server *s, struct server *t) { hmput(s->map, 1, hmget(t->map, 2)); return 0; }
// CHECK-LABEL: function inner
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r2 = hmget(t->map, 2) [macro-call]
// CHECK-NEXT:     call r1 = hmput(s->map, 1, r2) [macro-call]
// CHECK-NEXT:     return 0
int twice(int k) { return MAX(shgeti(names, "a"), k); }
// CHECK-LABEL: function twice
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = shgeti(names, ?) [macro-call]
// CHECK-NEXT:     if r1 > k goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r2 = shgeti(names, ?) [macro-call]
// CHECK-NEXT:     return r2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return k
void chosen(struct server *s, int k) { if (k && hmgeti(s->map, k) >= 0) hmget(s->map, k)->value = 0; }
// CHECK-LABEL: function chosen
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if k != 0 goto 1 else 3
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r1 = hmgeti(s->map, k) [macro-call]
// CHECK-NEXT:     if r1 >= 0 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call r2 = hmget(s->map, k) [macro-call]
// CHECK-NEXT:     write r2->value = 0
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
