/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Questions about paths: types, roots, parts, names. */
#ifndef MAPSAN_PATHS_H
#define MAPSAN_PATHS_H

#include "program.h"

enum { MS_PATH_DEPTH_MAX = 14 };

ms_path ms_make(struct ms_program *program, int kind, ms_path base, uint32_t operand,
                uint32_t extra);

unsigned ms_path_depth(const struct ms_program *program, ms_path path);
ms_path ms_path_root(const struct ms_program *program, ms_path path);

/* Whether `part` occurs in `path`, itself included. */
bool ms_path_contains(const struct ms_program *program, ms_path path, ms_path part);

/* `path` with every occurrence of `from` replaced by `to`. */
ms_path ms_path_replace(struct ms_program *program, ms_path path, ms_path from, ms_path to);

/* `path` with VALUEs replaced by their origins: an element of a list by the first one, which is
 * reached from the list's head. Says what structure something belongs to, not which part of it. */
ms_path ms_path_origin(struct ms_program *program, ms_path path);

/* The object that a location is part of: FIELD and INDEX steps taken off. */
ms_path ms_path_object(const struct ms_program *program, ms_path location);

/* A location by its name alone, whichever object it is in: FIELD(..SELF..) for a field of an
 * object, GLOBAL for a global without fields; 0 when nothing names it. Indices are dropped. */
ms_path ms_path_key(struct ms_program *program, ms_path location);

/* A map that is reached through a pointer which the program keeps somewhere is named by that place.
 */
ms_path ms_place_of_map(const struct ms_program *program, ms_path path);

/* The type of a location; needs the function for its parameters (0: none at hand). */
ms_type ms_path_type(const struct ms_program *program, ms_function function, ms_path location);
enum ms_type_role ms_type_role(const struct ms_program *program, ms_type type);
/* A semaphore is posted by anyone: to wait for it is not to hold it. */
bool ms_is_semaphore(const struct ms_program *program, ms_function function, ms_path lock);
/* The role of what a pointer of this type points to. */
enum ms_type_role ms_pointee_role(const struct ms_program *program, ms_type type);

/* The last field or the variable of a location: "lock" of `c->lock`. "" if it has no name. */
const char *ms_path_last_name(const struct ms_program *program, ms_path location);

/* As the source spells it: `c->table`. A key is spelled `struct conn::table`. */
void ms_path_spell(const struct ms_program *program, ms_function function, ms_path path,
                   struct ms_text *text);
const char *ms_spelled(struct ms_program *program, ms_function function, ms_path path);

/* Whether a path leads through an element of an array whose index is no constant. */
bool ms_path_is_element(const struct ms_program *program, ms_path path);

#endif
