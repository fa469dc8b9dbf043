/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* See testing.h. */
#include "testing.h"

_Thread_local const char *test_context = "test";
