// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The public header in C++: the C file holds nothing that C++ has not.
#include "header.c"
