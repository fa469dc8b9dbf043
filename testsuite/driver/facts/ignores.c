/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Comments that silence a finding. */
// FLAGS: --places
int n; // mapsan-ignore(unlocked-access): read once at start
/* mapsan-ignore(guard-bypass, wrong-lock): a reason
   over two lines */
int m;
// mapsan-ignore without checks is no marker
// mapsan-ignore(unclosed
#if 0
// mapsan-ignore(lock-imbalance): not compiled
#endif
#define M /* mapsan-ignore(raw-internals): in a macro */ 1
int k = M; //mapsan-ignore(all):x
// CHECK: global n: int [defined]
// CHECK: global m: int [defined]
// CHECK: global k: int [defined]
// CHECK: ignore unlocked-access @4:8
// CHECK: ignore guard-bypass,wrong-lock @6:1
// CHECK: ignore raw-internals @13:11
// CHECK: ignore all @14:12
// CHECK-LABEL: function <initialisers> [internal initialiser]
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write k = 1 [initialise] @14:9 in M
