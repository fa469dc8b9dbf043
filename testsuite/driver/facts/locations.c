/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Where events are: the place the user looks at, and the macro that made the code. */
// FLAGS: --places
extern int n;
void g(int);
#define SET(v) n = (v)
#define TWICE(v) do { SET(v); g(v); } while (0)
#define PASS(x) x
#define EMPTY
void plain(void) { n = 1; g(n); }
void macros(int a) {
    SET(2);
    TWICE(a);
    PASS(n = 3);
    PASS(PASS(g(4)));
    EMPTY g(5);
}
# 100 "other.y"
void marked(void) { g(6); }
// CHECK-LABEL: function plain
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write n = 1 @10:20
// CHECK-NEXT:     read n @10:29
// CHECK-NEXT:     call g(n) @10:27
// CHECK-LABEL: function macros
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write n = 2 @12:5 in SET
// CHECK-NEXT:     write n = a @13:5 in TWICE
// CHECK-NEXT:     call g(a) @13:5 in TWICE
// CHECK-NEXT:     write n = 3 @14:10
// CHECK-NEXT:     call g(4) @15:15
// CHECK-NEXT:     call g(5) @16:11
// CHECK-LABEL: function marked
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call g(6) @100:21
