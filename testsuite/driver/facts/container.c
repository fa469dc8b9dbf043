/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* container_of, in the forms in which it is written. */
#include <stddef.h>
struct list { struct list *next; };
struct link { int pad; struct list node; };
struct item { int value; struct list link; struct link deep; };
#define container_of(ptr, type, member) ({ \
    const __typeof__(((type *)0)->member) *__mptr = (ptr); \
    (type *)((char *)__mptr - offsetof(type, member)); })
#define by_hand(ptr, type, member) ((type *)((char *)(ptr) - (size_t)(&((type *)0)->member)))

int kernel(struct list *l) { return container_of(l, struct item, link)->value; }
// CHECK-LABEL: function kernel
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write __mptr = l [initialise]
// CHECK-NEXT:     read container_of(__mptr, item, link)->value
// CHECK-NEXT:     return container_of(__mptr, item, link)->value
int plain(struct list *l) { return ((struct item *)((char *)l - offsetof(struct item, link)))->value; }
// CHECK-LABEL: function plain
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read container_of(l, item, link)->value
// CHECK-NEXT:     return container_of(l, item, link)->value
int hand(struct list *l) { return by_hand(l, struct item, link)->value; }
// CHECK-LABEL: function hand
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read container_of(l, item, link)->value
// CHECK-NEXT:     return container_of(l, item, link)->value
int nested(struct list *l) { return ((struct item *)((char *)l - offsetof(struct item, deep.node)))->value; }
// CHECK-LABEL: function nested
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read container_of(container_of(l, link, node), item, deep)->value
// CHECK-NEXT:     return container_of(container_of(l, link, node), item, deep)->value
int identity(struct item *i) { return container_of(&i->link, struct item, link)->value; }
// CHECK-LABEL: function identity
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write __mptr = &i->link [initialise]
// CHECK-NEXT:     read container_of(__mptr, item, link)->value
// CHECK-NEXT:     return container_of(__mptr, item, link)->value
int not_one(char *p) { return *(p - 4) + *(int *)(p + 8); }
// CHECK-LABEL: function not_one
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read p[-4]
// CHECK-NEXT:     read p[8]
// CHECK-NEXT:     return
