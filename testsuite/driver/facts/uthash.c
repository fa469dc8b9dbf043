/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* uthash: one CALL for each use of a macro, whatever it expands to. */
#include <stdlib.h>
#include <uthash.h>
struct user { int id; char name[16]; UT_hash_handle hh; };
struct server { struct user *users; };
static struct user *users;
int make_id(void);
#define ADD_USER(u) HASH_ADD_INT(users, id, u)
#define FIRST(server) ((server)->users)

struct user *find(int id) { struct user *s = NULL; HASH_FIND_INT(users, &id, s); if (s) s->id = 3; return s; }
// CHECK-LABEL: function find
// CHECK-NEXT:   address taken: id
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write s = 0 [initialise]
// CHECK-NEXT:     call r1 = HASH_FIND_INT(users, &id, s) [macro-call]
// CHECK-NEXT:     write s = r1
// CHECK-NEXT:     if s != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     write s->id = 3
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return s
void add(struct server *server, struct user *u) { u->id = make_id(); HASH_ADD_INT(server->users, id, u); }
// CHECK-LABEL: function add
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = make_id()
// CHECK-NEXT:     write u->id = r1
// CHECK-NEXT:     call r2 = HASH_ADD_INT(server->users, &u->id, u) [macro-call]
void add_name(struct user *u) { HASH_ADD_KEYPTR(hh, users, u->name, strlen(u->name), u); }
// CHECK-LABEL: function add_name
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = strlen(&u->name)
// CHECK-NEXT:     call r2 = HASH_ADD_KEYPTR(?, users, &u->name, r1, u) [macro-call]
void own_macro(struct user *u) { ADD_USER(u); }
// CHECK-LABEL: function own_macro
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = HASH_ADD_INT(users, &u->id, u) [macro-call]
void own_argument(struct server *server, struct user *u) { HASH_DEL(FIRST(server), u); }
// CHECK-LABEL: function own_argument
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = HASH_DEL(server->users, u) [macro-call]
void clear(void) { struct user *u, *tmp; HASH_ITER(hh, users, u, tmp) { HASH_DEL(users, u); free(u); } }
// CHECK-LABEL: function clear
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     call r1 = HASH_ITER(?, users, u, tmp) [macro-call]
// CHECK-NEXT:     write u = r1
// CHECK-NEXT:     write tmp = r1
// CHECK-NEXT:     if u != 0 goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call r2 = HASH_DEL(users, u) [macro-call]
// CHECK-NEXT:     call free(u)
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 3
unsigned count(struct server *server) { return HASH_COUNT(server->users) + 1; }
// CHECK-LABEL: function count
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = HASH_COUNT(server->users) [macro-call]
// CHECK-NEXT:     return
void replace(struct user *u) { struct user *old; HASH_REPLACE_INT(users, id, u, old); free(old); }
// CHECK-LABEL: function replace
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = HASH_REPLACE_INT(users, &u->id, u, old) [macro-call]
// CHECK-NEXT:     write old = r1
// CHECK-NEXT:     call free(old)
int branch(struct user *u, int c) { if (c) HASH_ADD_INT(users, id, u); else return 1; return 0; }
// CHECK-LABEL: function branch
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if c != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     call r1 = HASH_ADD_INT(users, &u->id, u) [macro-call]
// CHECK-NEXT:     return 0
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return 1
// CHECK-NEXT:     goto 3
// CHECK-NEXT:   block 3
void nested(int id) { struct user *a, *b, *tmp; HASH_ITER(hh, users, a, tmp) { HASH_FIND_INT(users, &id, b); if (b) HASH_ADD_INT(users, id, b); } }
// CHECK-LABEL: function nested
// CHECK-NEXT:   address taken: id
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     call r1 = HASH_ITER(?, users, a, tmp) [macro-call]
// CHECK-NEXT:     write a = r1
// CHECK-NEXT:     write tmp = r1
// CHECK-NEXT:     if a != 0 goto 2 else 4
// CHECK-NEXT:   block 2
// CHECK-NEXT:     call r2 = HASH_FIND_INT(users, &id, b) [macro-call]
// CHECK-NEXT:     write b = r2
// CHECK-NEXT:     if b != 0 goto 3 else 1
// CHECK-NEXT:   block 3
// CHECK-NEXT:     call r4 = HASH_ADD_INT(users, &b->id, b) [macro-call]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 4
