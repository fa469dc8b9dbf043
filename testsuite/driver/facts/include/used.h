/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
struct only_pointed_to { int a; };
struct by_value { struct only_pointed_to in; };
struct never { int b; };
extern struct only_pointed_to *pointed;
extern struct by_value value;
static int header_global;
static inline int deeper(void) { return header_global; }
static inline int from_header(int x) { header_global = x; return deeper(); }
static inline int nobody(void) { return 2; }
static inline int taken(void) { return 3; }
static int (*by_pointer)(void) = taken;
int declared(void);
