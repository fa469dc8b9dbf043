/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Models: what functions, macros and types that we do not analyse do to locks, maps and threads.
 *
 * One small language says it everywhere: in analyzer/models/ (YAML), in a user's --model file, and in
 * the annotations of <mapsan/mapsan.h>, which expand to annotate("mapsan: EFFECT"). An effect is a verb
 * from effects.def and its operands:
 *
 *     g_hash_table_insert: [insert arg0, key arg1, value arg2]
 *     pthread_mutex_trylock: [try-acquire arg0 on zero]
 *     g_hash_table_iter_next: [iterate *arg0, element arg1, element arg2]
 *
 * An operand names an object: argN, the object that argument N points to; *argN, the object that the
 * first pointer stored in it points to; &argN, argument N itself (macro arguments that are not
 * pointers); result, what the returned value points to; global NAME, an object known by name alone.
 */
#ifndef MAPSAN_MODELS_H
#define MAPSAN_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ms_verb {
    MS_VERB_NONE = 0,
#define MS_EFFECT(id, word, operands, conditional, meaning) MS_VERB_##id,
#include "mapsan/effects.def"
#undef MS_EFFECT
    MS_VERB_COUNT
};

enum ms_operand_kind { MS_OPERAND_NONE = 0, MS_OPERAND_ARGUMENT, MS_OPERAND_INDIRECT, MS_OPERAND_ITSELF, MS_OPERAND_RESULT, MS_OPERAND_GLOBAL };

struct ms_operand {
    uint8_t kind;
    uint8_t index;      /* of the argument */
    const char *global; /* MS_OPERAND_GLOBAL */
};

/* "on CONDITION": when the effect takes place, by the value returned. */
enum ms_outcome { MS_OUTCOME_ALWAYS = 0, MS_OUTCOME_ZERO, MS_OUTCOME_NONZERO, MS_OUTCOME_NEGATIVE, MS_OUTCOME_NOT_NEGATIVE };

struct ms_effect {
    uint8_t verb;
    uint8_t outcome;
    uint8_t when_argument;    /* "when argN is INTEGER": N + 1; 0: takes place whatever the arguments */
    int32_t when_value;
    struct ms_operand object; /* the lock, map, function started, ... */
    struct ms_operand other;  /* second operand where the verb has one, as in `start arg2 with arg3` */
};

#define MS_EFFECTS_MAX 8

struct ms_model {
    const char *name; /* function or macro; may hold one `*` that stands for any text */
    const char *library;
    uint8_t effect_count;
    bool macro;        /* recognised at the expansion; argN are the macro's arguments */
    struct ms_effect effects[MS_EFFECTS_MAX];
};

enum ms_type_role { MS_ROLE_NONE = 0, MS_ROLE_MUTEX, MS_ROLE_RECURSIVE_MUTEX, MS_ROLE_RWLOCK, MS_ROLE_SPINLOCK, MS_ROLE_MAP, MS_ROLE_SELF_LOCKING_MAP, MS_ROLE_CONDITION, MS_ROLE_ATOMIC, MS_ROLE_ITERATOR, MS_ROLE_THREAD, MS_ROLE_SEMAPHORE /* excludes like a lock, but need not be balanced */, MS_ROLE_COUNT };

struct ms_type_model {
    const char *name; /* spelling of the type: `GHashTable`, `pthread_mutex_t`, `struct my_lock` */
    const char *library;
    uint8_t role;
    const char *constructor; /* maps made by a macro or allocated by hand: NULL */
};

struct ms_models; /* immutable once built; may be shared by threads */

/* The models that are built in: analyzer/models/, compiled to tables. Costs nothing to call. */
const struct ms_models *ms_models_builtin(void);

/* A new set: `base` (may be NULL) and the contents of a YAML file over it. An entry of the same name
 * replaces the earlier one. On error returns NULL and writes one line, "FILE:LINE:COLUMN: what is
 * wrong; what to do", to message. `base` must outlive the result. */
struct ms_models *ms_models_load(const struct ms_models *base, const char *file, char *message, size_t message_size);
void ms_models_free(struct ms_models *models);

/* The entry of exactly this name, else the longest pattern that matches; NULL if there is none. A
 * later set goes before its base. */
const struct ms_model *ms_models_function(const struct ms_models *models, const char *name);
const struct ms_model *ms_models_macro(const struct ms_models *models, const char *name);
const struct ms_type_model *ms_models_type(const struct ms_models *models, const char *spelling);

/* Parses one effect. On error returns false, and sets *error_offset to the position in text and writes
 * what is wrong to message. Strings in the result point to interned, never freed storage. */
bool ms_effect_parse(const char *text, struct ms_effect *effect, size_t *error_offset, char *message, size_t message_size);

/* What an effect is to the map it touches, for the runtime's hooks. */
enum ms_map_access { MS_MAP_NONE = 0, MS_MAP_INIT, MS_MAP_READ, MS_MAP_WRITE, MS_MAP_ITERATE, MS_MAP_DESTROY };
enum ms_map_access ms_verb_map_access(enum ms_verb verb);
const char *ms_verb_word(enum ms_verb verb);
const char *ms_verb_meaning(enum ms_verb verb);
const char *ms_role_word(enum ms_type_role role);

#ifdef __cplusplus
}
#endif
#endif
