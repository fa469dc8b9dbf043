/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Facts: what one translation unit says, and nothing about whether that is good or bad.
 *
 * The extractor (analyzer/plugin) fills an ms_unit through the builder below; the engine reads it.
 * A unit is a set of flat tables that refer to each other by index, so that it can be written to an
 * object file and read back without fixing up a pointer. Index 0 of every table is "none".
 *
 * The centre of it is the *path*: a hash-consed tree that names a memory location or a value.
 *
 *     location  = GLOBAL | PARAM | LOCAL | FIELD(location) | INDEX(location) | DEREF(value)
 *     value     = location (the value loaded from it) | ADDRESS(location) | CONSTANT | FUNCTION
 *               | RESULT(call) | CONTAINER(value) | UNKNOWN
 *
 * DEREF(ADDRESS(x)) is x and ADDRESS(DEREF(x)) is x; the builder normalises both. So `&c->lock` is
 * ADDRESS(FIELD(DEREF(PARAM 0), lock)), and a callee that locks *its* PARAM 0 locks, after
 * substitution, FIELD(DEREF(PARAM 0), lock) of the caller.
 *
 * Acquire, release, thread start, map operation are not events: they are what a *model* (or an
 * annotation, or the engine's own summary) says about a CALL. A model that is added later therefore
 * applies to facts that exist already.
 */
#ifndef MAPSAN_FACTS_H
#define MAPSAN_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t ms_string;   /* index into ms_unit.strings; 0 is "" */
typedef uint32_t ms_path;     /* index into ms_unit.paths; 0 is UNKNOWN */
typedef uint32_t ms_type;     /* index into ms_unit.types; 0 is an unknown type */
typedef uint32_t ms_record;   /* index into ms_unit.records; 0 is none */
typedef uint32_t ms_variable; /* index into ms_unit.variables; 0 is none */
typedef uint32_t ms_function; /* index into ms_unit.functions; 0 is none */

/* Where in the source. `macro` names the outermost macro whose expansion produced the code, and the
 * position is then that of the expansion: what the user reads. `token` is the extractor's own handle
 * (Clang's raw SourceLocation); it is not written to object files. */
struct ms_location {
    ms_string file;
    uint32_t line;
    uint32_t column;
    ms_string macro;
    uint32_t token;
};

enum ms_path_kind {
    MS_PATH_UNKNOWN = 0,
    MS_PATH_CONSTANT,  /* operand: index into ms_unit.constants (the null pointer is 0) */
    MS_PATH_FUNCTION,  /* operand: ms_function; the value of a function designator */
    MS_PATH_GLOBAL,    /* operand: ms_variable with static or thread storage */
    MS_PATH_PARAM,     /* operand: position in the parameter list, from 0 */
    MS_PATH_LOCAL,     /* operand: ms_variable with automatic storage */
    MS_PATH_RESULT,    /* operand: ms_event.result of a call in the same function */
    MS_PATH_SELF,      /* in attributes of fields: the object that contains the field */
    MS_PATH_FIELD,     /* base: location of a record; operand: ms_record; extra: field position */
    MS_PATH_INDEX,     /* base: location of an array (or of its first element); extra: index value,
                          an ms_path. Also pointer arithmetic: p + n is ADDRESS(INDEX(DEREF p, n)) */
    MS_PATH_DEREF,     /* base: value of pointer type; the location it points to */
    MS_PATH_ADDRESS,   /* base: location; its address */
    MS_PATH_CONTAINER, /* base: pointer value; operand, extra: record and field; the address of the
                          record that contains the field pointed to (container_of) */
    MS_PATH_BITS,      /* base: value of an integer; operand: index into ms_unit.constants; the bits
                          that both have: flags & 4 */
    MS_PATH_KIND_COUNT
};

struct ms_path_node {
    uint8_t kind;
    ms_path base;
    uint32_t operand;
    uint32_t extra;
};

enum ms_type_kind {
    MS_TYPE_OTHER = 0,
    MS_TYPE_VOID,
    MS_TYPE_INTEGER, /* and enumerations, booleans */
    MS_TYPE_FLOAT,
    MS_TYPE_POINTER,  /* target: pointee */
    MS_TYPE_ARRAY,    /* target: element */
    MS_TYPE_FUNCTION, /* target: return type */
    MS_TYPE_RECORD,   /* record */
};

enum ms_type_flags {
    MS_TYPE_CONST = 1u << 0,
    MS_TYPE_VOLATILE = 1u << 1,
    MS_TYPE_ATOMIC = 1u << 2, /* _Atomic */
};

struct ms_type_node {
    uint8_t kind;
    uint8_t flags;
    ms_string spelling; /* the outermost typedef name where there is one (`GMutex`,
                           `pthread_mutex_t`, `sig_atomic_t`), else as C writes it (`struct conn *`);
                           no qualifiers */
    ms_type target;
    ms_record record;
};

/* An attribute of a field, variable or function: Clang's thread-safety attributes and mapsan's own
 * annotations, normalised to one form. */
enum ms_attribute_kind {
    MS_ATTRIBUTE_GUARDED_BY = 1,     /* path: the lock, from SELF or GLOBAL */
    MS_ATTRIBUTE_POINTEE_GUARDED_BY, /* what the pointer points to is guarded */
    MS_ATTRIBUTE_ACQUIRED_BEFORE,
    MS_ATTRIBUTE_ACQUIRED_AFTER,
    MS_ATTRIBUTE_REQUIRES, /* functions; path from PARAM or GLOBAL; the location of the lock */
    MS_ATTRIBUTE_REQUIRES_SHARED,
    MS_ATTRIBUTE_ACQUIRES,
    MS_ATTRIBUTE_ACQUIRES_SHARED,
    MS_ATTRIBUTE_RELEASES, /* any mode */
    MS_ATTRIBUTE_TRY_ACQUIRES, /* text: the value returned on success, as decimal */
    MS_ATTRIBUTE_TRY_ACQUIRES_SHARED,
    MS_ATTRIBUTE_EXCLUDES,
    MS_ATTRIBUTE_ASSERTS,
    MS_ATTRIBUTE_ASSERTS_SHARED,
    MS_ATTRIBUTE_NO_ANALYSIS, /* no_thread_safety_analysis */
    MS_ATTRIBUTE_CAPABILITY,  /* on a record: it is a lock */
    MS_ATTRIBUTE_EFFECT,      /* text: an effect in the language of the models, from annotate("mapsan: ...") */
};

struct ms_attribute {
    uint8_t kind;
    ms_path path;
    ms_string text;
    struct ms_location where;
};

enum ms_ignore_kind { MS_IGNORE_WITH_REASON = 0, MS_IGNORE_WITHOUT_REASON };

/* A run of entries in one of the unit's tables. */
struct ms_range {
    uint32_t first;
    uint32_t count;
};

struct ms_field {
    ms_string name; /* "" for an anonymous member */
    ms_type type;
    struct ms_location where;
    struct ms_range attributes;
};

enum ms_record_flags {
    MS_RECORD_UNION = 1u << 0,
    MS_RECORD_COMPLETE = 1u << 1,
    MS_RECORD_SYSTEM = 1u << 2, /* declared in a system header */
    MS_RECORD_IN_HEADER = 1u << 3,
};

/* A struct or union. Two units mean the same record when name (tag, or the typedef that names it, or
 * for an anonymous one "file:line:column") and field names agree. */
struct ms_record_node {
    ms_string name;
    uint8_t flags;
    struct ms_location where;
    struct ms_range fields;
    struct ms_range attributes;
};

enum ms_variable_flags {
    MS_VARIABLE_GLOBAL = 1u << 0,        /* static storage duration */
    MS_VARIABLE_INTERNAL = 1u << 1,      /* not visible to other units (static, static local) */
    MS_VARIABLE_THREAD_LOCAL = 1u << 2,
    MS_VARIABLE_ADDRESS_TAKEN = 1u << 3, /* locals and parameters: &v occurs outside of v's own accesses */
    MS_VARIABLE_PARAM = 1u << 4,
    MS_VARIABLE_SYSTEM = 1u << 5,        /* declared in a system header (stdout, environ) */
    MS_VARIABLE_DEFINED = 1u << 6,
    MS_VARIABLE_IN_HEADER = 1u << 7,
};

struct ms_variable_node {
    ms_string name; /* static locals: "function.name" */
    ms_type type;
    uint8_t flags;
    struct ms_location where;
    struct ms_range attributes;
};

enum ms_function_flags {
    MS_FUNCTION_DEFINED = 1u << 0,
    MS_FUNCTION_INTERNAL = 1u << 1, /* static */
    MS_FUNCTION_INLINE = 1u << 2,
    MS_FUNCTION_WEAK = 1u << 3,
    MS_FUNCTION_NORETURN = 1u << 4,
    MS_FUNCTION_CONSTRUCTOR = 1u << 5, /* runs before main */
    MS_FUNCTION_DESTRUCTOR = 1u << 6,
    MS_FUNCTION_SYSTEM = 1u << 7,      /* declared in a system header */
    MS_FUNCTION_IN_HEADER = 1u << 8,   /* defined in a header of the program */
    MS_FUNCTION_INITIALISER = 1u << 9, /* not a function: holds the static initialisers' WRITE events */
    MS_FUNCTION_VARIADIC = 1u << 10,
    MS_FUNCTION_DECLARED_IN_HEADER = 1u << 11, /* part of some interface */
    MS_FUNCTION_PARTIAL = 1u << 12,    /* body too large or not understood: facts are incomplete */
};

enum ms_event_kind {
    MS_EVENT_NONE = 0,
    MS_EVENT_READ,   /* path: location read */
    MS_EVENT_WRITE,  /* path: location written; value: what, UNKNOWN if it is computed. Writes to locals
                        and parameters too: they are how values travel */
    MS_EVENT_CALL,   /* callee, or path: value of the function pointer; arguments; result */
    MS_EVENT_COPY,   /* whole record copied: path destination, value source location, type */
    MS_EVENT_RETURN, /* value */
    MS_EVENT_FENCE,  /* stand-alone fence; order */
    MS_EVENT_SCOPE_END, /* path: a LOCAL whose scope ends here (only where address taken or a record) */
    MS_EVENT_KIND_COUNT
};

enum ms_event_flags {
    MS_EVENT_ATOMIC = 1u << 0,     /* READ, WRITE: atomic; `order` is the memory order */
    MS_EVENT_MODIFY = 1u << 1,     /* WRITE of a read-modify-write: ++, +=, fetch_add, exchange */
    MS_EVENT_COMPARE = 1u << 2,    /* with ATOMIC: compare-and-swap; result holds the outcome */
    MS_EVENT_MACRO_CALL = 1u << 3, /* CALL stands for the expansion of a modelled macro */
    MS_EVENT_CLEANUP = 1u << 4,    /* CALL of a cleanup attribute's function at end of scope */
    MS_EVENT_VOLATILE = 1u << 5,
    MS_EVENT_CONDITION = 1u << 6,  /* READ that feeds a branch directly */
    MS_EVENT_INITIALISE = 1u << 7, /* WRITE that is the initialiser of a declaration */
    MS_EVENT_DECREASE = 1u << 8,   /* with MODIFY: --, -=, fetch_sub */
};

enum ms_order { MS_ORDER_RELAXED, MS_ORDER_CONSUME, MS_ORDER_ACQUIRE, MS_ORDER_RELEASE, MS_ORDER_ACQ_REL, MS_ORDER_SEQ_CST };

struct ms_event {
    uint8_t kind;
    uint8_t order;
    uint16_t flags;
    ms_path path;
    ms_path value;
    ms_function callee;        /* CALL: 0 when through a pointer */
    uint32_t result;           /* CALL and atomic operations: number of the result, from 1 within the function */
    ms_type type;              /* CALL: type of the result; READ, WRITE, COPY: of the location */
    struct ms_range arguments; /* run in ms_unit.arguments. CALL: the values passed; WRITE, RETURN of a
                                  value that is computed: what it is computed from, as far as known */
    struct ms_location where;
};

/* How a block ends. With a comparison, successor 0 is taken when it holds, successor 1 when not.
 * A plain truth test is NOT_EQUAL to CONSTANT 0. */
enum ms_compare { MS_COMPARE_NONE = 0, MS_COMPARE_EQUAL, MS_COMPARE_NOT_EQUAL, MS_COMPARE_LESS, MS_COMPARE_LESS_EQUAL, MS_COMPARE_GREATER, MS_COMPARE_GREATER_EQUAL };

struct ms_block {
    struct ms_range events;     /* in ms_unit.events, in order of evaluation */
    struct ms_range successors; /* in ms_unit.successors: positions of blocks within the function */
    uint8_t compare;
    ms_path left, right;
    bool loop; /* this block is the head of a loop */
};

struct ms_function_node {
    ms_string name;
    uint32_t flags;
    struct ms_location where; /* of the name */
    struct ms_location end;   /* closing brace */
    ms_type result;
    struct ms_range parameters; /* ms_unit.variables */
    struct ms_range attributes;
    struct ms_range blocks;     /* position 0 is the entry; a block without successors that does not end
                                   in a call that never returns is an exit */
    uint32_t results;           /* number of RESULT values */
};

struct ms_unit {
    ms_string source;    /* main file, as given to the compiler */
    ms_string directory; /* in which the compiler ran */
    ms_string compiler;  /* "clang 19" */

    /* Tables. Entry 0 is the zero entry. `*_count` includes it. */
    const char **strings;
    size_t string_count;
    int64_t *constants;
    size_t constant_count;
    struct ms_path_node *paths;
    size_t path_count;
    struct ms_type_node *types;
    size_t type_count;
    struct ms_attribute *attributes;
    size_t attribute_count;
    struct ms_field *fields;
    size_t field_count;
    struct ms_record_node *records;
    size_t record_count;
    struct ms_variable_node *variables;
    size_t variable_count;
    struct ms_function_node *functions;
    size_t function_count;
    struct ms_block *blocks;
    size_t block_count;
    struct ms_event *events;
    size_t event_count;
    ms_path *arguments;
    size_t argument_count;
    uint32_t *successors;
    size_t successor_count;
    /* `// mapsan-ignore(check): reason` comments: where, text = "check[,check]", and as the kind
     * MS_IGNORE_.. whether it says why */
    struct ms_attribute *ignores;
    size_t ignore_count;

    struct ms_unit_private *private_; /* interning tables of the builder */
};

/* ---- Builder -------------------------------------------------------------------------------
 * Allocation failure ends the process through ms_out_of_memory (support.h): a compiler without
 * memory ends the same way. All functions copy what they are given. */

struct ms_unit *ms_unit_new(const char *source, const char *directory, const char *compiler);
void ms_unit_free(struct ms_unit *unit);

ms_string ms_unit_string(struct ms_unit *unit, const char *text, size_t length);
const char *ms_unit_text(const struct ms_unit *unit, ms_string string);

/* Paths are hash-consed: equal arguments give equal results. ms_path_make normalises DEREF of
 * ADDRESS, ADDRESS of DEREF, CONTAINER of the ADDRESS of that FIELD; a FIELD, INDEX, DEREF, ADDRESS or
 * CONTAINER of UNKNOWN stays a node of its own so that the field remains known. */
ms_path ms_path_make(struct ms_unit *unit, enum ms_path_kind kind, ms_path base, uint32_t operand, uint32_t extra);
ms_path ms_path_constant(struct ms_unit *unit, int64_t value);

/* Plain appends: the caller fills the entry in, and keeps the runs that belong together (fields of a
 * record, parameters of a function, blocks of a function, events of a block) together. They return
 * the index of the entry. */
ms_type ms_unit_add_type(struct ms_unit *unit, struct ms_type_node type); /* interned */
uint32_t ms_unit_add_attribute(struct ms_unit *unit, struct ms_attribute attribute);
uint32_t ms_unit_add_field(struct ms_unit *unit, struct ms_field field);
ms_record ms_unit_add_record(struct ms_unit *unit, struct ms_record_node record);
ms_variable ms_unit_add_variable(struct ms_unit *unit, struct ms_variable_node variable);
ms_function ms_unit_add_function(struct ms_unit *unit, struct ms_function_node function);
uint32_t ms_unit_add_block(struct ms_unit *unit, struct ms_block block);
uint32_t ms_unit_add_event(struct ms_unit *unit, struct ms_event event);
uint32_t ms_unit_add_argument(struct ms_unit *unit, ms_path value);
uint32_t ms_unit_add_successor(struct ms_unit *unit, uint32_t block_position);
uint32_t ms_unit_add_ignore(struct ms_unit *unit, struct ms_attribute ignore);

/* ---- Serialised form -----------------------------------------------------------------------
 * One image per translation unit, put into the object file's section MS_FACTS_SECTION. Linked
 * programs hold the images of all their objects one after the other; each starts with magic, version,
 * length and checksum, so that they can be taken apart again. */

#define MS_FACTS_SECTION ".mapsan.facts"
#define MS_FACTS_VERSION 2

/* Returns a malloc'ed image of *size bytes. */
unsigned char *ms_unit_write(const struct ms_unit *unit, size_t *size);

/* Reads the image at the start of data. On success returns the unit and sets *used to the bytes taken
 * (trailing padding included). On a damaged, truncated or foreign image returns NULL and sets *error
 * to a static text that says what is wrong; *used is then the distance to the next image, or size.
 * Every index in the unit that is returned has been checked against its table. */
struct ms_unit *ms_unit_read(const unsigned char *data, size_t size, size_t *used, const char **error);

/* The unit as JSON text, for `mapsan dump` and for tests. */
struct _IO_FILE;
void ms_unit_dump(const struct ms_unit *unit, struct _IO_FILE *out);

#ifdef __cplusplus
}
#endif
#endif
