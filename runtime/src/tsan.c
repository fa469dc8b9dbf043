/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The interface is compiler-rt's (sanitizer/tsan_interface.h and rtl/tsan_external.cpp); all of it
 * weak. A race is reported as "race on TYPE", TYPE being one tag for each library of maps. The
 * innermost frame that a user knows is the function of the library, called from the user's line.
 */
#define _GNU_SOURCE
#include "tsan.h"

#include <dlfcn.h>
#include <string.h>

#include "flags.h"
#include "operations.h"
#include "sync.h"

#define WEAK __attribute__((weak))

void *__tsan_external_register_tag(const char *type) WEAK;
void __tsan_external_register_header(void *tag, const char *header) WEAK;
void __tsan_external_read(const void *address, void *caller, void *tag) WEAK;
void __tsan_external_write(const void *address, void *caller, void *tag) WEAK;
void __tsan_func_entry(void *caller) WEAK;
void __tsan_func_exit(void) WEAK;
void __tsan_acquire(const void *address) WEAK;
void __tsan_release(const void *address) WEAK;
void __tsan_mutex_pre_lock(const void *lock, unsigned flags) WEAK;
void __tsan_mutex_post_lock(const void *lock, unsigned flags, int recursion) WEAK;
int __tsan_mutex_pre_unlock(const void *lock, unsigned flags) WEAK;
void __tsan_mutex_post_unlock(const void *lock, unsigned flags) WEAK;

enum { NEEDS_NO_CREATION = 1 << 0, READ_LOCK = 1 << 3, DID_NOT_WAIT = 1 << 4 };

bool mapsan_tsan;

/* Libraries, by how their functions and macros begin. The last one takes the rest. */
static struct {
    const char *prefix, *type;
    void *tag;
} libraries[] = {
    {"g_hash_table_", "GHashTable", NULL},
    {"g_tree_", "GTree", NULL},
    {"g_", "GLib container", NULL},
    {"HASH_", "uthash table", NULL},
    {"kh_", "khash table", NULL},
    {"hm", "stb_ds map", NULL},
    {"sh", "stb_ds map", NULL},
    {"", "map", NULL},
};

bool mapsan_tsan_start(void) {
    if (!mapsan_flags.tsan || !__tsan_external_register_tag || !__tsan_external_write ||
        !__tsan_func_entry)
        return false;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        libraries[i].tag = __tsan_external_register_tag(libraries[i].type);
    return mapsan_tsan = true;
}

static void *tag_of(const struct mapsan_site *site) {
    size_t i = 0;
    while (strncmp(site->function, libraries[i].prefix, strlen(libraries[i].prefix)) != 0)
        i++;
    return libraries[i].tag;
}

/* What is looked up once for each site: a function of that name, and the tag. */
struct known {
    const struct mapsan_site *site;
    void *function, *tag;
};

static struct known look_up(const struct mapsan_site *site) {
    enum { KNOWN = 1024 };
    static struct known cache[KNOWN];
    struct known *place = &cache[(uintptr_t)site / sizeof *site % KNOWN];
    struct known found = {__atomic_load_n(&place->site, __ATOMIC_ACQUIRE), place->function,
                          place->tag};
    if (found.site == site)
        return found;
    found = (struct known){site, dlsym(RTLD_DEFAULT, site->function), tag_of(site)};
    /* The first site to come keeps the place. */
    const struct mapsan_site *nobody = NULL, *mine = (const void *)&cache;
    if (__atomic_compare_exchange_n(&place->site, &nobody, mine, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED)) {
        place->function = found.function;
        place->tag = found.tag;
        __atomic_store_n(&place->site, site, __ATOMIC_RELEASE);
    }
    return found;
}

void mapsan_tsan_access(const struct mapsan_open *open) {
    const struct known known = look_up(open->site);
    void *caller = (void *)open->pc;
    if (known.function) {
        __tsan_func_entry(caller);
        /* A place inside of it, as if it came from a call there. */
        caller = (char *)known.function + 1;
    }
    const void *map = open->tag->map;
    if (mapsan_writes(open->site))
        __tsan_external_write(map, caller, known.tag);
    else
        __tsan_external_read(map, caller, known.tag);
    if (known.function)
        __tsan_func_exit();
}

/* pthread's locks, also those under GLib's, are intercepted by ThreadSanitizer. */
static bool is_news(unsigned kind) {
    kind %= MAPSAN_LOCK_SHARED;
    return __tsan_mutex_pre_lock && (kind == MAPSAN_LOCK_GMUTEX || kind == MAPSAN_LOCK_GBIT ||
                                     kind == MAPSAN_LOCK_MTX || kind == MAPSAN_LOCK_OTHER);
}

static unsigned flags_of(unsigned kind) {
    return NEEDS_NO_CREATION | (kind & MAPSAN_LOCK_SHARED ? READ_LOCK : 0);
}

void mapsan_tsan_taken(const void *lock, unsigned kind) {
    if (!is_news(kind))
        return;
    __tsan_mutex_pre_lock(lock, flags_of(kind) | DID_NOT_WAIT);
    __tsan_mutex_post_lock(lock, flags_of(kind) | DID_NOT_WAIT, 1);
}

void mapsan_tsan_given_up(const void *lock, unsigned kind) {
    if (!is_news(kind))
        return;
    __tsan_mutex_pre_unlock(lock, flags_of(kind));
    __tsan_mutex_post_unlock(lock, flags_of(kind));
}

void mapsan_tsan_release(const void *object) {
    if (__tsan_release)
        __tsan_release(object);
}

void mapsan_tsan_acquire(const void *object) {
    if (__tsan_acquire)
        __tsan_acquire(object);
}
