/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * longjmp and the beginning of a C++ catch block: control may have left operations that are open,
 * and come back to the very frame that began them, which no comparison of frames can tell from an
 * operation that goes on. From here on such an entry is in doubt, and accuses nobody; if its end
 * comes after all, it is closed as ever. The definitions are weak, so that a program that links the
 * C++ library statically keeps its own; one that is linked with -static needs
 * -Wl,-u,__libc_siglongjmp, as there is no next definition to look up.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <setjmp.h>
#include <stdlib.h>

#include "operations.h"

#define INTERPOSED __attribute__((visibility("default"), weak))
#define NORETURN __attribute__((noreturn))

typedef void jump_function(struct __jmp_buf_tag *buffer, int value);
typedef void *catch_function(void *exception);

extern jump_function __libc_siglongjmp __attribute__((weak));

static void doubt_open_operations(void) {
    if (mapsan_self->slot)
        mapsan_doubt_all(mapsan_self);
}

/* All forms of longjmp take the same arguments; each goes on to the C library's own, looked up at
 * start, because longjmp may be called in a signal handler. */
#define JUMP(name)                                                                                 \
    static jump_function *next_##name;                                                             \
    NORETURN void mapsan_jump_##name(struct __jmp_buf_tag *buffer, int value) __asm__(#name);      \
    INTERPOSED void mapsan_jump_##name(struct __jmp_buf_tag *buffer, int value) {                  \
        doubt_open_operations();                                                                   \
        next_##name(buffer, value);                                                                \
        abort();                                                                                   \
    }
JUMP(longjmp)
JUMP(_longjmp)
JUMP(siglongjmp)
JUMP(__longjmp_chk)

static jump_function *next_jump(const char *name) {
    jump_function *next = (jump_function *)dlsym(RTLD_NEXT, name);
    return next ? next : __libc_siglongjmp;
}

static catch_function *next_catch;
catch_function mapsan_begin_catch __asm__("__cxa_begin_catch");
INTERPOSED void *mapsan_begin_catch(void *exception) {
    doubt_open_operations();
    if (!next_catch) /* the C++ library came late, by dlopen */
        next_catch = (catch_function *)dlsym(RTLD_NEXT, "__cxa_begin_catch");
    return next_catch(exception);
}

__attribute__((constructor(101))) static void find_next(void) {
    next_longjmp = next_jump("longjmp");
    next__longjmp = next_jump("_longjmp");
    next_siglongjmp = next_jump("siglongjmp");
    next___longjmp_chk = next_jump("__longjmp_chk");
    next_catch = (catch_function *)dlsym(RTLD_NEXT, "__cxa_begin_catch");
}
