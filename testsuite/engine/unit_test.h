/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* cmocka.h needs these before it. */
#ifndef MAPSAN_UNIT_TEST_H
#define MAPSAN_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
