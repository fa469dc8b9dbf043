/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A shared library that uses maps and comes and goes with dlopen: see late.c. */
#include "hooked.h"

static struct hooked_map map;

void late_write(void (*during)(void)) {
    __mapsan_module(MAPSAN_ABI);
    WRITE_BEGIN(&map);
    during();
    WRITE_END(&map);
}
