/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Functions of headers are taken in only where something mentions them; system headers never. */
// FLAGS: -I $DIR/include -isystem $DIR/include/system
// CHECK: record only_pointed_to [complete in-header]
// CHECK-NEXT:   field a: int
// CHECK: record by_value [complete in-header]
// CHECK-NEXT:   field in: struct only_pointed_to
// CHECK: global header_global: int [internal defined in-header]
// CHECK: global by_pointer: int (*)(void) [internal defined in-header]
// CHECK: global pointed: struct only_pointed_to * [in-header]
// CHECK: global value: struct by_value [in-header]

#include "used.h"
#include <system.h>
static inline int unused_here(void) { return 1; }
static inline int used_here(void) { return from_header(2); }
// CHECK-LABEL: function used_here [internal inline]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = from_header(2)
// CHECK-NEXT:     return r1
int main(void) { return used_here() + from_system(1) + (by_pointer != 0) + (pointed != 0) + value.in.a; }
// CHECK-LABEL: function main
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call r1 = used_here()
// CHECK-NEXT:     call r2 = from_system(1)
// CHECK-NEXT:     read by_pointer
// CHECK-NEXT:     read pointed
// CHECK-NEXT:     read value.in.a
// CHECK-NEXT:     return
// CHECK-LABEL: function deeper [internal inline in-header declared-in-header]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read header_global
// CHECK-NEXT:     return header_global
// CHECK-LABEL: function from_header [internal inline in-header declared-in-header]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write header_global = x
// CHECK-NEXT:     call r1 = deeper()
// CHECK-NEXT:     return r1
// CHECK-LABEL: function taken [internal inline in-header declared-in-header]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     return 3
// CHECK-LABEL: function <initialisers> [internal initialiser]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write by_pointer = taken [initialise]
