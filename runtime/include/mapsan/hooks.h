/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The ABI between instrumented code and the runtime. Authors of maps use <mapsan/mapsan.h>; this is
 * what the compiler half (mapsan-clang) and that header both emit.
 *
 * Every map operation is bracketed by begin and end, on one thread. Each place in the code has one
 * constant mapsan_site, so that a report can name operation, source line and variable without
 * symbols. A map that has room for a tag of its own passes it (mapsan_tag_*); all others are found by
 * address in the runtime's side table (mapsan_map_*).
 */
#ifndef MAPSAN_HOOKS_H
#define MAPSAN_HOOKS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum mapsan_operation {
    MAPSAN_OP_INIT = 1,
    MAPSAN_OP_READ = 2,
    MAPSAN_OP_WRITE = 3,
    MAPSAN_OP_ITERATE = 4,
    MAPSAN_OP_DESTROY = 5,
};

enum mapsan_site_flags {
    /* The write is a removal through the iterator itself: legal inside this thread's own iteration. */
    MAPSAN_SITE_ITERATOR_REMOVE = 1u << 0,
    /* One step of an iteration (a macro's loop), not a bracket around all of it. */
    MAPSAN_SITE_STEP = 1u << 1,
    /* What runs inside may use the map: destructors called by GHashTable's removals, arguments that a
     * macro evaluates in its midst. */
    MAPSAN_SITE_REENTRANT = 1u << 2,
    /* No map: a load or store of data at this address. */
    MAPSAN_SITE_DATA = 1u << 3,
    /* An atomic one: two of these do not collide. */
    MAPSAN_SITE_ATOMIC = 1u << 4,
    /* Of a destruction: drops a reference; destroys the map if it was the last. */
    MAPSAN_SITE_UNREF = 1u << 5,
};

/* Constant, one per place. Strings are never NULL. */
struct mapsan_site {
    const char *function; /* the operation: "g_hash_table_insert", "HASH_ADD" */
    const char *map;      /* the map as the source spells it: "server->sessions"; "" if unknown */
    const char *file;
    const char *caller;   /* function in which it stands */
    uint32_t line;
    uint32_t column;
    uint8_t operation;    /* enum mapsan_operation */
    uint8_t flags;        /* enum mapsan_site_flags */
    uint16_t version;     /* MAPSAN_ABI */
    uint32_t reserved;
};

#define MAPSAN_ABI 1

/* Maps found by address. `map` is the address that stands for the map during its life: the GHashTable,
 * the address of uthash's head pointer or stb_ds's array variable, the kh_*_t. NULL is ignored: an
 * operation on no map is the library's own business. */
void __mapsan_map_read_begin(const void *map, const struct mapsan_site *site);
void __mapsan_map_read_end(const void *map, const struct mapsan_site *site);
void __mapsan_map_write_begin(const void *map, const struct mapsan_site *site);
void __mapsan_map_write_end(const void *map, const struct mapsan_site *site);
/* MAPSAN_OP_ITERATE: a read that lasts, and that this thread's own writes may not disturb. */
void __mapsan_map_iterate_begin(const void *map, const struct mapsan_site *site);
void __mapsan_map_iterate_end(const void *map, const struct mapsan_site *site);
/* After the map was made: forgets what was known of this address, remembers where it was made. */
void __mapsan_map_init(const void *map, const struct mapsan_site *site);
/* Before and after the map is destroyed. The second forgets the address. */
void __mapsan_map_destroy_begin(const void *map, const struct mapsan_site *site);
void __mapsan_map_destroy_end(const void *map, const struct mapsan_site *site);

/* After a reference to the map was taken: one more unref, then, does not destroy it. */
void __mapsan_map_ref(const void *map);

/* Iterators that take their steps one by one. After the iterator was made, and after it has itself
 * changed the map; and before anything that is done through it. */
void __mapsan_iterator_stands(const void *iterator, const void *map, const struct mapsan_site *site);
void __mapsan_iterator_used(const void *iterator, const void *map, const struct mapsan_site *site);

/* Probes: around a load or store of data that a static finding is about. They do nothing unless the
 * runtime was given a plan (mapsan confirm). Sites with MAPSAN_SITE_DATA. */
void __mapsan_data_read_begin(const void *data, const struct mapsan_site *site);
void __mapsan_data_read_end(const void *data, const struct mapsan_site *site);
void __mapsan_data_write_begin(const void *data, const struct mapsan_site *site);
void __mapsan_data_write_end(const void *data, const struct mapsan_site *site);

/* A map that has room for its own tag embeds it; all zero is valid. The runtime alone touches it. */
struct mapsan_tag {
    uint64_t word;    /* who is writing, since where; else who wrote last */
    uint64_t touched; /* the threads that used the map so far */
    uint64_t made;    /* by which thread, where */
    const void *map;  /* the address that stands for the map */
};

/* The same operations for such maps. Begin and end stand in one function; nothing here outlives the
 * memory of the tag: destroy_end comes before that is given back. */
void __mapsan_tag_read_begin(struct mapsan_tag *tag, const void *map, const struct mapsan_site *site);
void __mapsan_tag_read_end(struct mapsan_tag *tag);
void __mapsan_tag_write_begin(struct mapsan_tag *tag, const void *map, const struct mapsan_site *site);
void __mapsan_tag_write_end(struct mapsan_tag *tag);
void __mapsan_tag_iterate_begin(struct mapsan_tag *tag, const void *map, const struct mapsan_site *site);
void __mapsan_tag_iterate_end(struct mapsan_tag *tag);
void __mapsan_tag_init(struct mapsan_tag *tag, const void *map, const struct mapsan_site *site);
void __mapsan_tag_destroy_begin(struct mapsan_tag *tag, const void *map, const struct mapsan_site *site);
void __mapsan_tag_destroy_end(struct mapsan_tag *tag);

/* mode=hb: around atomic operations, where this byte says so. */
extern uint8_t __mapsan_order;
void __mapsan_atomic_release(const void *address);
void __mapsan_atomic_acquire(const void *address);

/* Programs that cannot be rebuilt (mapsan run): what stands before a library's function. */
enum { MAPSAN_INTERPOSED_ARGUMENTS = 6, MAPSAN_INTERPOSED_OPERATIONS = 3 };

enum mapsan_interposed_map {
    MAPSAN_MAP_IS_ARGUMENT = 1, /* argument `index` points to the map */
    MAPSAN_MAP_IS_FIRST_IN = 2, /* the first pointer in what it points to does */
    MAPSAN_MAP_IS_RESULT = 3,
};

struct mapsan_interposed_operation {
    uint8_t map; /* enum mapsan_interposed_map */
    uint8_t index;
    uint8_t operation; /* enum mapsan_operation; one more: takes a reference */
    uint8_t flags;     /* enum mapsan_site_flags */
    uint8_t iterator;  /* N + 1: made through the iterator that is argument N; 0: none */
    uint8_t makes;     /* ... which it makes */
};

struct mapsan_interposed {
    const char *name;
    void *next; /* the library's function, once it is known */
    uint8_t count;
    struct mapsan_interposed_operation operations[MAPSAN_INTERPOSED_OPERATIONS];
};

/* Calls the library's function between the hooks. Arguments and result are words, as all that
 * travels in general registers is; pc and frame are those of the program's call. */
intptr_t __mapsan_interposed(struct mapsan_interposed *function,
                             const intptr_t arguments[MAPSAN_INTERPOSED_ARGUMENTS], uintptr_t pc,
                             uintptr_t frame);

/* Called by every instrumented module's constructor; the runtime refuses an ABI it does not know. */
void __mapsan_module(uint32_t abi);

#ifdef __cplusplus
}
#endif
#endif
