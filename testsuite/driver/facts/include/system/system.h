/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
static inline int from_system(int x) { return x; }
